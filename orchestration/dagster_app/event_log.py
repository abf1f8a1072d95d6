"""Dagster's event log in SQLite, quick enough for a thousand days in one run.

Belongs here: how events reach the SQLite files. Does not: what is reported (`assets`).
Dagster opens, checkpoints and closes a database three times for each event, which costs more than
loading a small day does. Here connections stay open and events that come one upon the other are one
transaction; the tables are Dagster's own, so its storage reads and writes the same files.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster import DagsterEventType, StringSource
from dagster._core.storage.event_log.schema import AssetKeyTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import StaticPool

if TYPE_CHECKING:
    from dagster import AssetKey, EventLogEntry
    from dagster._core.storage.event_log.base import AssetRecord
    from dagster._serdes import ConfigurableClassData
    from sqlalchemy.engine import Connection

    _Told = tuple[EventLogEntry, dict[str, Any]]

BUSY_SECONDS = 30
OPEN_FILES = 8  # the index, and the runs that are at work or looked at
ASSETS = frozenset(
    {DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_MATERIALIZATION_PLANNED}
)
TOLD = frozenset({DagsterEventType.ASSET_MATERIALIZATION})
CHECKS = frozenset(
    {DagsterEventType.ASSET_CHECK_EVALUATION, DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED}
)
MAY_WAIT = ASSETS | CHECKS | {DagsterEventType.STEP_OUTPUT}
"""Of these a step tells hundreds, one upon the other, at its end."""

MOST_WAITING = 500
LONGEST_WAIT_SECONDS = 1.0


class InboxEventLogStorage(SqliteEventLogStorage):
    """Dagster's SQLite event log, with connections that stay open and batches that are one."""

    def __init__(self, dagster_home: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._tables: set[str] = set()
        self._indexes: set[str] = set()
        self._columns: set[str] = set()
        self._waiting: list[EventLogEntry] = []
        self._waiting_since = 0.0
        self._read_ahead: dict[AssetKey, AssetRecord] = {}
        self._under_way: ExitStack | None = None
        self._connections: dict[str, Connection] = {}
        # Where Dagster's own storage has them, so that either may be named in dagster.yaml.
        super().__init__(str(Path(dagster_home) / "history" / "runs"), inst_data)
        self._db_lock = threading.RLock()  # type: ignore[assignment]

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
        """Stores one event, or lets it wait for the next ones.

        None waits past an event of another kind, or past a look at what is stored.
        """
        with self._db_lock:
            # What is reported without a run may be the last that this process tells.
            if event.run_id and _is_of(event, MAY_WAIT):
                self._waiting_since = self._waiting_since or time.monotonic()
                self._waiting.append(event)
                is_long = time.monotonic() - self._waiting_since > LONGEST_WAIT_SECONDS
                if is_long or len(self._waiting) >= MOST_WAITING:
                    self._store_waiting()
                return
            self._store_waiting()
            self._read_ahead.clear()
            super().store_event(event)
        self._tell_watchers(event.run_id)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Stores events in their order; of some kinds, all that follow each other at once."""
        for may_wait, some in groupby(events, lambda event: _is_of(event, MAY_WAIT)):
            if may_wait:
                with self._db_lock:
                    self._store_waiting()
                    self._store_at_once(list(some))
            else:
                for event in some:
                    self.store_event(event)

    def get_asset_records(self, asset_keys: Sequence[AssetKey] | None = None) -> list[AssetRecord]:
        """What is known of assets; of those that a step has just told of, all at once.

        It asks for each that another of its own is made of. What is read ahead is given once, and
        only until the step tells of something else.
        """
        with self._db_lock:
            if asset_keys is None:
                return list(super().get_asset_records())
            asked = set(asset_keys)
            told = {_asset_of(one) for one in self._waiting if _is_of(one, TOLD)}
            if asked & told or not asked <= self._read_ahead.keys():
                for record in super().get_asset_records([*asked, *(told - asked)]):
                    self._read_ahead[record.asset_entry.asset_key] = record
            return [self._read_ahead.pop(key) for key in sorted(asked & self._read_ahead.keys())]

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table, which it then keeps.

        Dagster asks at every event of an asset check, with a new engine each time.
        """
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def has_secondary_index(self, name: str) -> bool:
        """Whether an index by assets is complete, which it then stays.

        Dagster asks twice for the version of each asset that another one reads.
        """
        if name not in self._indexes and super().has_secondary_index(name):
            self._indexes.add(name)
        return name in self._indexes

    def has_asset_key_col(self, column_name: str) -> bool:
        """Whether the table of assets has a column: asked twice for each asset that is read."""
        return column_name in self._columns or super().has_asset_key_col(column_name)

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        """Whether the table of assets has a column, which it then keeps; asked with each event."""
        if column_name not in self._columns and super()._has_asset_key_col_on_connection(
            conn, column_name
        ):
            self._columns.add(column_name)
        return column_name in self._columns

    def wipe(self) -> None:
        """Removes every event; open files would hide that the new ones are others."""
        self._close()
        super().wipe()

    def wipe_asset(self, asset_key: AssetKey) -> None:
        """Removes an asset's events, and what was read of it ahead."""
        with self._db_lock:
            self._read_ahead.clear()
            super().wipe_asset(asset_key)

    def dispose(self) -> None:
        """Lets go of every file."""
        self._close()
        super().dispose()

    def _close(self) -> None:
        self._store_waiting()
        self._tables.clear()
        self._indexes.clear()
        self._columns.clear()
        self._read_ahead.clear()
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()

    def _tell_watchers(self, run_id: str) -> None:
        """Touches a run's file: the UI waits for that, and open connections write beside it."""
        Path(self.path_for_shard(run_id)).touch()

    def _store_waiting(self) -> None:
        waiting, self._waiting, self._waiting_since = self._waiting, [], 0.0
        if waiting:
            self._store_at_once(waiting)

    def _store_at_once(self, events: Sequence[EventLogEntry]) -> None:
        """Stores events that may wait, those of a run in one transaction a file."""
        for run_id, some in groupby(events, lambda event: event.run_id):
            # What goes into two files is put into words once.
            of_run = [(event, self._event_to_row(event)) for event in some]
            with self._one_transaction():
                with self.run_connection(run_id) as connection:
                    rows = [row for _, row in of_run]
                    connection.execute(SqlEventLogStorageTable.insert(), rows)
                self._index_assets([one for one in of_run if _is_of(one[0], ASSETS)])
                self._index_checks([one for one in of_run if _is_of(one[0], CHECKS)])
            self._tell_watchers(run_id)

    def _index(self, events: Sequence[_Told]) -> list[int]:
        """Puts events into the index of all runs; their numbers there."""
        with self.index_connection() as connection:
            numbers: Iterable[int] = connection.execute(
                SqlEventLogStorageTable.insert().returning(
                    SqlEventLogStorageTable.c.id, sort_by_parameter_order=True
                ),
                [row for _, row in events],
            ).scalars()
            return list(numbers)

    def _index_checks(self, events: Sequence[_Told]) -> None:
        if events:
            for (event, _), number in zip(events, self._index(events), strict=True):
                self.store_asset_check_event(event, number)

    def _index_assets(self, told: Sequence[_Told]) -> None:
        if not told:
            return
        numbers = self._index(told)
        events = [event for event, _ in told]
        with self.index_connection() as connection:
            self._store_asset_event_tags(connection, events, numbers)
            # An asset's own row tells of its last event only.
            last = {
                _asset_of(event): (event, number)
                for event, number in zip(events, numbers, strict=True)
            }
            for key, (event, number) in last.items():
                self._read_ahead.pop(key, None)
                self._store_asset_event(connection, event, number)

    def _store_asset_event(self, conn: Connection, event: EventLogEntry, event_id: int) -> None:
        """Tells an asset's row of its last event; first to insert it each time costs an error."""
        values = self._get_asset_entry_values(
            event, event_id, self._has_asset_key_index_cols_on_connection(conn)
        )
        row = AssetKeyTable.c.asset_key == _asset_of(event).to_string()
        change = AssetKeyTable.update().values(**values).where(row)
        if values and not conn.execute(change).rowcount:
            super()._store_asset_event(conn, event, event_id)

    @contextmanager
    def _one_transaction(self) -> Iterator[None]:
        """All that is stored within it, in whatever file, is committed at its end."""
        with self._db_lock, ExitStack() as stack:
            self._under_way = stack
            stack.callback(self._connections.clear)
            try:
                yield
            finally:
                self._under_way = None

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            if self._under_way is not None:
                if shard not in self._connections:
                    connected = self._under_way.enter_context(self._connected(shard))
                    self._connections[shard] = connected
                yield self._connections[shard]
                return
            self._store_waiting()
            with self._connected(shard) as connection:
                yield connection

    @contextmanager
    def _connected(self, shard: str) -> Iterator[Connection]:
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


def _is_of(event: EventLogEntry, kinds: frozenset[DagsterEventType]) -> bool:
    of_dagster = event.dagster_event
    if of_dagster is None or of_dagster.event_type not in kinds:
        return False
    return of_dagster.event_type not in ASSETS or of_dagster.asset_key is not None


def _asset_of(event: EventLogEntry) -> AssetKey:
    key = event.get_dagster_event().asset_key
    assert key is not None
    return key
