"""What people have said of export days, on record: who, when and why.

A day that is said to be empty is noted in `raw/empty_days.json`, until a folder of it arrives. That
too many bad rows of a day are accepted stands in its manifest.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from orchestration.exports.errors import BrokenManifest
from orchestration.exports.manifest import Decision, manifest_path, read_manifest
from orchestration.exports.writing import raw_lock
from orchestration.machine import files

_EMPTY_DAYS = TypeAdapter(dict[date, Decision])


def decide(why: str) -> Decision:
    """A decision of the user who runs this process, of now."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Decision(by=_user(), at=at, why=why)


def read_empty_days(raw: Path) -> dict[date, Decision]:
    """The days that are said to be empty, oldest first. Raises `BrokenManifest`."""
    path = raw / "empty_days.json"
    try:
        days = _EMPTY_DAYS.validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValidationError:
        raise BrokenManifest(path) from None
    return dict(sorted(days.items()))


def say_empty(raw: Path, day: date, decision: Decision) -> None:
    """Note that nothing will come of a day."""
    raw.mkdir(parents=True, exist_ok=True)
    with raw_lock(raw):
        _write_empty_days(raw, {**read_empty_days(raw), day: decision})


def take_back_empty(raw: Path, days: Collection[date]) -> None:
    """Forget that days were said to be empty: their folders have come, or it was a mistake."""
    if not read_empty_days(raw).keys() & set(days):
        return
    with raw_lock(raw):
        said = read_empty_days(raw)
        _write_empty_days(raw, {day: said[day] for day in said.keys() - set(days)})


def accept(raw: Path, day: date, decision: Decision) -> None:
    """Take the bad rows of a loaded day as they are."""
    with raw_lock(raw):
        manifest = read_manifest(raw, day)
        if manifest is not None:
            manifest = manifest.model_copy(update={"acceptance": decision})
            files.write_text(manifest_path(raw, day), manifest.model_dump_json(indent=2))


def _write_empty_days(raw: Path, days: Mapping[date, Decision]) -> None:
    content = {day: days[day] for day in sorted(days)}
    text = _EMPTY_DAYS.dump_json(content, indent=2).decode()
    files.write_text(raw / "empty_days.json", text)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        return f"user {os.getuid()}"
