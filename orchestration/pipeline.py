"""A whole run: load what is due, build, test, publish; what there is to do goes to Dagster's jobs.

The command line's way in; it runs the same jobs as the schedule and the UI, in the same instance.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from orchestration.errors import InboxError
from orchestration.exports import days, pending_days, read_manifests
from orchestration.exports.loading import (
    arrived_days,
    describe_days,
    forget_future_days,
    report_closed,
)
from orchestration.exports.manifest import changed_closed_days
from orchestration.exports.quarantine import RetriedDay, retried_day
from orchestration.exports.remote import exports_of
from orchestration.exports.retention import close_days
from orchestration.machine.access import make_private
from orchestration.machine.alerts import tell_outcome
from orchestration.machine.exposure import warn_of_exposure
from orchestration.machine.lock import hold_lock
from orchestration.privacy import erasure
from orchestration.privacy.erasure import Erasure
from orchestration.privacy.record import claim_key
from orchestration.privacy.search import Search
from orchestration.publishing.record import Publication, read_publication
from orchestration.publishing.targets import NotDelivered, deliver_what_is_left
from orchestration.settings import Settings
from orchestration.warehouse.day_alerts import tell_late_days
from orchestration.warehouse.home_beside import check_known, copy_landed
from orchestration.warehouse.open_hours import load_schedules
from orchestration.warehouse.publication import is_published

if TYPE_CHECKING:
    from orchestration.dagster_app.runs import Runs

logger = logging.getLogger("inbox.run")

COMMAND = "inbox run"


@dataclass
class RunOutcome:
    """days: that were due. failures: one text for each thing that went wrong.

    publication: what readers have afterwards, whoever made it. is_changed: whether this run
    published. closed: days that retention has closed, so that their changed files are not read.
    """

    days: list[date] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    publication: Publication | None = None
    is_changed: bool = False
    closed: list[date] = field(default_factory=list)


def run(settings: Settings, first: date | None = None, last: date | None = None) -> RunOutcome:
    """Loads every day of the range that is due, then builds, tests and publishes where needed.

    A day that cannot be loaded is among the failures; the others are published without it.
    Raises ExportsNotFound or SettingsError where there is nothing to read from, LockBusy where
    another run does not end, InstanceUnavailable where Dagster's database does not answer,
    Interrupted where a signal ends the run, WrongPseudonymKey where the loaded days have another
    key.
    INBOX_ALERT_URL is told of every failure and of its end.
    """
    with _command(settings, "a run"):
        arrived = arrived_days(settings, first, last)
        due = [day.export_date for day in pending_days(arrived, settings.raw_folder)]
        is_daily = first is None and last is None  # and no backfill of some days
        closed = changed_closed_days(arrived, settings.raw_folder)
        outcome = _run(settings, due, with_sources=is_daily)
        outcome.closed = [day.export_date for day in closed]
        if is_daily:
            tell_late_days(settings)
        return outcome


def run_as_known(settings: Settings, day: date, known: Settings) -> RunOutcome:
    """Fills a home with the export days up to a day alone, then builds, tests and publishes it.

    settings: of the home that is filled. known: of the one whose landed days are taken over, as
    they landed there; what is due of the exports besides is loaded.
    Raises as `run` does, and NotKnownAnyMore, LaterDaysThere.
    """
    with _command(settings, "a run"):
        if later := [loaded for loaded in read_manifests(settings.raw_folder) if loaded > day]:
            raise LaterDaysThere(
                f"{settings.home} has export days up to {max(later)}, later than {day}",
                advice="give --home a folder that is not there yet",
            )
        if read_manifests(known.raw_folder):
            with hold_lock(known.warehouse_lock, "a copy"):
                check_known(known, day)
                copy_landed(known, settings.home, day)
            claim_key(settings.raw_folder, settings.pseudonym_key_bytes)
        arrived = arrived_days(settings, None, day) if settings.exports is not None else []
        due = pending_days(arrived, settings.raw_folder)
        return _run(settings, [found.export_date for found in due])


class LaterDaysThere(InboxError):
    """The home that is to be as known on a day has later ones."""


@dataclass
class Retry:
    """days: what became of their rows. not_retried: a text for each day that could not be read.

    outcome: of the run, if there was one.
    """

    days: list[RetriedDay] = field(default_factory=list)
    not_retried: list[str] = field(default_factory=list)
    outcome: RunOutcome | None = None


def retry(settings: Settings, day: date | None = None) -> Retry:
    """Loads the days again that have rows set aside, or just one of them, then goes on as `run`.

    Raises as `run` does.
    """
    with _command(settings, "a run"):
        raw = settings.raw_folder
        arrived = {found.export_date for found in arrived_days(settings)}
        retried = Retry()
        waiting = {
            manifest.export_date: manifest
            for manifest in read_manifests(raw).values()
            if manifest.quarantine is not None and day in (None, manifest.export_date)
        }
        retried.not_retried = [
            f"{missing}: its folder is not in {exports_of(settings)}"
            for missing in sorted(waiting.keys() - arrived)
        ]
        due = [waiting_day for waiting_day in waiting if waiting_day in arrived]
        if due:
            retried.outcome = _run(settings, due)
            retried.days = [retried_day(waiting[again], raw) for again in due]
        return retried


def accept(settings: Settings, day: date, why: str) -> RunOutcome:
    """Takes a day's rejected rows as they are, then publishes.

    Raises as `run` does, and DayStandsOtherwise where the day is not loaded or none is rejected.
    """
    with _command(settings, "a run"):
        days.accept(settings, day, why)
        return _run(settings, [])


def erase(settings: Settings, user_id: str) -> tuple[Erasure, RunOutcome, Search]:
    """Erases a user from all that is kept, and looks for them everywhere; loads nothing.

    Raises as `run` does.
    """
    with _command(settings, "an erasure"):
        identifiers = erasure.begin(settings, user_id)
        done = erasure.take_from_raw(settings)
        outcome = _run(settings, [])
    return done, outcome, erasure.prove(settings, identifiers)


@contextmanager
def _command(settings: Settings, what: str) -> Iterator[None]:
    """Makes the home ready and keeps other commands out of it; tells whoever waits for alerts."""
    load_schedules(settings)
    make_private(settings)
    warn_of_exposure(settings)
    try:
        with hold_lock(settings.run_lock, what):
            claim_key(settings.raw_folder, settings.pseudonym_key_bytes)
            forget_future_days(settings)
            yield
    except Exception as error:
        tell_outcome(settings, COMMAND, [str(error) or type(error).__name__])
        raise
    tell_outcome(settings, COMMAND, [])


def _run(settings: Settings, due: Sequence[date], *, with_sources: bool = False) -> RunOutcome:
    outcome = RunOutcome(days=list(due))
    before = read_publication(settings.published_folder)
    with ExitStack() as stack:

        @cache
        def dagster() -> Runs:
            # Dagster takes seconds to import, and a run with nothing to do never needs it.
            from orchestration.dagster_app.runs import open_runs

            return stack.enter_context(open_runs(settings))

        def execute(job: str, days: Sequence[date] = ()) -> None:
            outcome.failures.extend(dagster().execute(job, days))

        if due:
            logger.info("Loading %s", describe_days(due))
            execute("load_exports", due)
        else:
            closed = close_days(settings.raw_folder, settings.retention_days)
            report_closed(closed)
            if closed.days:
                dagster().forget_rejected(closed.days)
        if with_sources and settings.sources is not None:
            # After what has arrived: a source that is slow keeps none of it from loading.
            outcome.failures.extend(dagster().import_sources())
            brought = _due_after(settings, outcome)
            if brought:
                logger.info("Loading %s", describe_days(brought))
                execute("load_exports", brought)
        if erasure.is_unfinished(settings):
            logger.info("Erasing users")
            execute("erase_users")
        elif is_published(settings):
            reasons = []
            try:
                deliver_what_is_left(settings)
            except NotDelivered as error:
                reasons = [str(error)]
            outcome.failures.extend(reasons)
            tell_outcome(settings, "job build_and_publish", reasons)
        elif read_manifests(settings.raw_folder):
            logger.info("Building and testing the models")
            execute("build_and_publish", outcome.days)
    outcome.publication = read_publication(settings.published_folder)
    outcome.is_changed = outcome.publication != before
    return outcome


def _due_after(settings: Settings, outcome: RunOutcome) -> list[date]:
    """The days that are due once sources were imported; not those that have just failed."""
    due = {day.export_date for day in pending_days(arrived_days(settings), settings.raw_folder)}
    failed = set(outcome.days) - read_manifests(settings.raw_folder).keys()
    outcome.days.extend(sorted(due - set(outcome.days)))
    return sorted(due - failed)
