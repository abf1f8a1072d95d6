"""Loading export days: which are due, each landed by itself, and what became of each."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta

from orchestration.exports.decisions import take_back_empty
from orchestration.exports.door import Door
from orchestration.exports.errors import BadExportFile, ExportsUnreachable, LandingFailed
from orchestration.exports.failed_days import note_load
from orchestration.exports.landing import load_day
from orchestration.exports.layout import (
    ExportDay,
    find_export_days,
    find_ignored,
    without_future_days,
)
from orchestration.exports.manifest import (
    DayManifest,
    Retention,
    changed_closed_days,
    manifest_path,
    pending_days,
    read_manifests,
)
from orchestration.exports.remote import exports_of
from orchestration.exports.retention import ClosedDays, close_days
from orchestration.machine import zones
from orchestration.machine.lock import hold_lock
from orchestration.settings import Settings

logger = logging.getLogger("inbox.exports")

Landed = DayManifest | BadExportFile | ExportsUnreachable | LandingFailed

PROGRESS_LINES = 100  # for more days than that, a line is for several of them
UNREACHABLE_DAYS = 3  # so many in a row are the store's fault, no longer the days'


@dataclass
class LoadOutcome:
    """loaded: the days that landed, oldest first. seconds: what each of them took.

    failed: one line for each day that did not land, and why. failed_days: the same for those that
    have arrived. not_arrived: the days that were asked for and are not there.
    """

    loaded: list[DayManifest] = field(default_factory=list)
    seconds: dict[date, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    failed_days: dict[date, str] = field(default_factory=dict)
    not_arrived: list[date] = field(default_factory=list)

    def fail(self, day: date, reason: str) -> None:
        """Note a day that has arrived and did not land."""
        self.failed.append(reason)
        self.failed_days[day] = reason


def describe_days(days: Sequence[date]) -> str:
    """Export days in words, for messages."""
    if len(days) == 1:
        return f"the export day {days[0]}"
    return f"{len(days)} export days from {days[0]} to {days[-1]}"


def arrived_days(
    settings: Settings, first: date | None = None, last: date | None = None
) -> list[ExportDay]:
    """The days of the exports folder from `first` to `last`, oldest first.

    A day later than tomorrow is among them, as one that cannot be loaded.
    Raises ExportsNotFound, SettingsError, BrokenManifest.
    """
    days = find_export_days(exports_of(settings), first, last)
    now = zones.today(settings.timezone)
    if not days or days[-1].export_date <= now:
        return days
    in_time = read_manifests(settings.raw_folder).keys() - future_days(settings)
    return without_future_days(days, now, in_time)


def future_days(settings: Settings) -> list[date]:
    """The loaded days that were later than tomorrow when they were loaded."""
    return [
        day
        for day, manifest in read_manifests(settings.raw_folder).items()
        if day > zones.local_date(manifest.moment, settings.timezone) + timedelta(days=1)
    ]


def forget_future_days(settings: Settings) -> None:
    """Takes those days out, which a version before this one let in; none is loaded today."""
    for day in future_days(settings):
        logger.warning("No longer loaded: %s, which lay in the future when it was loaded", day)
        manifest_path(settings.raw_folder, day).unlink()


def load_days(
    settings: Settings, door: Door, requested: Sequence[str] | None = None
) -> LoadOutcome:
    """Lands export days, several at a time; what one day's files do to it does not touch another.

    door: what becomes of users' identifiers.
    requested: the days (YYYY-MM-DD), read again even where nothing has changed; None is every day
    that has arrived and is not loaded, or whose files have changed.
    A day that retention has closed is never read again. A full disk ends the load, and so does a
    store that does not give the files of several days in a row.
    Raises ExportsNotFound where there is no exports folder, SettingsError where none is set,
    LockBusy where another load does not end, WrongPseudonymKey where the loaded days have another
    key.
    """
    with hold_lock(settings.load_lock, "a load of export days"):
        raw = settings.raw_folder
        door.enter(raw)
        forget_future_days(settings)
        outcome = _load_days(settings, door, requested)
        report_closed(close_days(raw, settings.retention_days))
        return outcome


def report_closed(closed: ClosedDays) -> None:
    """Say which days retention has closed, and what went with it."""
    if closed.days:
        logger.info(
            "Closed %d days up to %s: %d superseded rows and %d rows set aside are gone",
            len(closed.days),
            closed.days[-1],
            closed.rows_superseded,
            closed.rows_quarantined,
        )


def _load_days(settings: Settings, door: Door, requested: Sequence[str] | None) -> LoadOutcome:
    raw = settings.raw_folder
    arrived = {day.export_date: day for day in arrived_days(settings)}
    take_back_empty(raw, arrived.keys())
    for name in find_ignored(exports_of(settings)):
        logger.warning("Ignored in the exports folder: %s is not an export day", name)
    outcome = LoadOutcome()
    closed = changed_closed_days(list(arrived.values()), raw)
    for day in closed:
        logger.warning("Not read again: %s is closed by INBOX_RETENTION_DAYS", day.export_date)
    if requested is None:
        days = pending_days(list(arrived.values()), settings.raw_folder)
    else:
        wanted = sorted({date.fromisoformat(day) for day in requested})
        closed_days = {
            day
            for day, manifest in read_manifests(raw).items()
            if manifest.retention is not Retention.OPEN
        }
        days = [arrived[day] for day in wanted if day in arrived and day not in closed_days]
        outcome.failed.extend(
            f"{day}: is closed by INBOX_RETENTION_DAYS and not read again"
            for day in wanted
            if day in closed_days
        )
        outcome.not_arrived = [
            day for day in wanted if day not in arrived and day not in closed_days
        ]
        for missing in outcome.not_arrived:
            logger.warning("%s has not arrived: there is no folder of it in the exports", missing)
    progress = _Progress(len(days))
    unreachable = 0
    for day, (result, seconds) in zip(days, _land(settings, door, days), strict=False):
        if isinstance(result, LandingFailed):
            # Neither would the next day have room; a later load goes on from this one.
            logger.error("%s", result)
            outcome.failed.append(str(result))
            break
        if isinstance(result, ExportsUnreachable):
            outcome.fail(day.export_date, f"{day.export_date}: {result}")
            unreachable += 1
            if unreachable == UNREACHABLE_DAYS:
                # The next day would wait for the same store; a later load goes on from here.
                break
            progress.add(None)
            continue
        unreachable = 0
        if isinstance(result, BadExportFile):
            logger.error("%s", result)
            outcome.fail(day.export_date, str(result))
            progress.add(None)
        else:
            outcome.loaded.append(result)
            outcome.seconds[result.export_date] = seconds
            progress.add(result)
    note_load(
        raw,
        outcome.failed_days,
        lambda: {day.export_date for day in pending_days(list(arrived.values()), raw)},
    )
    _warn_of_what_was_passed_over(outcome.loaded)
    return outcome


def _land(
    settings: Settings, door: Door, days: Sequence[ExportDay]
) -> Iterator[tuple[Landed, float]]:
    """Each day's manifest or what is wrong with it, and its seconds, in the order of the days.

    Threads are enough: Arrow parses, packs and writes without holding the others up.
    """

    def land(day: ExportDay) -> tuple[Landed, float]:
        started = time.perf_counter()
        try:
            result: Landed = load_day(day, settings.raw_folder, door)
        except (BadExportFile, ExportsUnreachable, LandingFailed) as error:
            result = error
        return result, time.perf_counter() - started

    pool = ThreadPoolExecutor(max(1, min(settings.threads, len(days))), "load")
    try:
        yield from pool.map(land, days)
    finally:
        # Days that were not begun when another failed for a reason of the machine's stay due.
        pool.shutdown(cancel_futures=True)


class _Progress:
    """Says what has landed, in no more lines than can be read."""

    def __init__(self, days: int) -> None:
        self._days = days
        self._days_a_line = -(-days // PROGRESS_LINES)
        self._done = 0
        self._waiting: list[DayManifest] = []

    def add(self, manifest: DayManifest | None) -> None:
        """One day more; None for one that did not land."""
        self._done += 1
        if manifest is not None:
            self._waiting.append(manifest)
        if self._waiting and (self._done % self._days_a_line == 0 or self._done == self._days):
            first, last = self._waiting[0].export_date, self._waiting[-1].export_date
            logger.info(
                "Loaded %s (%d of %d): %s",
                first if first == last else f"{first} to {last}",
                self._done,
                self._days,
                _summary(self._waiting),
            )
            self._waiting = []


def _warn_of_what_was_passed_over(manifests: Sequence[DayManifest]) -> None:
    """One warning for each thing, however many days it is in."""
    places: dict[str, list[str]] = defaultdict(list)
    for manifest in manifests:
        for name in manifest.ignored:
            places[f"{name} is not an export file"].append(str(manifest.export_date))
        for file in manifest.files:
            if file.unknown_columns:
                names = ", ".join(file.unknown_columns)
                places[f"unknown columns {names}"].append(
                    f"{manifest.export_date}/{file.file_name}"
                )
    for what, where in places.items():
        more = f" and {len(where) - 1} more" if len(where) > 1 else ""
        logger.warning("Ignored in %s%s: %s", where[0], more, what)


def _summary(manifests: Sequence[DayManifest]) -> str:
    files = [file for manifest in manifests for file in manifest.files]
    loaded = sum(file.rows_loaded for file in files)
    rejected = sum(file.rows_rejected for file in files)
    text = f"{loaded} rows from {len(files)} files"
    return f"{text}, {rejected} rejected" if rejected else text
