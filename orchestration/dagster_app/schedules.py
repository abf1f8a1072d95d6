"""What is done by the clock: exports are loaded once a day, whether or not anything was noticed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dagster import (
    AssetKey,
    DagsterInvalidDefinitionError,
    DefaultScheduleStatus,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
)

from orchestration.dagster_app.jobs import import_sources, load_exports
from orchestration.settings import Settings, SettingsError

DAILY_LOAD = "daily_load"
SOURCE_TAG = "inbox/source"


def daily_load(settings: Settings) -> ScheduleDefinition:
    """At INBOX_SCHEDULE in the workspace's zone: loads the days that are due.

    A publication follows by the sensors `publish_after_*_load`. Raises SettingsError where that is
    no time that Dagster knows.
    """
    try:
        return ScheduleDefinition(
            name=DAILY_LOAD,
            job=load_exports,
            cron_schedule=settings.schedule,
            execution_timezone=settings.timezone,
            default_status=DefaultScheduleStatus.RUNNING,
            description="Loads every export day that has arrived and is not loaded.",
        )
    except DagsterInvalidDefinitionError:
        raise SettingsError(
            f"INBOX_SCHEDULE: {settings.schedule!r} is not a time of the day as five fields of "
            "cron; one is '30 2 * * *'"
        ) from None


def daily_import(settings: Settings, sources: Sequence[AssetKey]) -> ScheduleDefinition:
    """At the same time: a run a source, so that one that fails or is slow holds up no other.

    Nor does it hold up the days that have arrived: `daily_load` does not wait, and what a source
    has written is loaded by `exports_arrived` when it is there.
    """

    def runs(context: ScheduleEvaluationContext) -> Iterator[RunRequest]:
        at = context.scheduled_execution_time.isoformat()
        for key in sources:
            name = key.path[-1]
            yield RunRequest(run_key=f"{name} {at}", asset_selection=[key], tags={SOURCE_TAG: name})

    return ScheduleDefinition(
        name="daily_import",
        job=import_sources,
        execution_fn=runs,
        cron_schedule=settings.schedule,
        execution_timezone=settings.timezone,
        default_status=DefaultScheduleStatus.RUNNING,
        description="Brings in the sources of INBOX_SOURCES, each in a run of its own.",
    )
