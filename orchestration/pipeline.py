"""A whole run through Dagster in this process: load what is due, build, test, publish.

The command line's way in; it runs the same jobs as the schedule and the UI, in the same instance.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from orchestration.errors import InboxError
from orchestration.exports import decisions, pending_days, read_manifests
from orchestration.exports.days import SEE, DayStandsOtherwise
from orchestration.exports.loading import (
    arrived_days,
    describe_days,
    forget_future_days,
    report_closed,
)
from orchestration.exports.quarantine import RetriedDay, retried_day
from orchestration.exports.retention import close_days
from orchestration.machine import files
from orchestration.machine.access import make_private
from orchestration.machine.advice import advice_on
from orchestration.machine.alerts import tell_outcome
from orchestration.machine.lock import hold_lock, is_held
from orchestration.privacy import erasure
from orchestration.privacy.erasure import Erasure
from orchestration.privacy.record import claim_key
from orchestration.privacy.search import Search
from orchestration.publishing.publish import Publication, read_publication
from orchestration.publishing.targets import NotDelivered, deliver_what_is_left
from orchestration.settings import PROJECT_ROOT, Settings, SettingsError
from orchestration.warehouse.build import is_published

if TYPE_CHECKING:
    from dagster import DagsterEvent, DagsterInstance, JobDefinition

logger = logging.getLogger("inbox.run")

COMMAND = "inbox run"
STARTED_BY_COMMAND = {"inbox/started_by": "command"}
# Events of many days are stored as one; what plans a backfill of them asks this of Dagster.
EVENTS_AT_ONCE = 1000


class InstanceUnavailable(InboxError):
    """The database of Dagster's runs and events does not answer."""


class Interrupted(InboxError):
    """The run was told to end, by a signal: nothing more is to be begun."""


@dataclass
class RunOutcome:
    """days: that were due. failures: one text for each thing that went wrong.

    publication: what readers have afterwards, whoever made it. is_changed: whether this run
    published.
    """

    days: list[date] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    publication: Publication | None = None
    is_changed: bool = False


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
        return _run(settings, due)


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
            f"{missing}: its folder is not in {settings.exports_folder}"
            for missing in sorted(waiting.keys() - arrived)
        ]
        due = [waiting_day for waiting_day in waiting if waiting_day in arrived]
        if due:
            retried.outcome = _run(settings, due)
            retried.days = [retried_day(waiting[again], raw) for again in due]
        return retried


def accept(settings: Settings, day: date, why: str) -> RunOutcome:
    """Takes a day's rejected rows as they are, then publishes.

    Raises as `run` does, and DayStandsOtherwise where the day is not loaded.
    """
    with _command(settings, "a run"):
        if decisions.accept(settings.raw_folder, day, decisions.decide(why)) is None:
            raise DayStandsOtherwise(f"{day} is not loaded", advice=SEE)
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
    make_private(settings)
    try:
        with hold_lock(settings.run_lock, what):
            claim_key(settings.raw_folder, settings.pseudonym_key_bytes)
            forget_future_days(settings)
            yield
    except Exception as error:
        tell_outcome(settings, COMMAND, [str(error) or type(error).__name__])
        raise
    tell_outcome(settings, COMMAND, [])


def _run(settings: Settings, due: Sequence[date]) -> RunOutcome:
    outcome = RunOutcome(days=list(due))
    before = read_publication(settings.published_folder)
    with ExitStack() as stack:

        @cache
        def dagster() -> tuple[DagsterInstance, Mapping[str, JobDefinition]]:
            return stack.enter_context(_dagster(settings))

        def execute(job: str, days: Sequence[date] = ()) -> None:
            instance, jobs = dagster()
            _execute(settings, instance, jobs[job], outcome, days)

        def forget(days: Sequence[date]) -> None:
            from orchestration.dagster_app.forgetting import forget_rejected

            forget_rejected(dagster()[0], days)

        if due:
            logger.info("Loading %s", describe_days(due))
            execute("load_exports", due)
        else:
            closed = close_days(settings.raw_folder, settings.retention_days)
            report_closed(closed)
            if closed.days:
                forget(closed.days)
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
            execute("build_and_publish")
    outcome.publication = read_publication(settings.published_folder)
    outcome.is_changed = outcome.publication != before
    return outcome


def prepare_dagster_home(settings: Settings) -> None:
    """Makes the folder of Dagster's instance, with the project's configuration in it.

    Runs and events go to SQLite files there, or to the database of the settings.
    Raises SettingsError where the package for that is not installed.
    """
    import yaml

    configuration = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text(encoding="utf-8"))
    if settings.dagster_postgres is not None:
        if find_spec("dagster_postgres") is None:
            raise SettingsError(
                "INBOX_DAGSTER_POSTGRES: install the extra inbox-warehouse[postgres] to use it"
            )
        # Dagster reads the address from the environment, so that no file holds its password.
        configuration["storage"] = {"postgres": {"postgres_url": {"env": "INBOX_DAGSTER_POSTGRES"}}}
        for name in ("event_log_storage", "run_storage", "schedule_storage"):
            configuration.pop(name, None)
        os.environ["INBOX_DAGSTER_POSTGRES"] = settings.dagster_postgres.get_secret_value()
    path = settings.dagster_home / "dagster.yaml"
    files.write_text(path, yaml.safe_dump(configuration), by_many=True)
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", str(EVENTS_AT_ONCE))


@contextmanager
def _dagster(
    settings: Settings,
) -> Iterator[tuple[DagsterInstance, Mapping[str, JobDefinition]]]:
    # Imported here: Dagster takes seconds to import, and a run with nothing to do never needs it.
    from dagster import DagsterInstance
    from sqlalchemy.exc import DBAPIError

    from orchestration.dagster_app.build import build_defs

    prepare_dagster_home(settings)
    definitions = build_defs(settings)
    try:
        with DagsterInstance.get() as instance:
            _end_dead_runs(settings, instance)
            yield (
                instance,
                {
                    name: definitions.resolve_job_def(name)
                    for name in ("load_exports", "build_and_publish", "erase_users")
                },
            )
    except Exception as error:
        if not isinstance(error, DBAPIError) and not isinstance(error.__cause__, DBAPIError):
            raise
        # Their texts name host and user, and can quote a statement with its data.
        is_local = settings.dagster_postgres is None
        what_to_do = (advice_on(error) if is_local else None) or (
            "see that the database of INBOX_DAGSTER_POSTGRES, or the disk of INBOX_HOME, is well "
            "and run again"
        )
        raise InstanceUnavailable(
            f"Dagster's runs and events cannot be kept ({type(error).__name__}): {what_to_do}"
        ) from None


def _end_dead_runs(settings: Settings, instance: DagsterInstance) -> None:
    """Marks runs of the command that were killed as failed; nobody else would.

    Only one run of the command is under way at a time, so any that seems to be is not. The places
    that dead runs keep in the pool are given up, or the next run would wait for them for ever:
    while nobody holds the warehouse's lock, nobody writes it, whatever the pool says.
    """
    from dagster import DagsterRunStatus, RunsFilter

    under_way = RunsFilter(statuses=[DagsterRunStatus.STARTED], tags=STARTED_BY_COMMAND)
    for run in instance.get_runs(under_way):
        instance.report_run_failed(run, "The process of this run ended before the run did.")
    storage = instance.event_log_storage
    if storage.supports_global_concurrency_limits and not is_held(settings.warehouse_lock):
        for pool in storage.get_concurrency_keys():
            places = storage.get_concurrency_info(pool)
            assigned = {step.run_id for step in places.pending_steps if step.assigned_timestamp}
            for run_id in places.active_run_ids | assigned:
                storage.free_concurrency_slots_for_run(run_id)


def _execute(
    settings: Settings,
    instance: DagsterInstance,
    job: JobDefinition,
    outcome: RunOutcome,
    days: Sequence[date] = (),
) -> None:
    """Runs a job, for certain days where some are given."""
    from orchestration.dagster_app.failures import reasons_of, reasons_of_run
    from orchestration.dagster_app.jobs import load_run

    request = load_run(days) if days else {"tags": {}, "run_config": {}}
    result = job.execute_in_process(
        instance=instance,
        tags={**STARTED_BY_COMMAND, **request["tags"]},
        run_config={
            **request["run_config"],
            # The events are kept in the instance; the functions' own messages go to the terminal.
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
        raise_on_error=False,
    )
    if any(_is_interruption(event) for event in result.all_events):
        # Dagster keeps the signal to itself, and what comes next would be begun all the same.
        raise Interrupted(
            "Ended by a signal: readers have what they had. Run again, and it goes on from here"
        )
    reasons = reasons_of(result.get_step_failure_events())
    if not result.success and not reasons:
        reasons = reasons_of_run(instance, result.run_id) or ["The run ended without a reason."]
    outcome.failures.extend(reasons)
    tell_outcome(settings, f"job {job.name}", reasons, result.run_id)


def _is_interruption(event: DagsterEvent) -> bool:
    from dagster import DagsterEventType
    from dagster._core.events import RunFailureReason

    return event.event_type == DagsterEventType.RUN_CANCELED or (
        event.event_type == DagsterEventType.RUN_FAILURE
        and event.job_failure_data.failure_reason == RunFailureReason.UNEXPECTED_TERMINATION
    )
