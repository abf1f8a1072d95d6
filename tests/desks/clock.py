"""A clock that stands where it is told to, for programs that tests start: libfaketime's."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

BEFORE = datetime(2026, 3, 1, tzinfo=UTC)
"""When a desk is set up."""


class SetClock:
    """Sets the time that every program sees that was started with `environment`.

    They read it anew each time they ask, so a server that runs on sees what is set later.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "now"
        self.set(BEFORE)
        libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        assert libraries, "libfaketime is not installed: make desks"
        self.environment = {
            "LD_PRELOAD": str(libraries[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            # Seconds, which mean the same whatever zone a program takes.
            "FAKETIME_FMT": "%s",
            "FAKETIME_NO_CACHE": "1",
            # Servers wait by this clock, which has to go on.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "TZ": "UTC",
        }

    def set(self, moment: datetime) -> None:
        """Let it be this moment, until it is set again."""
        aside = self._file.with_suffix(".next")
        aside.write_text(f"{moment.timestamp():.0f}\n")
        aside.replace(self._file)
