"""Taking looks at rows that were set aside out of Dagster's storage.

They are kept for ever by Dagster, so retention and erasures have to take them out. Belongs here:
what of the event log is forgotten. Does not: which days are closed, or who is erased.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

from dagster import DagsterInstance
from dagster._core.storage.event_log.schema import AssetKeyTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from sqlalchemy import Column, Connection, Table, select, text

REJECTED_ROWS = "rejected_rows"
"""The metadata in which a load shows the first rows that it has set aside."""


def forget_rejected(instance: DagsterInstance, days: Collection[date] | None = None) -> int:
    """Take the looks at rejected rows out of what is stored of some export days, or of all.

    Gives the number of events that had one. Nothing of it stays in SQLite's files; PostgreSQL has
    its own time for what it no longer shows.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage) or (days is not None and not days):
        return 0
    with storage.index_connection() as connection:
        events = _forget(connection, SqlEventLogStorageTable, SqlEventLogStorageTable.c.event, days)
        _forget(connection, AssetKeyTable, AssetKeyTable.c.last_materialization, days)
    if not events:
        return 0
    _sweep(storage.index_connection())
    for run_id in _runs_of_their_own(storage, {run for run, _ in events}):
        with storage.run_connection(run_id) as connection:
            _forget(connection, SqlEventLogStorageTable, SqlEventLogStorageTable.c.event, days)
        _sweep(storage.run_connection(run_id))
    return len(events)


def _forget(
    connection: Connection, table: Table, column: Column[Any], days: Collection[date] | None
) -> set[tuple[str, int]]:
    """Write those rows anew that hold a look; the run and the number of each."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("pragma secure_delete = on"))  # no old text in what is free again
    rows = select(table.c.id, column).where(
        table.c.asset_key.startswith('["raw_', autoescape=True), column.contains(REJECTED_ROWS)
    )
    forgotten = set()
    for number, stored in connection.execute(rows).all():
        record = json.loads(stored)
        event = record.get("event_log_entry", record)
        if _drop_rejected(event, days):
            change = table.update().where(table.c.id == number)
            connection.execute(change.values({column.name: json.dumps(record)}))
            forgotten.add((str(event["run_id"]), int(number)))
    return forgotten


def _drop_rejected(event: dict[str, Any], days: Collection[date] | None) -> bool:
    """Take the look out of a materialization's event, if it is of one of the days."""
    data = event["dagster_event"]["event_specific_data"]
    materialization = data.get("materialization")
    if materialization is None:
        return False
    if days is not None and materialization["partition"] not in map(str, days):
        return False
    entries = materialization["metadata_entries"]
    kept = [entry for entry in entries if entry["label"] != REJECTED_ROWS]
    materialization["metadata_entries"] = kept
    return len(kept) < len(entries)


def _runs_of_their_own(storage: SqlEventLogStorage, runs: Collection[str]) -> Iterator[str]:
    """The runs whose events are also in a file of their own."""
    path_for = getattr(storage, "path_for_shard", None)
    if path_for is not None:
        yield from (run_id for run_id in sorted(runs) if Path(path_for(run_id)).exists())


def _sweep(opened: AbstractContextManager[Connection]) -> None:
    """Bring SQLite's write-ahead log, which has the pages of before, into the file."""
    with opened as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("pragma wal_checkpoint(truncate)")).all()
