"""Closing days that are past their time: only what may still count stays of them.

Of each record that several closed days brought, the version that stands among them is kept, where
it landed and with its provenance; the versions that it superseded go, and so does what was set
aside. Of a conversation's those stay that alone tell of a closing, which is counted for ever.
Tables built from what stays are the same, because a version that is superseded among some of the
days stands in no set of days that holds those. That is why a closed day is not loaded again: a
correction could take back the version that superseded another.

Days are counted back from the last loaded one and never from the clock.
"""

from __future__ import annotations

import glob
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.exports.healing import healed_rows
from orchestration.exports.landed_files import QUARANTINE, QUARANTINE_HISTORY
from orchestration.exports.manifest import DayManifest, Retention, read_manifests
from orchestration.exports.reading.schema import CONTRACTS
from orchestration.exports.rewriting import rewrite_day

_CLOSINGS = {"threads": "[first_closed_at, case when status = 'closed' then closed_at end]"}
_SUPERSEDED = """
    with records as (
        select
            {key} as key, {version} as version, {closings} as closings,
            export_date, file_name, row_number
        from read_parquet(?)
    ),

    repeated_keys as (select key from records group by key having count(*) > 1),

    ranked as (
        select
            records.*,
            row_number() over (
                partition by records.key
                order by version desc, export_date desc, file_name desc, row_number desc
            ) as version_rank
        from records
        semi join repeated_keys on records.key = repeated_keys.key
    ),

    closings as (
        select key, version_rank, unnest(closings) as closed_at
        from ranked
    ),

    telling as (
        select key, min(version_rank) as version_rank
        from closings
        where closed_at is not null
        group by key, closed_at
    )

    select export_date, file_name, row_number
    from ranked
    anti join telling
        on ranked.key = telling.key and ranked.version_rank = telling.version_rank
    where version_rank > 1
"""

_Rows = dict[str, dict[str, set[int]]]  # by entity and file, the numbers of rows


@dataclass
class ClosedDays:
    """days: closed now. rows_superseded, rows_quarantined: what went."""

    days: tuple[date, ...] = ()
    rows_superseded: int = 0
    rows_quarantined: int = 0


def days_to_close(raw: Path, retention_days: int | None) -> list[date]:
    """The loaded days that are more than so many days before the last one, and not closed yet."""
    manifests = read_manifests(raw)
    if retention_days is None or not manifests:
        return [
            day for day, manifest in manifests.items() if manifest.retention is Retention.CLOSING
        ]
    first_kept = max(manifests) - timedelta(days=retention_days)
    return [
        day
        for day, manifest in manifests.items()
        if manifest.retention is Retention.CLOSING
        or (day < first_kept and manifest.retention is Retention.OPEN)
    ]


def closed_days(raw: Path) -> list[date]:
    """The loaded days that are past their time."""
    manifests = read_manifests(raw)
    return [day for day, manifest in manifests.items() if manifest.retention is Retention.CLOSED]


def close_days(raw: Path, retention_days: int | None) -> ClosedDays:
    """Close the days that are due. Begun and not finished, it is finished by the next call."""
    days = days_to_close(raw, retention_days)
    if not days:
        return ClosedDays()
    closed = ClosedDays(days=tuple(days))
    manifests = read_manifests(raw)
    for day in days:  # all of them before any row goes: none is loaded again from here on
        healed = healed_rows(raw, manifests, day)
        rewrite_day(raw, day, lambda *_: False, lambda _, rows: rows, partial(_closing, healed))
    superseded = _superseded_rows(
        raw, [m for m in read_manifests(raw).values() if m.retention is not Retention.OPEN]
    )
    for day, manifest in read_manifests(raw).items():
        if manifest.retention is not Retention.OPEN:
            _drop(raw, day, superseded.get(day, {}), closed)
    return closed


def _closing(healed: dict[str, int], manifest: DayManifest) -> DayManifest:
    if manifest.retention is Retention.OPEN:
        return manifest.model_copy(update={"retention": Retention.CLOSING, "healed": healed})
    return manifest


def _superseded_rows(raw: Path, manifests: Sequence[DayManifest]) -> dict[date, _Rows]:
    """By day, entity and file, the rows that another closed day has a later version of."""
    found: dict[date, _Rows] = defaultdict(lambda: defaultdict(lambda: defaultdict(set)))
    with closing(duckdb.connect(config={"autoinstall_known_extensions": "false"})) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for entity, contract in CONTRACTS.items():
            # To the engine a path is a pattern.
            paths = [
                glob.escape(str(raw / m.landed[entity])) for m in manifests if entity in m.landed
            ]
            if not paths:
                continue
            version = f"coalesce({', '.join(contract.version_columns)})"
            closings = _CLOSINGS.get(entity, "cast([] as timestamptz[])")
            query = _SUPERSEDED.format(key=contract.key, version=version, closings=closings)
            for day, file_name, row_number in connection.execute(query, [paths]).fetchall():
                found[day][entity][file_name].add(row_number)
    return found


def _drop(raw: Path, day: date, superseded: _Rows, closed: ClosedDays) -> None:
    """Write one closed day anew without its superseded rows and without its quarantine."""

    def is_touched(kind: str, _path: Path) -> bool:
        return kind in (QUARANTINE, QUARANTINE_HISTORY) or kind in superseded

    def change(kind: str, rows: pa.Table) -> pa.Table:
        if kind not in CONTRACTS:
            closed.rows_quarantined += rows.num_rows if kind == QUARANTINE else 0
            return rows.slice(0, 0)
        numbers = rows["row_number"].to_numpy()
        names = rows["file_name"].to_pylist()
        keep = np.array(
            [
                number not in superseded[kind].get(name, ())
                for name, number in zip(names, numbers, strict=True)
            ],
            dtype=bool,
        )
        closed.rows_superseded += int((~keep).sum())
        return rows.filter(pa.array(keep))

    def update(manifest: DayManifest) -> DayManifest:
        dropped = Counter(
            {
                (kind, name): len(numbers)
                for kind, files in superseded.items()
                for name, numbers in files.items()
            }
        )
        files = tuple(
            file.model_copy(
                update={
                    "rows_superseded": file.rows_superseded + dropped[file.entity, file.file_name]
                }
            )
            if dropped[file.entity, file.file_name]
            else file
            for file in manifest.files
        )
        return manifest.model_copy(update={"files": files, "retention": Retention.CLOSED})

    rewrite_day(raw, day, is_touched, change, update)
