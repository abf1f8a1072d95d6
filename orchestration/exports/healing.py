"""Rejected rows that still count against the limit, and those that a later day has made good.

A row is healed once its key has landed in the same or a later export day, with an equal or later
version where the row's can be read. So what counts follows from the set of files alone. A day that
somebody has accepted counts no row; one that retention has closed keeps the count that it had.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb

from orchestration.exports.manifest import DayManifest, Retention
from orchestration.exports.reading.schema import CONTRACTS, Contract

FEWEST_ROWS = 10
"""Fewer bad rows than this never stop a publication."""

Unresolved = dict[tuple[date, str], int]
"""By day and entity: the rejected rows that count."""


def is_too_many(rows: int, rows_read: int, max_rejected: float) -> bool:
    """Whether so many bad rows of an entity in a day stop a publication."""
    return rows >= FEWEST_ROWS and rows > max_rejected * rows_read


def unresolved_rows(
    raw: Path, manifests: Mapping[date, DayManifest], max_rejected: float
) -> Unresolved:
    """The rejected rows that count, of each day and entity that has any.

    Where they are few, or as soon as so many are healed that the rest is, no further day is looked
    at: a count that stops no publication may be too high.
    """
    found: Unresolved = {}
    for day, manifest in manifests.items():
        for entity, rejected in manifest.rows_rejected.items():
            if not rejected:
                continue
            rows_read = manifest.rows_read[entity]
            rows = 0 if manifest.acceptance else rejected - manifest.healed.get(entity, 0)
            if manifest.retention is not Retention.CLOSED and is_too_many(
                rows, rows_read, max_rejected
            ):
                for healed in _healed(raw, manifests, day, entity):
                    rows = rejected - healed
                    if not is_too_many(rows, rows_read, max_rejected):
                        break
            found[day, entity] = rows
    return found


def healed_rows(raw: Path, manifests: Mapping[date, DayManifest], day: date) -> dict[str, int]:
    """How many rejected rows of a day are healed, by entity; for one that is about to be closed."""
    healed = {}
    for entity, rejected in manifests[day].rows_rejected.items():
        if rejected >= FEWEST_ROWS:
            healed[entity] = max(_healed(raw, manifests, day, entity), default=0)
    return {entity: rows for entity, rows in healed.items() if rows}


def _healed(
    raw: Path, manifests: Mapping[date, DayManifest], day: date, entity: str
) -> Iterator[int]:
    """How many of a day's rejected rows are healed, by more and more of the days from it on."""
    quarantine = manifests[day].quarantine
    if quarantine is None or not (raw / quarantine).exists():
        return
    contract = CONTRACTS[entity]
    landed = [
        raw / manifest.landed[entity]
        for other, manifest in manifests.items()
        if other >= day and entity in manifest.landed
    ]
    with closing(duckdb.connect(config={"autoinstall_known_extensions": "false"})) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(_WAITING, [glob.escape(str(raw / quarantine)), entity])
        healed = 0
        for paths in _more_and_more(landed):
            healed += _take_healed(connection, contract, paths)
            yield healed


_WAITING = """
    create table waiting as
    select row_number() over () as number, record_key, record_version
    from read_parquet(?)
    where entity = ? and record_key is not null
"""


def _take_healed(
    connection: duckdb.DuckDBPyConnection, contract: Contract, paths: Sequence[Path]
) -> int:
    """How many of the waiting rows some landed files heal; they wait no longer."""
    version = f"coalesce({', '.join(contract.version_columns)})"
    landed = (
        f"select sha256({contract.key}) as record_key, max({version}) as version "
        f"from read_parquet(?) where sha256({contract.key}) in (select record_key from waiting) "
        "group by all"
    )
    before = _count(connection)
    connection.execute(
        f"delete from waiting using ({landed}) as landed "
        "where landed.record_key = waiting.record_key "
        "and (waiting.record_version is null or landed.version >= waiting.record_version)",
        [[glob.escape(str(path)) for path in paths]],
    )
    return before - _count(connection)


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select count(*) from waiting").fetchone()
    return 0 if row is None else int(row[0])


def _more_and_more(paths: Sequence[Path]) -> Iterator[Sequence[Path]]:
    """The same in groups, each twice as many as the one before: most rows are healed soon."""
    start, size = 0, 1
    while start < len(paths):
        yield paths[start : start + size]
        start, size = start + size, size * 2
