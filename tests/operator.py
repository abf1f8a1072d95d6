"""Driving a Dagster instance as its daemon and its UI do, in this process and step by step.

The instance, its storage, the ticks of schedules, sensors and backfills and the GraphQL schema are
Dagster's own; only the processes around them are left out, and time passes as a test says.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter
from dagster._core.execution.backfill import BulkActionStatus
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.test_utils import create_test_daemon_workspace_context, freeze_time
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.backfill import execute_backfill_iteration
from dagster._daemon.sensor import execute_sensor_iteration
from dagster._scheduler.scheduler import launch_scheduled_runs
from dagster_graphql.test.utils import execute_dagster_graphql

from orchestration.dagster_app.instance import prepare_dagster_home
from orchestration.settings import Settings

LOCATION = "inbox_warehouse"
REPOSITORY = "__repository__"
logger = logging.getLogger("operator")


class Operator:
    """One instance over one home, and the time at which its daemon believes to be."""

    def __init__(
        self,
        instance: DagsterInstance,
        workspace: WorkspaceProcessContext,
        environment: Mapping[str, str],
    ) -> None:
        self.instance = instance
        self.workspace = workspace
        self._environment = environment
        # In the past to the end of a story, so that a daemon of its own may go on from there.
        self.now = datetime.now(UTC) - timedelta(hours=2)
        self._schedule_times: dict[str, Any] = {}

    def look(self, times: int = 1) -> list[DagsterRun]:
        """Lets a minute's third pass, then every sensor tick; the runs that this has started."""
        before = {run.run_id for run in self.instance.get_runs()}
        for _ in range(times):
            self.now += timedelta(seconds=20)
            with self._set(), freeze_time(self.now):
                list(execute_sensor_iteration(self.workspace, logger, None, None))
        return self._new_runs(before)

    def tick_schedules(self, until: datetime) -> list[DagsterRun]:
        """Lets time pass until then, and the scheduler look once; the runs that it has started."""
        before = {run.run_id for run in self.instance.get_runs()}
        self.now = until
        with self._set(), freeze_time(until):
            list(launch_scheduled_runs(self.workspace, logger, until, self._schedule_times))
        return self._new_runs(before)

    def run_backfills(self) -> list[DagsterRun]:
        """Lets the daemon see to backfills until none is left; the runs that it has started."""
        before = {run.run_id for run in self.instance.get_runs()}
        under_way = (BulkActionStatus.REQUESTED, BulkActionStatus.CANCELING)
        while any(backfill.status in under_way for backfill in self.instance.get_backfills()):
            with self._set():
                list(execute_backfill_iteration(self.workspace, logger))
        return self._new_runs(before)

    def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        """What the UI would get for a GraphQL query."""
        with self._set():
            context = self.workspace.create_request_context()
            result = execute_dagster_graphql(context, query, dict(variables or {}))
        assert not result.errors, result.errors
        return result.data

    def skip_reasons(self, sensor: str) -> str | None:
        """Why the last tick of a sensor started nothing."""
        repository = self.workspace.create_request_context().get_code_location(LOCATION)
        found = repository.get_repository(REPOSITORY).get_sensor(sensor)
        ticks = self.instance.get_ticks(found.get_remote_origin_id(), found.selector_id, limit=1)
        return ticks[0].skip_reason

    def runs(self, job: str, status: DagsterRunStatus | None = None) -> list[DagsterRun]:
        """The runs of a job, newest first."""
        statuses = None if status is None else [status]
        return list(self.instance.get_runs(RunsFilter(job_name=job, statuses=statuses)))

    def _set(self) -> AbstractContextManager[None]:
        """The settings' variables, which each test begins without."""
        return _variables(self._environment)

    def _new_runs(self, before: set[str]) -> list[DagsterRun]:
        found = [run for run in self.instance.get_runs() if run.run_id not in before]
        return found[::-1]


@contextmanager
def operate(settings: Settings, **environment: str) -> Iterator[Operator]:
    """The code location of a home, loaded in this process, and the home's own instance.

    Runs are executed where they are launched; the rest of the instance is as `dagster.yaml` says.
    """
    values = {
        "INBOX_EXPORTS": str(settings.exports),
        "INBOX_HOME": str(settings.home),
        "INBOX_TIMEZONE": settings.timezone,
        "INBOX_THREADS": "2",
        "DAGSTER_HOME": str(settings.dagster_home),
        "DAGSTER_EVENT_BATCH_SIZE": "1000",
        **environment,
    }
    with _variables(values):
        sys.modules.pop("orchestration.definitions", None)
        prepare_dagster_home(settings)
        configuration = settings.dagster_home / "dagster.yaml"
        content = yaml.safe_load(configuration.read_text())
        for part, name in (
            ("run_launcher", "SyncInMemoryRunLauncher"),
            ("run_coordinator", "DefaultRunCoordinator"),
        ):
            content[part] = {"module": f"dagster._core.{MODULES[name]}", "class": name}
        # It watches over processes, which there are none of.
        content.pop("run_monitoring")
        configuration.write_text(yaml.safe_dump(content))
        origin = InProcessCodeLocationOrigin(
            LoadableTargetOrigin(
                executable_path=sys.executable, module_name="orchestration.definitions"
            ),
            location_name=LOCATION,
        )
        with (
            DagsterInstance.get() as instance,
            create_test_daemon_workspace_context(
                InProcessWorkspaceLoadTarget(origin), instance
            ) as workspace,
        ):
            yield Operator(instance, workspace, values)
        sys.modules.pop("orchestration.definitions", None)


@contextmanager
def _variables(values: Mapping[str, str]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        yield


MODULES = {
    "SyncInMemoryRunLauncher": "launcher.sync_in_memory_run_launcher",
    "DefaultRunCoordinator": "run_coordinator.default_run_coordinator",
}
