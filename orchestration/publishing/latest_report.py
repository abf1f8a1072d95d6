"""The publication that is in place, followed from one to the next."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from orchestration.publishing.published_file import Identity, identify
from orchestration.publishing.published_report import PublishedReport


class LatestReport:
    """The publication that is in place, opened anew whenever it has been replaced.

    Whoever still uses the one before keeps it; it is closed after its last user.
    """

    def __init__(self, database: Path, engine: Mapping[str, str] | None = None) -> None:
        """database: the published file. engine: settings of DuckDB, by name."""
        self._database = database
        self._engine = engine
        self._lock = threading.Lock()
        self._current: PublishedReport | None = None

    def identity(self) -> Identity | None:
        """Of the file that is in place now, or None; cheap."""
        return identify(self._database)

    def get(self) -> PublishedReport:
        """The publication in place. Raises as PublishedReport does."""
        with self._lock:
            if self._current is None or self._current.identity != self.identity():
                self._current = None
                self._current = PublishedReport(self._database, self._engine)
            return self._current
