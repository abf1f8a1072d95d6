"""When runs start by themselves: exports are loaded once a day, and published after a load."""

from __future__ import annotations

from dagster import (
    DagsterRunStatus,
    DefaultScheduleStatus,
    DefaultSensorStatus,
    RunRequest,
    RunStatusSensorContext,
    RunStatusSensorDefinition,
    ScheduleDefinition,
    SkipReason,
    run_status_sensor,
)

from orchestration.jobs import build_and_publish, load_exports
from orchestration.publishing.targets import is_delivered
from orchestration.settings import Settings
from orchestration.warehouse.build import is_published


def daily_load(settings: Settings) -> ScheduleDefinition:
    """Every day at 02:30 in the workspace's zone: loads the days that are due."""
    return ScheduleDefinition(
        name="daily_load",
        job=load_exports,
        cron_schedule="30 2 * * *",
        execution_timezone=settings.timezone,
        default_status=DefaultScheduleStatus.RUNNING,
        description="Loads every export day that has arrived and is not loaded.",
    )


def publish_after_load(settings: Settings) -> list[RunStatusSensorDefinition]:
    """Builds and publishes after each load: also a failed one, for the days that did load.

    A load may be the job's or one of chosen days from the asset pages, which has no job of its
    own, so every successful run is looked at. A failed publication starts nothing: it would fail
    again.
    """

    def request(context: RunStatusSensorContext) -> RunRequest | SkipReason:
        if is_published(settings) and is_delivered(settings):
            return SkipReason("Readers have what is loaded.")
        return RunRequest(run_key=context.dagster_run.run_id)

    return [
        run_status_sensor(
            name=f"publish_after_{outcome}_load",
            run_status=status,
            monitored_jobs=monitored_jobs,
            request_job=build_and_publish,
            default_status=DefaultSensorStatus.RUNNING,
            description=f"Builds and publishes after a {outcome} load, where it changed anything.",
        )(request)
        for outcome, status, monitored_jobs in (
            ("successful", DagsterRunStatus.SUCCESS, None),
            ("failed", DagsterRunStatus.FAILURE, [load_exports]),
        )
    ]
