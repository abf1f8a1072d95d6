"""The daily load through Dagster's scheduler, over the days on which clocks change."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dagster import DagsterInstance, Definitions, ScheduleDefinition, job, op
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.test_utils import (
    create_test_daemon_workspace_context,
    freeze_time,
    instance_for_test,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._scheduler.scheduler import launch_scheduled_runs

from orchestration.dagster_app.schedules import daily_load
from orchestration.settings import Settings, SettingsError, load_settings

WARSAW = "Europe/Warsaw"


@op
def nothing() -> None: ...


@job(name="load_exports")
def a_load() -> None:
    nothing()


def defs() -> Definitions:
    """The schedule as it is, over a job of that name which loads nothing."""
    schedule = daily_load(load_settings())
    return Definitions(
        jobs=[a_load],
        schedules=[
            ScheduleDefinition(
                name=schedule.name,
                job=a_load,
                cron_schedule=schedule.cron_schedule,
                execution_timezone=schedule.execution_timezone,
                default_status=schedule.default_status,
            )
        ],
    )


@contextmanager
def scheduler() -> Iterator[tuple[DagsterInstance, WorkspaceProcessContext]]:
    origin = InProcessCodeLocationOrigin(
        LoadableTargetOrigin(python_file=str(Path(__file__)), attribute="defs"), "schedules"
    )
    launcher = {"module": "dagster._core.test_utils", "class": "MockedRunLauncher"}
    with (
        instance_for_test(overrides={"run_launcher": launcher}) as instance,
        create_test_daemon_workspace_context(
            InProcessWorkspaceLoadTarget(origin), instance
        ) as workspace,
    ):
        yield instance, workspace


def runs_after(evening: datetime, nights: int) -> list[datetime]:
    """When runs start, in UTC, where the scheduler looks each half hour of the nights."""
    started = []
    times: dict[str, Any] = {}
    with scheduler() as (instance, workspace):
        known = 0
        for night in range(nights):
            for half_hour in range(9):
                now = evening + timedelta(days=night, minutes=30 * half_hour)
                with freeze_time(now):
                    list(launch_scheduled_runs(workspace, logging.getLogger("t"), now, times))
                found = instance.get_runs_count()
                started.extend([now] * (found - known))
                known = found
    return started


@pytest.mark.parametrize(
    ("evening_before", "on_the_day", "after"),
    [
        # 02:30 does not exist on 31 March: the load starts at 03:00, when the clock goes on.
        ("2024-03-30 23:30", "2024-03-31 01:00", "2024-04-01 00:30"),
        # 02:30 comes twice on 27 October: one load, at the second.
        ("2024-10-26 23:30", "2024-10-27 01:30", "2024-10-28 01:30"),
    ],
)
def test_each_day_has_one_load_over_a_clock_change(
    monkeypatch: pytest.MonkeyPatch,
    evening_before: str,
    on_the_day: str,
    after: str,
) -> None:
    monkeypatch.setenv("INBOX_TIMEZONE", WARSAW)
    started = runs_after(datetime.fromisoformat(evening_before).replace(tzinfo=UTC), 2)
    assert [f"{time:%Y-%m-%d %H:%M}" for time in started] == [on_the_day, after]
    local = [time.astimezone(ZoneInfo(WARSAW)).date() for time in started]
    assert len(set(local)) == 2


def test_the_time_of_the_load_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INBOX_TIMEZONE", "America/New_York")
    monkeypatch.setenv("INBOX_SCHEDULE", "30 6 * * 1-5")
    friday = datetime(2024, 3, 8, 9, tzinfo=UTC)
    started = runs_after(friday, 4)
    # Clocks have gone on at the weekend.
    assert [f"{time:%a %H:%M}" for time in started] == ["Fri 11:30", "Mon 10:30"]


def test_the_default_is_half_past_two() -> None:
    assert daily_load(Settings()).cron_schedule == "30 2 * * *"


@pytest.mark.parametrize(
    "schedule",
    ["61 2 * * *", "30 2 * *", "a b c d e", "*/0 * * * *", "0 0 31 2 *", "@daily", "-1 0 * * *"],
)
def test_a_wrong_time_is_told(schedule: str) -> None:
    with pytest.raises(SettingsError, match=r"INBOX_SCHEDULE: .* five fields of cron"):
        daily_load(load_settings(schedule=schedule))


@pytest.mark.parametrize(
    "schedule", ["*/15 * * * *", "0 6,18 * * 1-5", "30 2 1 1,7 0", "1-9/2 * * * 7"]
)
def test_a_right_time_is_one_for_dagster_too(schedule: str) -> None:
    assert daily_load(load_settings(schedule=schedule)).cron_schedule == schedule
