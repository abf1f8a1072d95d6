"""A whole run through Dagster in this process: load what is due, build, test, publish.

The command line's way in; it runs the same jobs as the schedule and the UI, in the same instance.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from orchestration import erasure
from orchestration.access import make_private
from orchestration.advice import advice_for
from orchestration.erasure import Erasure
from orchestration.exports import find_export_days, pending_days, read_manifests
from orchestration.exports.loading import report_closed
from orchestration.exports.quarantine import RetriedDay, retried_day
from orchestration.exports.retention import close_days
from orchestration.exports.user_record import claim_key
from orchestration.lock import hold_lock
from orchestration.publishing.publication import Publication, read_publication
from orchestration.search import Search
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.warehouse.build import is_published

if TYPE_CHECKING:
    from dagster import DagsterInstance, ExecuteInProcessResult, JobDefinition

logger = logging.getLogger("inbox.run")

STARTED_BY_COMMAND = {"inbox/started_by": "command"}


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
    another run does not end, WrongPseudonymKey where the loaded days have another key.
    """
    make_private(settings)
    with hold_lock(settings.run_lock, "a run"):
        claim_key(settings.raw_folder, settings.pseudonym_key_bytes)
        arrived = find_export_days(settings.exports_folder, first, last)
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
    make_private(settings)
    with hold_lock(settings.run_lock, "a run"):
        claim_key(settings.raw_folder, settings.pseudonym_key_bytes)
        raw = settings.raw_folder
        arrived = {found.export_date for found in find_export_days(settings.exports_folder)}
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


def erase(settings: Settings, user_id: str) -> tuple[Erasure, RunOutcome, Search]:
    """Erases a user from all that is kept, and looks for them everywhere; loads nothing.

    Raises LockBusy and WrongPseudonymKey as `run` does.
    """
    make_private(settings)
    with hold_lock(settings.run_lock, "an erasure"):
        identifiers = erasure.begin(settings, user_id)
        done = erasure.take_from_raw(settings)
        outcome = _run(settings, [])
    return done, outcome, erasure.prove(settings, identifiers)


def _run(settings: Settings, due: Sequence[date]) -> RunOutcome:
    outcome = RunOutcome(days=list(due))
    if due:
        logger.info("Loading %s", describe_days(due))
        with _dagster(settings) as (instance, jobs):
            _execute(instance, jobs["load_exports"], outcome, **_load_config(due))
    else:
        report_closed(close_days(settings.raw_folder, settings.retention_days))
    if erasure.is_unfinished(settings):
        logger.info("Erasing users")
        with _dagster(settings) as (instance, jobs):
            outcome.is_changed = _execute(instance, jobs["erase_users"], outcome)
    elif read_manifests(settings.raw_folder) and not is_published(settings):
        logger.info("Building and testing the models")
        with _dagster(settings) as (instance, jobs):
            outcome.is_changed = _execute(instance, jobs["build_and_publish"], outcome)
    outcome.publication = read_publication(settings.published_folder)
    return outcome


def describe_days(days: Sequence[date]) -> str:
    """Export days in words, for messages."""
    if len(days) == 1:
        return f"the export day {days[0]}"
    return f"{len(days)} export days from {days[0]} to {days[-1]}"


def prepare_dagster_home(settings: Settings) -> None:
    """Makes the folder of Dagster's instance, with the project's configuration in it."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT_ROOT / "dagster.yaml", settings.dagster_home / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)


def _load_config(days: Sequence[date]) -> dict[str, Any]:
    """One run that loads just the given days; each is reported as a partition of its own.

    The run is not tagged with a range of partitions: days that have not arrived would be planned
    too, and shown as failed.
    """
    return {
        "tags": {"inbox/export_days": describe_days(days)},
        "run_config": {
            "ops": {"raw_exports": {"config": {"days": [day.isoformat() for day in days]}}}
        },
    }


@contextmanager
def _dagster(
    settings: Settings,
) -> Iterator[tuple[DagsterInstance, Mapping[str, JobDefinition]]]:
    # Imported here: Dagster takes seconds to import, and a run with nothing to do never needs it.
    from dagster import DagsterInstance

    from orchestration.build import build_defs

    prepare_dagster_home(settings)
    definitions = build_defs(settings)
    with DagsterInstance.get() as instance:
        _end_dead_runs(instance)
        yield (
            instance,
            {
                name: definitions.resolve_job_def(name)
                for name in ("load_exports", "build_and_publish", "erase_users")
            },
        )


def _end_dead_runs(instance: DagsterInstance) -> None:
    """Marks runs of the command that were killed as failed; nobody else would.

    Only one run of the command is under way at a time, so any that seems to be is not.
    """
    from dagster import DagsterRunStatus, RunsFilter

    under_way = RunsFilter(statuses=[DagsterRunStatus.STARTED], tags=STARTED_BY_COMMAND)
    for run in instance.get_runs(under_way):
        instance.report_run_failed(run, "The process of this run ended before the run did.")


def _execute(
    instance: DagsterInstance,
    job: JobDefinition,
    outcome: RunOutcome,
    tags: Mapping[str, str] | None = None,
    run_config: Mapping[str, Any] | None = None,
) -> bool:
    result = job.execute_in_process(
        instance=instance,
        tags={**STARTED_BY_COMMAND, **(tags or {})},
        run_config={
            **(run_config or {}),
            # The events are kept in the instance; the functions' own messages go to the terminal.
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
        raise_on_error=False,
    )
    outcome.failures.extend(_failures(result))
    return result.success


def _failures(result: ExecuteInProcessResult) -> list[str]:
    texts = []
    for event in result.get_step_failure_events():
        data = event.step_failure_data
        if data.user_failure_data is not None and data.user_failure_data.description:
            texts.append(data.user_failure_data.description)
        elif data.error is not None:
            cause = data.error.cause or data.error
            texts.append(cause.message.strip())
    return [_with_advice(text) for text in texts]


def _with_advice(text: str) -> str:
    advice = advice_for(text)
    return text if advice is None or advice in text else f"{text}\n{advice}."
