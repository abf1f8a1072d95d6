"""Noticing complete exports between two looks at the folder: new days, and changed ones.

Belongs here: what is due, complete and not asked for yet, and what to remember until the next look.
Does not: when to look and what to start (`sensors`).
A file is taken to be complete when two looks find it the same, as no marker tells its end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from orchestration.exports.layout import ExportDay
from orchestration.exports.manifest import pending_days


@dataclass(frozen=True)
class Memory:
    """What one look leaves for the next; as text, it is a sensor's cursor.

    settled: the state of all exports and manifests when nothing was left to do.
    waiting: the state of days that are due but may still be growing.
    requested: the state in which days were asked for, until they are loaded or change.
    requests: how many there were, so that each has a name of its own.
    """

    settled: str = ""
    waiting: Mapping[str, str] = field(default_factory=dict)
    requested: Mapping[str, str] = field(default_factory=dict)
    requests: int = 0

    def as_text(self) -> str:
        """The memory as JSON."""
        return json.dumps(vars(self), sort_keys=True)

    @classmethod
    def from_text(cls, text: str | None) -> Memory:
        """The memory of a text; an empty one where there is none or it is of another version."""
        try:
            return cls(**json.loads(text or "{}"))
        except (ValueError, TypeError):
            return cls()


@dataclass(frozen=True)
class Arrivals:
    """complete: days to load now. growing: days that are due once they stay as they are.

    bad: days that were asked for in this very state and did not load. key: a name of this request.
    memory: for the next look, if the complete days are asked for.
    """

    complete: tuple[date, ...]
    growing: tuple[date, ...]
    bad: tuple[date, ...]
    key: str
    memory: Memory


def find_arrivals(
    days: Sequence[ExportDay], raw: Path, memory: Memory, *, is_busy: bool = False
) -> Arrivals:
    """What is to be loaded now, after what the look before it has left.

    days: all that have arrived. is_busy: a load is under way, so nothing is asked for; what is
    complete will be at the next look. Only names, sizes and times are looked at, unless a file's
    time alone has changed.
    Raises BrokenManifest.
    """
    states = {str(day.export_date): _state(day) for day in days}
    settled = _settled(states, raw)
    if settled == memory.settled:
        return Arrivals((), (), tuple(map(date.fromisoformat, memory.requested)), "", memory)
    # A folder without files is an export that is about to come, or a day that was taken away; a
    # daily load takes it.
    due = [day for day in pending_days(days, raw) if day.files]
    waiting: dict[str, str] = {}
    requested: dict[str, str] = {}
    complete: list[date] = []
    growing: list[date] = []
    bad: list[date] = []
    for day in due:
        name = str(day.export_date)
        state = states[name]
        if memory.requested.get(name) == state:
            requested[name] = state
            (growing if is_busy else bad).append(day.export_date)
        elif memory.waiting.get(name) == state:
            waiting[name] = state
            complete.append(day.export_date)
        else:
            waiting[name] = state
            growing.append(day.export_date)
    if complete and not is_busy:
        asked = {str(day): waiting.pop(str(day)) for day in complete}
        text = json.dumps([memory.requests, asked], sort_keys=True)
        return Arrivals(
            tuple(complete),
            tuple(growing),
            tuple(bad),
            hashlib.sha256(text.encode()).hexdigest(),
            Memory("", waiting, {**requested, **asked}, memory.requests + 1),
        )
    # While a load is under way its days are due still; the next look must not think them bad.
    is_settled = not waiting and not is_busy
    kept = Memory(settled if is_settled else "", waiting, requested, memory.requests)
    return Arrivals((), (*growing, *complete), tuple(bad), "", kept)


def _state(day: ExportDay) -> str:
    lines = [
        f"{file.name}\0{file.size_bytes}\0{file.modified_ns}\0{file.version}\n"
        for file in day.files
    ]
    lines.append(str(day.problem))
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:16]


def _settled(states: Mapping[str, str], raw: Path) -> str:
    """A hash of all exports' states and of the manifests folder, whose time each load changes."""
    try:
        manifests = (raw / "manifests").stat().st_mtime_ns
    except FileNotFoundError:
        manifests = 0
    text = json.dumps([manifests, states], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
