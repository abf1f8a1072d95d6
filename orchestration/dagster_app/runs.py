"""Dagster's jobs in this process, in the instance that the UI shows: how the command runs them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from dagster import (
    AssetKey,
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    DagsterRunStatus,
    JobDefinition,
    RunsFilter,
)
from dagster._core.events import RunFailureReason
from sqlalchemy.exc import DBAPIError

from orchestration.dagster_app.build import build_defs
from orchestration.dagster_app.failures import reasons_of, reasons_of_run
from orchestration.dagster_app.forgetting import forget_rejected
from orchestration.dagster_app.instance import prepare_dagster_home
from orchestration.dagster_app.jobs import run_of
from orchestration.errors import InboxError
from orchestration.machine.advice import advice_on
from orchestration.machine.alerts import tell_outcome
from orchestration.machine.lock import is_held
from orchestration.settings import Settings
from orchestration.warehouse.day_alerts import tell_load

logger = logging.getLogger("inbox.run")

JOBS = ("load_exports", "build_and_publish", "erase_users")
STARTED_BY_COMMAND = {"inbox/started_by": "command"}


class InstanceUnavailable(InboxError):
    """The database of Dagster's runs and events does not answer."""


class Interrupted(InboxError):
    """The run was told to end, by a signal: nothing more is to be begun."""


@dataclass(frozen=True)
class Runs:
    """The instance, and the jobs that run in it."""

    settings: Settings
    instance: DagsterInstance
    jobs: Mapping[str, JobDefinition]

    def execute(
        self, job: str, days: Sequence[date] = (), source: AssetKey | None = None
    ) -> list[str]:
        """Runs a job, for certain days or a source where given; why it failed, if it did.

        Raises Interrupted where a signal ended it.
        """
        request = run_of(job, days)
        result = self.jobs[job].execute_in_process(
            instance=self.instance,
            tags={**STARTED_BY_COMMAND, **request["tags"]},
            run_config={
                **request["run_config"],
                # The events are kept; the functions' own messages go to the terminal.
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            raise_on_error=False,
            asset_selection=None if source is None else [source],
        )
        if any(_is_interruption(event) for event in result.all_events):
            # Dagster keeps the signal to itself, and what comes next would be begun all the same.
            raise Interrupted(
                "Ended by a signal: readers have what they had. Run again, and it goes on from here"
            )
        reasons = reasons_of(result.get_step_failure_events())
        if not result.success and not reasons:
            reasons = reasons_of_run(self.instance, result.run_id)
            reasons = reasons or ["The run ended without a reason."]
        tell = tell_load if job == "load_exports" else tell_outcome
        subject = f"job {job}" if source is None else f"source {source.path[-1]}"
        tell(self.settings, subject, reasons, result.run_id)
        return reasons

    def import_sources(self) -> list[str]:
        """Brings in each source in a run of its own; what is wrong with any of them."""
        from orchestration.dagster_app.assets_sources import keys_of, source_assets

        reasons = []
        for key in keys_of(source_assets(self.settings)):
            logger.info("Importing %s", key.path[-1])
            reasons += self.execute("import_sources", source=key)
        return reasons

    def forget_rejected(self, days: Sequence[date]) -> None:
        """Takes looks at the rejected rows of days out of what the instance keeps."""
        forget_rejected(self.instance, days)


@contextmanager
def open_runs(settings: Settings) -> Iterator[Runs]:
    """The instance of the settings' home. Raises InstanceUnavailable where it cannot be kept."""
    prepare_dagster_home(settings)
    definitions = build_defs(settings)
    try:
        with DagsterInstance.get() as instance:
            end_dead_runs(settings, instance)
            names = (*JOBS, *(("import_sources",) if settings.sources else ()))
            jobs = {name: definitions.resolve_job_def(name) for name in names}
            yield Runs(settings, instance, jobs)
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
            f"Dagster's runs and events cannot be kept ({type(error).__name__})", advice=what_to_do
        ) from None


def end_dead_runs(settings: Settings, instance: DagsterInstance) -> None:
    """Marks runs of the command that were killed as failed; nobody else would.

    Only one run of the command is under way at a time, so any that seems to be is not. The places
    that dead runs keep in the pool are given up, or the next run would wait for them for ever:
    while nobody holds the warehouse's lock, nobody writes it, whatever the pool says.
    """
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


def _is_interruption(event: DagsterEvent) -> bool:
    return event.event_type == DagsterEventType.RUN_CANCELED or (
        event.event_type == DagsterEventType.RUN_FAILURE
        and event.job_failure_data.failure_reason == RunFailureReason.UNEXPECTED_TERMINATION
    )
