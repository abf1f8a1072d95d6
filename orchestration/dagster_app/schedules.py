"""What is done by the clock: exports are loaded once a day, whether or not anything was noticed."""

from __future__ import annotations

from dagster import DagsterInvalidDefinitionError, DefaultScheduleStatus, ScheduleDefinition

from orchestration.dagster_app.jobs import load_exports
from orchestration.settings import Settings, SettingsError

DAILY_LOAD = "daily_load"


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
