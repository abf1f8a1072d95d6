"""A deployment on one machine: Dagster's storage in a real PostgreSQL, and the systemd units.

The tests with the server tell one story, in their order.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shlex
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from configparser import RawConfigParser
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetKey, DagsterInstance, DagsterRunStatus

from orchestration import pipeline
from orchestration.dagster_app.instance import prepare_dagster_home
from orchestration.dagster_app.runs import InstanceUnavailable
from orchestration.settings import PROJECT_ROOT, Settings, load_settings
from tests.homes import ready_dbt_folder
from tests.oracle.generate import generate_inbox, write_inbox
from tests.services.ports import free_port
from tests.services.postgres import PASSWORD, PostgresServer

ZONE = "Europe/Warsaw"
DEPLOY = PROJECT_ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


@pytest.fixture(scope="module")
def settings(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Four days, of which the last has not arrived."""
    folder = tmp_path_factory.mktemp("deployment")
    write_inbox(generate_inbox(3, date(2024, 3, 28), 4, 3, ZONE), folder / "exports")
    shutil.move(folder / "exports" / "2024-03-31", folder / "2024-03-31")
    settings = load_settings(
        exports=folder / "exports",
        home=folder / "state" / "inbox-warehouse",
        timezone=ZONE,
        threads=1,
        dagster_postgres=postgres.url,
    )
    shutil.copytree(ready_dbt_folder(ZONE), settings.dbt_folder)
    return settings


@pytest.fixture
def instance(settings: Settings) -> Iterator[DagsterInstance]:
    """Dagster's instance as its own processes open it: by DAGSTER_HOME alone."""
    prepare_dagster_home(settings)
    with DagsterInstance.get() as instance:
        yield instance


def test_runs_and_partitions_are_kept_in_postgresql(
    settings: Settings, instance: DagsterInstance, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = pipeline.run(settings)
    assert outcome.failures == []
    assert outcome.is_changed
    assert [run.status for run in instance.get_runs()] == [DagsterRunStatus.SUCCESS] * 2
    assert instance.get_materialized_partitions(AssetKey("raw_threads")) == {
        "2024-03-28",
        "2024-03-29",
        "2024-03-30",
    }
    assert not list(settings.dagster_home.rglob("*.db")), "nothing is kept beside it"
    texts = [path.read_text() for path in settings.home.rglob("*.yaml")] + [caplog.text]
    assert not any(PASSWORD in text for text in texts)


def test_a_restart_between_runs_is_survived(
    settings: Settings, instance: DagsterInstance, postgres: PostgresServer
) -> None:
    shutil.copytree(
        settings.home.parents[1] / "2024-03-31", settings.home.parents[1] / "exports/2024-03-31"
    )
    assert instance.get_runs_count() == 2
    postgres.stop()
    with pytest.raises(InstanceUnavailable) as unavailable:
        pipeline.run(settings)
    assert "INBOX_DAGSTER_POSTGRES" in str(unavailable.value)
    assert PASSWORD not in str(unavailable.value)
    postgres.start()
    outcome = pipeline.run(settings)
    assert outcome.failures == []
    assert outcome.is_changed
    assert instance.get_runs_count() == 4, "also an instance that was open goes on"
    assert "2024-03-31" in instance.get_materialized_partitions(AssetKey("raw_threads"))


def test_the_services_run_what_is_asked_of_the_ui(settings: Settings, tmp_path: Path) -> None:
    """The commands of the units, with their environment: the UI launches a run, and it succeeds."""
    places = {
        "/opt/inbox-warehouse/deploy/workspace.yaml": str(tmp_path / "workspace.yaml"),
        "/opt/inbox-warehouse": str(PROJECT_ROOT),
        "%S": str(settings.home.parent),
        "%t": str(tmp_path),
        "--port 3000": f"--port {free_port()}",
    }
    workspace = (DEPLOY / "workspace.yaml").read_text().replace("/run/", f"{tmp_path}/")
    (tmp_path / "workspace.yaml").write_text(workspace)
    (tmp_path / "inbox-warehouse").mkdir(mode=0o700)
    assert settings.dagster_postgres is not None
    from_file = {
        "INBOX_EXPORTS": str(settings.exports),
        "INBOX_TIMEZONE": ZONE,
        "INBOX_DAGSTER_POSTGRES": settings.dagster_postgres.get_secret_value(),
    }
    with ExitStack() as stack:
        for name in ("code-server", "webserver", "daemon"):
            service = parse_unit(service_text(name, places))["Service"]
            environment = {
                "PATH": "/usr/bin:/bin",
                **dict(item.split("=", 1) for item in shlex.split(service["Environment"])),
                **from_file,
            }
            start = shlex.split(service["ExecStart"])
            output = stack.enter_context((tmp_path / f"{name}.log").open("wb"))
            where: dict[str, Any] = {"cwd": service["WorkingDirectory"], "env": environment}
            for before in re.findall("^ExecStartPre=(.*)", service_text(name, places), re.M):
                subprocess.run(shlex.split(before), check=True, stderr=output, **where)
            process = subprocess.Popen(
                start, stdout=output, stderr=output, start_new_session=True, **where
            )
            stack.callback(end, process)
        url = f"http://127.0.0.1:{places['--port 3000'].split()[1]}/graphql"
        until(url, "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus "
              "locationOrLoadError { __typename } } } } }", '"RepositoryLocation"')  # fmt: skip
        until(
            url,
            "{ instance { daemonHealth { allDaemonStatuses { daemonType healthy } } } }",
            '"SENSOR", "healthy": true',
        )
        launched = ask(
            url,
            """mutation { launchRun(executionParams: {selector: {
                repositoryLocationName: "inbox_warehouse", repositoryName: "__repository__",
                jobName: "load_exports"}, runConfigData: {}
            }) { __typename ... on LaunchRunSuccess { run { runId } } } }""",
        )
        run_id = re.search('"runId": "([^"]+)"', launched)
        assert run_id, launched
        query = '{ runOrError(runId: "%s") { ... on Run { status } } }'
        until(url, query % run_id[1], '"SUCCESS"')
        listed = ask(url, "{ runsOrError { ... on Runs { results { runId } } } }")
        assert listed.count("runId") >= 5, "the runs of the command are there too"
    logs = "".join(path.read_text() for path in tmp_path.glob("*.log"))
    assert PASSWORD not in logs


def test_the_units_are_valid(tmp_path: Path) -> None:
    places = {"/opt/inbox-warehouse": str(PROJECT_ROOT)}
    for unit in UNITS:
        text = unit.read_text().replace("/opt/inbox-warehouse", places["/opt/inbox-warehouse"])
        (tmp_path / unit.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "inbox" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def service_text(name: str, places: dict[str, str]) -> str:
    text = (DEPLOY / "systemd" / f"inbox-{name}.service").read_text()
    for place, real in places.items():
        text = text.replace(place, real)
    return text


def parse_unit(text: str) -> RawConfigParser:
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read_string(text)
    return parser


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a service with all that it started, as systemd does."""
    os.killpg(process.pid, 15)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()


def ask(url: str, query: str) -> str:
    request = urllib.request.Request(
        url, json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.dumps(json.load(answer))


def until(url: str, query: str, expected: str, seconds: float = 240.0) -> None:
    """Asks until the answer holds a text."""
    deadline = time.monotonic() + seconds
    answer = ""
    while expected not in answer:
        assert time.monotonic() < deadline, answer
        time.sleep(0.5)
        try:
            answer = ask(url, query)
        except OSError as error:
            answer = str(error)
