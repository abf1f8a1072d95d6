"""The days that have arrived and could not be loaded, with the reason, until they are or go.

Kept in `raw/failed_days.json`, so that whoever looks later (a list, a check, an alert) can tell a
day that has not arrived from one that cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from orchestration.exports.writing import raw_lock
from orchestration.machine import files

_FAILED = TypeAdapter(dict[date, str])


def read_failed_days(raw: Path) -> dict[date, str]:
    """Why each of those days could not be loaded, oldest first.

    A damaged file is as good as none: the next load finds the reasons again.
    """
    try:
        return dict(sorted(_FAILED.validate_json(_path(raw).read_bytes()).items()))
    except (FileNotFoundError, ValidationError):
        return {}


def note_load(raw: Path, failed: Mapping[date, str], due: Callable[[], Collection[date]]) -> None:
    """Note which days a load has found bad. due: the days that are to be loaded still.

    A day that failed before and is due no longer has been loaded since, or is again as it was
    loaded, or its folder is gone. On a full disk nothing can be noted, and the next load finds it.
    """
    if not failed and not read_failed_days(raw):
        return
    with suppress(OSError):
        raw.mkdir(parents=True, exist_ok=True)
        still = due()
        with raw_lock(raw):
            before = read_failed_days(raw)
            now = {day: reason for day, reason in before.items() if day in still} | dict(failed)
            if now != before:
                files.write_text(_path(raw), _FAILED.dump_json(now, indent=2).decode())


def _path(raw: Path) -> Path:
    return raw / "failed_days.json"
