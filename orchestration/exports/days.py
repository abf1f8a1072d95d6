"""Export days for whoever looks after them: the state of each, and what is said of one by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from orchestration.errors import InboxError
from orchestration.exports import decisions
from orchestration.exports.coverage import find_coverage
from orchestration.exports.decisions import decide, read_empty_days, take_back_empty
from orchestration.exports.failed_days import read_failed_days
from orchestration.exports.healing import is_too_many, unresolved_rows
from orchestration.exports.layout import ExportDay
from orchestration.exports.loading import arrived_days
from orchestration.exports.manifest import (
    DayManifest,
    Decision,
    Retention,
    manifest_path,
    pending_days,
    read_manifest,
    read_manifests,
)
from orchestration.exports.remote import exports_of
from orchestration.exports.writing import raw_lock
from orchestration.machine import files
from orchestration.machine.lock import hold_lock
from orchestration.settings import Settings

SEE = "see what there is with: inbox days list --all"


class DayStandsOtherwise(InboxError):
    """What was asked for a day does not fit how it stands."""


class DayState(StrEnum):
    """What has become of a day."""

    LOADED = "loaded"
    CLOSED = "closed"
    DUE = "due"
    FAILED = "cannot be loaded"
    TOO_MANY_REJECTED = "too many rejected rows"
    MISSING = "has not arrived"
    EMPTY = "said to be empty"


@dataclass(frozen=True)
class KnownDay:
    """A day and its state. note: why it cannot be loaded, or who has said what of it."""

    export_date: date
    state: DayState
    rows_loaded: int = 0
    rows_rejected: int = 0
    note: str = ""

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to look at."""
        return self.state in (DayState.LOADED, DayState.CLOSED) and not self.rows_rejected

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {**vars(self), "export_date": str(self.export_date), "state": self.state.value}


def known_days(settings: Settings) -> list[KnownDay]:
    """Every day that is loaded, has arrived, is missing or said to be empty; oldest first.

    Raises ExportsNotFound where the exports folder that is set is none, BrokenManifest.
    """
    raw = settings.raw_folder
    manifests = read_manifests(raw)
    arrived = arrived_days(settings) if settings.exports is not None else []
    due = {day.export_date for day in pending_days(arrived, raw)}
    unresolved = unresolved_rows(raw, manifests, settings.max_rejected)
    held = {
        day
        for (day, entity), rows in unresolved.items()
        if is_too_many(rows, manifests[day].rows_read[entity], settings.max_rejected)
    }
    coverage = find_coverage(
        raw, settings.covered_from, settings.no_delivery, settings.sources_folder
    )
    days = {day: KnownDay(day, DayState.MISSING) for day in coverage.missing}
    for day, said in read_empty_days(raw).items():
        days[day] = KnownDay(day, DayState.EMPTY, note=_who(said))
    days |= {day: _loaded(manifest, day in held) for day, manifest in manifests.items()}
    failed = read_failed_days(raw)
    days |= {
        day.export_date: _arrived(day, manifests, failed.get(day.export_date))
        for day in arrived
        if day.export_date in due
    }
    return [days[day] for day in sorted(days)]


def _loaded(manifest: DayManifest, is_held: bool) -> KnownDay:
    state = DayState.LOADED if manifest.retention is Retention.OPEN else DayState.CLOSED
    return KnownDay(
        manifest.export_date,
        DayState.TOO_MANY_REJECTED if is_held else state,
        sum(manifest.rows_loaded.values()),
        sum(manifest.rows_rejected.values()),
        f"accepted: {_who(manifest.acceptance)}" if manifest.acceptance else "",
    )


def _arrived(
    day: ExportDay, manifests: Mapping[date, DayManifest], failure: str | None
) -> KnownDay:
    """A day that the next load will read; failure: why the last one could not."""
    before = manifests.get(day.export_date)
    reason = str(day.problem) if day.problem is not None else failure
    return KnownDay(
        day.export_date,
        DayState.DUE if reason is None else DayState.FAILED,
        sum(before.rows_loaded.values()) if before else 0,
        sum(before.rows_rejected.values()) if before else 0,
        reason or "",
    )


def _who(decision: Decision) -> str:
    reason = f": {decision.why}" if decision.why else ""
    return f"{decision.by}, {decision.at}{reason}"


def say_empty(settings: Settings, day: date, why: str, *, undo: bool = False) -> None:
    """Say that a day is empty, or take that back. Raises DayStandsOtherwise."""
    raw = settings.raw_folder
    if undo:
        if day not in read_empty_days(raw):
            raise DayStandsOtherwise(f"{day} is not said to be empty")
        take_back_empty(raw, [day])
        return
    if read_manifest(raw, day) is not None:
        raise DayStandsOtherwise(f"{day} is loaded, so it is not missing")
    has_exports = settings.exports is not None or settings.generated_exports.is_dir()
    if has_exports and _has_arrived(settings, day):
        folder = exports_of(settings) / str(day)
        raise DayStandsOtherwise(f"{day} has arrived: there is a folder {folder}")
    decisions.say_empty(raw, day, decide(why))


def accept(settings: Settings, day: date, why: str) -> None:
    """Take a loaded day's rejected rows as they are. Raises DayStandsOtherwise."""
    manifest = read_manifest(settings.raw_folder, day)
    if manifest is None:
        raise DayStandsOtherwise(f"{day} is not loaded", advice=SEE)
    if not any(manifest.rows_rejected.values()):
        raise DayStandsOtherwise(
            f"No row of {day} is set aside, so there is nothing to accept",
            advice="see what is with: inbox quarantine list",
        )
    decisions.accept(settings.raw_folder, day, decide(why))


def reopen(settings: Settings, day: date) -> None:
    """Make a loaded day due, and open again if it was closed.

    Raises DayStandsOtherwise, SettingsError.
    """
    raw = settings.raw_folder
    with hold_lock(settings.load_lock, "the reopening of a day"):
        if read_manifest(raw, day) is None:
            raise DayStandsOtherwise(f"{day} is not loaded", advice=SEE)
        if not _has_arrived(settings, day):
            raise DayStandsOtherwise(
                f"There is no folder of {day} in the exports to read it from",
                advice=f"put it there, or take the day out with: inbox days remove {day}",
            )
        with raw_lock(raw):
            manifest = read_manifest(raw, day)
            if manifest is not None:
                change = {"retention": Retention.OPEN, "is_due": True}
                changed = manifest.model_copy(update=change)
                files.write_text(manifest_path(raw, day), changed.model_dump_json(indent=2))


def remove(settings: Settings, day: date) -> None:
    """Take a loaded day out. Raises DayStandsOtherwise, SettingsError."""
    raw = settings.raw_folder
    with hold_lock(settings.load_lock, "the removal of a day"):
        if read_manifest(raw, day) is None:
            raise DayStandsOtherwise(f"{day} is not loaded", advice=SEE)
        if _has_arrived(settings, day):
            raise DayStandsOtherwise(
                f"The folder of {day} is still in the exports, and would be loaded again",
                advice="take it away first",
            )
        with raw_lock(raw):
            manifest_path(raw, day).unlink(missing_ok=True)
            files.sync(raw / "manifests")


def _has_arrived(settings: Settings, day: date) -> bool:
    """Whether its folder is there, also one that a source has written into the home.

    Raises SettingsError where nothing says where the exports lie: it may be there.
    """
    return bool(arrived_days(settings, day, day))
