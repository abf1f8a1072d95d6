"""Dagster's event log in SQLite, quick enough for a thousand days in one run.

Belongs here: how events reach the SQLite files. Does not: what is reported (`assets`).
Dagster opens, checkpoints and closes a database three times for each event, which costs more than
loading a small day does. Here connections stay open and a batch of events is one transaction; the
tables are Dagster's own, so its storage reads and writes the same files.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster import DagsterEventType, StringSource
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import StaticPool

if TYPE_CHECKING:
    from dagster import EventLogEntry
    from dagster._serdes import ConfigurableClassData
    from sqlalchemy.engine import Connection

BUSY_SECONDS = 30
OPEN_FILES = 8  # the index, and the runs that are at work or looked at
WRITTEN_AT_ONCE = frozenset(
    {DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_MATERIALIZATION_PLANNED}
)


class InboxEventLogStorage(SqliteEventLogStorage):
    """Dagster's SQLite event log, with connections that stay open and batches that are one."""

    def __init__(self, dagster_home: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._tables: set[str] = set()
        # Where Dagster's own storage has them, so that either may be named in dagster.yaml.
        super().__init__(str(Path(dagster_home) / "history" / "runs"), inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """What `dagster.yaml` has to say."""
        return {"dagster_home": StringSource}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> InboxEventLogStorage:
        """The storage that `dagster.yaml` asks for."""
        return cls(inst_data=inst_data, **config_value)

    def store_event(self, event: EventLogEntry) -> None:
        """Stores one event."""
        super().store_event(event)
        self._tell_watchers(event.run_id)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Stores events in their order; materializations, done or planned, in one transaction."""
        for is_written_at_once, some in groupby(events, _is_written_at_once):
            if is_written_at_once:
                for run_id, of_run in groupby(some, lambda entry: entry.run_id):
                    self._store_at_once(run_id, list(of_run))
            else:
                for entry in some:
                    self.store_event(entry)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table, which it then keeps.

        Dagster asks at every event of an asset check, with a new engine each time.
        """
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def wipe(self) -> None:
        """Removes every event; open files would hide that the new ones are others."""
        self._close()
        super().wipe()

    def dispose(self) -> None:
        """Lets go of every file."""
        self._close()
        super().dispose()

    def _close(self) -> None:
        self._tables.clear()
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()

    def _tell_watchers(self, run_id: str) -> None:
        """Touches a run's file: the UI waits for that, and open connections write beside it."""
        Path(self.path_for_shard(run_id)).touch()

    def _store_at_once(self, run_id: str, events: list[EventLogEntry]) -> None:
        rows = [self._event_to_row(entry) for entry in events]
        with self.run_connection(run_id) as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
        self._tell_watchers(run_id)
        with self.index_connection() as connection:
            identifiers: Iterable[int] = connection.execute(
                SqlEventLogStorageTable.insert().returning(
                    SqlEventLogStorageTable.c.id, sort_by_parameter_order=True
                ),
                rows,
            ).scalars()
            stored = list(zip(events, identifiers, strict=True))
            self._store_asset_event_tags(connection, events, [number for _, number in stored])
            # An asset's own row tells of its last event only.
            last = {
                entry.get_dagster_event().asset_key: (entry, number) for entry, number in stored
            }
            for entry, number in last.values():
                self._store_asset_event(connection, entry, number)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engines.get(shard)
            if engine is None:
                engine = self._engines[shard] = self._open(shard)
                if len(self._engines) > OPEN_FILES:
                    self._engines.popitem(last=False)[1].dispose()
            self._engines.move_to_end(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _open(self, shard: str) -> Engine:
        engine = create_engine(
            self.conn_string_for_shard(shard),
            poolclass=StaticPool,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        # With a write-ahead log the file stays whole; a power cut may take the last events.
        event.listen(
            engine, "connect", lambda file, _: file.execute("pragma synchronous = normal").close()
        )
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        return engine


def _is_written_at_once(entry: EventLogEntry) -> bool:
    return (
        entry.dagster_event is not None
        and entry.dagster_event.asset_key is not None
        and entry.dagster_event.event_type in WRITTEN_AT_ONCE
    )
