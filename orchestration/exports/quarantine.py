"""What was set aside: listed, shown, and followed until it loads.

Each load of a day compares what the load before it set aside with what came now; a row that is
set aside no longer goes to the day's history, with how it ended. Which row is which is told by the
record's key, where the row has one, or else by its place.
"""

from __future__ import annotations

import glob
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet

from orchestration.exports.door import Identifiers
from orchestration.exports.landed_files import QUARANTINE, QUARANTINE_HISTORY
from orchestration.exports.manifest import DayManifest, FileEntry, read_manifest, read_manifests
from orchestration.exports.reading.rejecting import hash_of_key
from orchestration.exports.reading.schema import CONTRACTS, ENTITIES

LOADED = "loaded"
NOT_DELIVERED_AGAIN = "not delivered again"

# A reason begins with the value that it is about, which is another one in each row.
_VALUE = re.compile(r"""^(?:'.*'|".*") """, re.DOTALL)


def reason_kind(reason: str) -> str:
    """Why a row was set aside, without the value that it is about."""
    return _VALUE.sub("", reason)


@dataclass(frozen=True)
class RetriedDay:
    """What became of a day's rows that were set aside, `before` of them.

    outcomes: those that are set aside no longer. after: the rows set aside now, new ones too.
    """

    export_date: date
    before: int
    after: int
    outcomes: Counter[str]

    @property
    def not_delivered_again(self) -> int:
        """The rows that the exports hold no longer."""
        return self.outcomes[NOT_DELIVERED_AGAIN]


def retried_day(before: DayManifest, raw: Path) -> RetriedDay:
    """What became of the rows that a day had set aside, now that it was loaded again."""
    now = read_manifest(raw, before.export_date) or before
    outcomes: Counter[str] = Counter()
    if now.quarantine_history is not None and now != before:
        outcomes.update(
            row["outcome"]
            for row in _rows(raw / now.quarantine_history)
            if row["loaded_at"] == now.loaded_at
        )
    return RetriedDay(
        export_date=before.export_date,
        before=sum(before.rows_rejected.values()),
        after=sum(now.rows_rejected.values()),
        outcomes=outcomes,
    )


@dataclass(frozen=True, order=True)
class QuarantineGroup:
    """Rows set aside alike: of one day and entity, for one column and reason, values left out."""

    export_date: date
    entity: str
    column_name: str
    reason: str
    rows: int


def quarantine_groups(raw: Path) -> list[QuarantineGroup]:
    """What is set aside now, in groups, ordered by day."""
    counts: Counter[tuple[date, str, str, str]] = Counter()
    for row in quarantined_rows(raw):
        column, kind = row["column_name"] or "", reason_kind(row["reason"])
        counts[row["export_date"], row["entity"], column, kind] += 1
    return sorted(QuarantineGroup(*group, rows) for group, rows in counts.items())


def quarantined_rows(
    raw: Path,
    export_date: date | None = None,
    entity: str | None = None,
    file_name: str | None = None,
) -> Iterator[dict[str, Any]]:
    """The rows set aside, of a day, an entity, a file, or all; columns as in QUARANTINE_SCHEMA."""
    return _rows_of_days(raw, QUARANTINE, export_date, entity, file_name)


def resolved_rows(
    raw: Path,
    export_date: date | None = None,
    entity: str | None = None,
    file_name: str | None = None,
) -> Iterator[dict[str, Any]]:
    """The rows that are set aside no longer, with their outcome and the time of that load."""
    return _rows_of_days(raw, QUARANTINE_HISTORY, export_date, entity, file_name)


def _rows_of_days(
    raw: Path, kind: str, export_date: date | None, entity: str | None, file_name: str | None
) -> Iterator[dict[str, Any]]:
    for day, manifest in read_manifests(raw).items():
        path = manifest.files_by_kind.get(kind)
        if path is None or export_date not in (None, day):
            continue
        for row in _rows(raw / path):
            if entity in (None, row["entity"]) and file_name in (None, row["file_name"]):
                yield row


def history_after(
    before: DayManifest,
    raw: Path,
    files: Sequence[FileEntry],
    written: Mapping[str, Path],
    loaded_at: str,
    identifiers: Identifiers,
) -> list[dict[str, Any]]:
    """The history of a day after a load: what it was, and what is set aside no longer.

    before: the day as it was loaded. files, written: what the load read, and its Parquet by kind.
    identifiers: say who was erased; the rows that the load wrote are without them.
    """

    def rows_before(path: Path) -> list[dict[str, Any]]:
        return [identifiers.in_landed_rejected(row) for row in _rows(path)]

    kinds = before.files_by_kind
    history = rows_before(raw / before.quarantine_history) if before.quarantine_history else []
    if QUARANTINE not in kinds or not (raw / kinds[QUARANTINE]).exists():
        return history
    now = list(_rows(written[QUARANTINE])) if QUARANTINE in written else []
    places = {_place(row) for row in now}
    keys = {(row["entity"], _key(row)) for row in now}
    waiting = [
        row
        for row in rows_before(raw / kinds[QUARANTINE])
        if _place(row) not in places
        and (_key(row) is None or (row["entity"], _key(row)) not in keys)
    ]
    landed = {entity: _landed_keys(entity, waiting, written.get(entity)) for entity in ENTITIES}
    was = {file.file_name: file.sha256 for file in before.files}
    same_files = {file.file_name for file in files if was.get(file.file_name) == file.sha256}
    for row in waiting:
        key = _key(row)
        is_loaded = row["file_name"] in same_files if key is None else key in landed[row["entity"]]
        outcome = LOADED if is_loaded else NOT_DELIVERED_AGAIN
        history.append({**row, "outcome": outcome, "loaded_at": loaded_at})
    return history


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with pyarrow.parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=10_000):
            yield from batch.to_pylist()


def _place(row: Mapping[str, Any]) -> tuple[object, ...]:
    return row["entity"], row["file_name"], row["row_number"], row["row_text"]


def _key(row: Mapping[str, Any]) -> str | None:
    """The hash of the key of the record that a row would be, if it surely has one."""
    key: str | None = row.get("record_key")
    if key is None:  # set aside by an earlier version
        cells = json.loads(row["row_text"] or "{}")
        key = hash_of_key(cells.get(CONTRACTS[row["entity"]].key))
    return key


def _landed_keys(entity: str, waiting: Sequence[Mapping[str, Any]], path: Path | None) -> set[str]:
    """Those keys of waiting rows that have landed now."""
    wanted = {_key(row) for row in waiting if row["entity"] == entity} - {None}
    if path is None or not wanted:
        return set()
    with closing(duckdb.connect(config={"autoinstall_known_extensions": "false"})) as connection:
        found = connection.execute(
            f"select distinct sha256({CONTRACTS[entity].key}) as record_key from read_parquet(?) "
            "where list_contains(?, record_key)",
            [glob.escape(str(path)), sorted(map(str, wanted))],
        ).fetchall()
    return {key for (key,) in found}
