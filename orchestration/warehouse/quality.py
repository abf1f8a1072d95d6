"""What an operator asks of the inbox beside dbt's tests: is it here, as big as ever, and complete?

Belongs here: findings with their figures, from manifests and from the warehouse's main schema.
Does not: what dbt tests already (keys, orphans, clocks, sums of each mart), and no Dagster.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import duckdb
import pyarrow.parquet

from orchestration.exports import DayManifest, read_manifests
from orchestration.exports.coverage import Coverage, missing_in_words
from orchestration.exports.manifest import Retention
from orchestration.machine.lock import hold_lock
from orchestration.settings import Settings
from orchestration.warehouse.catalog import Catalog, next_catalog, read_catalog

VOLUME_ENTITIES = ("threads", "messages", "ratings")
PAST_WEEKS = 8
FEWEST_PAST_DAYS = 3
LEAST_DIFFERENCE_ROWS = 20
REJECTED_DAYS = 30
# From so many days on, data that are late are no longer a warning.
SEVERELY_LATE_DAYS = 2


@dataclass(frozen=True)
class Finding:
    """Whether a claim holds, in words, and the figures that it rests on, by name.

    is_severe: whether it is more than a warning that it does not hold.
    """

    is_passed: bool
    description: str
    figures: Mapping[str, int | float | str] = field(default_factory=dict)
    is_severe: bool = False


def find_arrival(
    coverage: Coverage,
    manifests: Mapping[date, DayManifest],
    failed: Mapping[date, str],
    today: date,
) -> Finding:
    """Whether every export day to the one before today is loaded, or covered otherwise.

    failed: days that have arrived and could not be loaded. today: in the workspace's zone.
    """
    if coverage.as_of_date is None:
        return Finding(False, "No export day is loaded yet.", {"days_loaded": 0})
    late = coverage.late(today)
    missing = [day for day in (*coverage.missing, *late) if day not in failed]
    unread = [day for day in failed if day < today]
    figures: dict[str, int | float | str] = {
        "days_late": len(late),
        "days_missing": len(missing),
        "days_not_read": len(unread),
        "days_loaded": len(manifests),
        "last_export_date": coverage.as_of_date.isoformat(),
    }
    if not missing and not unread:
        return Finding(True, f"Every export day to {coverage.as_of_date} is loaded.", figures)
    parts = [f"{missing_in_words(missing)}."] if missing else []
    parts += [f"{day} has arrived and cannot be loaded: {failed[day]}" for day in unread]
    is_severe = len(late) + len(unread) >= SEVERELY_LATE_DAYS
    return Finding(False, " ".join(parts), figures, is_severe)


def find_volume(manifests: Mapping[date, DayManifest]) -> Finding:
    """Whether the newest day brought as many rows as the same weekday of past weeks.

    Unusual is less than half or more than twice the median of at least 3 of the last 8 such days,
    if the difference is at least 20 rows.
    """
    newest = max(manifests, default=None)
    if newest is None:
        return Finding(True, "No export day is loaded yet.")
    past = [
        manifests[day]
        for day in (newest - timedelta(weeks=week) for week in range(1, PAST_WEEKS + 1))
        if day in manifests
    ]
    figures: dict[str, int | float | str] = {
        "export_date": newest.isoformat(),
        "days_compared": len(past),
    }
    unusual = []
    for entity in VOLUME_ENTITIES:
        rows = manifests[newest].rows_read.get(entity, 0)
        figures[f"{entity}_rows"] = rows
        if len(past) < FEWEST_PAST_DAYS:
            continue
        usual = float(median(manifest.rows_read.get(entity, 0) for manifest in past))
        figures[f"{entity}_usual_rows"] = usual
        is_far = abs(rows - usual) >= LEAST_DIFFERENCE_ROWS
        if is_far and not usual / 2 <= rows <= usual * 2:
            unusual.append(f"{rows} {entity} where {usual:.0f} are usual")
    if len(past) < FEWEST_PAST_DAYS:
        return Finding(True, f"Too few {newest:%A}s are loaded to compare {newest} with.", figures)
    if unusual:
        return Finding(False, f"{newest} ({newest:%A}) brought {', '.join(unusual)}.", figures)
    return Finding(True, f"{newest} brought as much as a {newest:%A} does.", figures)


def find_rejected(manifests: Mapping[date, DayManifest]) -> Finding:
    """Whether any row of the last 30 loaded days is in quarantine.

    Of days that retention has closed, quarantine is gone.
    """
    recent = sorted(manifests)[-REJECTED_DAYS:]
    days = [day for day in recent if manifests[day].retention is Retention.OPEN]
    rejected = {day: sum(manifests[day].rows_rejected.values()) for day in days}
    rows_read = sum(sum(manifests[day].rows_read.values()) for day in days)
    rows_rejected = sum(rejected.values())
    figures: dict[str, int | float | str] = {
        "rows_rejected": rows_rejected,
        "rejected_share": rows_rejected / rows_read if rows_read else 0.0,
        "days_with_rejected_rows": sum(1 for rows in rejected.values() if rows),
    }
    if not rows_rejected:
        return Finding(True, f"No row of the last {len(days)} days was rejected.", figures)
    worst = max(days, key=lambda day: (rejected[day], day))
    return Finding(
        False,
        f"{rows_rejected} of {rows_read} rows of the last {len(days)} days are in quarantine, "
        f"{rejected[worst]} of them of {worst}.",
        figures,
    )


def find_landed_rows(settings: Settings) -> Finding:
    """Whether each row read is loaded or in quarantine, on the disk, and counted in the warehouse.

    That the loaded rows can be read is tested by dbt, file by file. Of days that retention has
    closed, quarantine is gone. Days that have landed since the build are left to the next one.
    """
    raw = settings.raw_folder
    with _warehouse(settings) as connection:  # nobody builds, or removes a file, meanwhile
        manifests = read_manifests(raw)
        built = _built_days(manifests, read_catalog(settings.raw_catalog), raw)
        entries = [file for manifest in built.values() for file in manifest.files]
        open_days = [day for day in built.values() if day.retention is Retention.OPEN]
        rows_in_quarantine = sum(
            pyarrow.parquet.read_metadata(raw / manifest.quarantine).num_rows
            for manifest in open_days
            if manifest.quarantine is not None
        )
        counted = _numbers(
            connection,
            "select coalesce(sum(rows_read), 0), coalesce(sum(rows_loaded), 0), "
            "coalesce(sum(rows_rejected), 0) from fct_export_days "
            "where list_contains(?, export_date)",
            [list(built)],
        )
    figures: dict[str, int | float | str] = {
        "rows_read": sum(entry.rows_read for entry in entries),
        "rows_loaded": sum(entry.rows_loaded for entry in entries),
        "rows_rejected": sum(entry.rows_rejected for entry in entries),
        "rows_rejected_of_open_days": sum(
            entry.rows_rejected for manifest in open_days for entry in manifest.files
        ),
        "rows_in_quarantine": rows_in_quarantine,
        "days_landed_since": len(manifests) - len(built),
    }
    figures |= dict(zip(("rows_read_counted", "rows_loaded_counted"), counted, strict=False))
    is_passed = (
        counted == [figures["rows_read"], figures["rows_loaded"], figures["rows_rejected"]]
        and figures["rows_in_quarantine"] == figures["rows_rejected_of_open_days"]
        and sum(counted[1:]) == counted[0]
    )
    return Finding(
        is_passed,
        "Each row read is loaded or in quarantine."
        if is_passed
        else "Manifests, quarantine and fct_export_days do not agree.",
        figures,
    )


def _built_days(
    manifests: Mapping[date, DayManifest], catalog: Catalog | None, raw: Path
) -> dict[date, DayManifest]:
    """The days that are as the last build has read them."""

    def files_by_day(read: Catalog) -> dict[str, list[object]]:
        files: dict[str, list[object]] = defaultdict(list)
        for entry in read.export_files:
            files[entry["export_date"]].append(entry)
        for landed in read.landed_files:
            files[landed.export_date].append(landed)
        return files

    if catalog is None:
        return dict(manifests)
    was, now = files_by_day(catalog), files_by_day(next_catalog(None, manifests, raw))
    return {
        day: manifest
        for day, manifest in manifests.items()
        if str(day) in catalog.export_days and was[str(day)] == now[str(day)]
    }


@contextmanager
def _warehouse(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, held against other processes."""
    with (
        hold_lock(settings.warehouse_lock, "a check"),
        closing(duckdb.connect(str(settings.warehouse_database), read_only=True)) as connection,
    ):
        yield connection


def _numbers(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object] = ()
) -> list[int]:
    """One row of whole numbers from the warehouse's main schema."""
    row = connection.execute(query, list(parameters)).fetchone()
    assert row is not None
    return [int(value) for value in row]
