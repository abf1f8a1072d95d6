"""Which export days are there, and which are missing: from what has landed, never from the clock.

A day is covered by its loaded folder, by the first fill of a source, by somebody's word that
it is empty, and by being a weekday on which nothing is delivered.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from orchestration.exports.decisions import read_empty_days
from orchestration.exports.manifest import DayManifest, read_manifests

DAYS_NAMED = 3


@dataclass(frozen=True)
class Coverage:
    """covered_from: the day from which on all should be there; as_of_date: the last loaded day.

    missing: the days between them, both included, that nothing covers. empty, no_delivery: days
    and weekdays on which nothing is to be delivered, also after the last loaded day.
    """

    covered_from: date | None = None
    as_of_date: date | None = None
    missing: tuple[date, ...] = ()
    empty: frozenset[date] = frozenset()
    no_delivery: frozenset[int] = frozenset()

    def between(self, first: date, last: date) -> list[date]:
        """The missing days of a range."""
        return [day for day in self.missing if first <= day <= last]

    def late(self, today: date) -> list[date]:
        """The days after the last loaded one that should have come before today."""
        if self.as_of_date is None:
            return []
        days = _days(self.as_of_date + timedelta(days=1), today - timedelta(days=1))
        return [
            day
            for day in days
            if day not in self.empty and day.isoweekday() not in self.no_delivery
        ]

    @property
    def identity(self) -> list[str]:
        """What changes where a number of missing days may change."""
        return [str(self.covered_from), *map(str, self.missing)]


@dataclass(frozen=True)
class FirstFill:
    """A source's first import: its folder holds every record from a day on."""

    covered_from: date
    folder: date


def find_coverage(
    raw: Path,
    configured_from: date | None = None,
    no_delivery: Collection[int] = (),
    sources: Path | None = None,
) -> Coverage:
    """Which days the loaded ones cover. Raises `BrokenManifest`.

    configured_from: INBOX_COVERED_FROM. no_delivery: weekdays without a delivery, Monday is 1.
    sources: where the states of sources lie.
    """
    manifests = read_manifests(raw)
    if not manifests:
        return Coverage(configured_from)
    fills = list(_first_fills(sources, manifests)) if sources else []
    starts = [fill.covered_from for fill in fills] or [min(manifests)]
    covered_from, as_of_date = configured_from or min(starts), max(manifests)
    empty = frozenset(read_empty_days(raw))
    missing = tuple(
        day
        for day in _days(covered_from, as_of_date)
        if day not in manifests
        and day not in empty
        and day.isoweekday() not in no_delivery
        and not any(fill.covered_from <= day <= fill.folder for fill in fills)
    )
    return Coverage(covered_from, as_of_date, missing, empty, frozenset(no_delivery))


def missing_in_words(days: Sequence[date]) -> str:
    """Missing days for people: how many, and the first of them by name."""
    if len(days) == 1:
        return f"1 day has not arrived: {in_words(days[0])}"
    named = ", ".join(map(in_words, days[:DAYS_NAMED]))
    more = f" and {len(days) - DAYS_NAMED} more" if len(days) > DAYS_NAMED else ""
    return f"{len(days)} days have not arrived: {named}{more}"


def in_words(day: date) -> str:
    """A day as people write it: 23 November 2026."""
    return f"{day.day} {day:%B %Y}"


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _first_fills(sources: Path, manifests: Mapping[date, DayManifest]) -> Iterator[FirstFill]:
    """The first fills that are loaded; their files are the ones that a source has numbered 1."""
    for path in sorted(sources.glob("*/state.json")):
        state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        ending = f".{path.parent.name}-000001.parquet"
        folders = [
            day
            for day, manifest in manifests.items()
            if any(file.file_name.endswith(ending) for file in manifest.files)
        ]
        if state.get("covered_from") and folders:
            yield FirstFill(date.fromisoformat(state["covered_from"]), min(folders))
