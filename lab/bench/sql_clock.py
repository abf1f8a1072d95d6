"""How much CPU a process spends while DuckDB runs a statement for it, whoever called."""

from __future__ import annotations

import threading
import time
from typing import Any, Self

import duckdb

_RUNS_SQL = frozenset({"execute", "executemany", "sql", "query", "commit", "fetchall"})


class SqlClock:
    """While entered, connections made by duckdb.connect are watched.

    Statements may overlap: what is added up is the CPU from the start of the first of them to the
    end of the last, so nothing counts twice.
    """

    def __init__(self) -> None:
        self.cpu_seconds = 0.0
        self.statements = 0
        self._running = 0
        self._started = 0.0
        self._lock = threading.Lock()
        self._connect = duckdb.connect

    def __enter__(self) -> Self:
        def connect(*arguments: Any, **options: Any) -> _Watched:
            return _Watched(self._connect(*arguments, **options), self)

        duckdb.connect = connect  # type: ignore[assignment]
        return self

    def __exit__(self, *failure: object) -> None:
        duckdb.connect = self._connect

    def start(self) -> None:
        """A statement begins."""
        with self._lock:
            self.statements += 1
            if self._running == 0:
                self._started = time.process_time()
            self._running += 1

    def stop(self) -> None:
        """A statement has ended."""
        with self._lock:
            self._running -= 1
            if self._running == 0:
                self.cpu_seconds += time.process_time() - self._started


class _Watched:
    """A connection, or cursor, whose statements are timed."""

    def __init__(self, connection: Any, clock: SqlClock) -> None:
        self._connection = connection
        self._clock = clock

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._connection, name)
        if name not in _RUNS_SQL and name != "cursor":
            return value

        def call(*arguments: Any, **options: Any) -> Any:
            self._clock.start()
            try:
                result = value(*arguments, **options)
            finally:
                self._clock.stop()
            if name == "cursor" or result is self._connection:
                return self if result is self._connection else _Watched(result, self._clock)
            return result

        return call
