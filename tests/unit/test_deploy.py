"""The units and the command of a deployment: rights, secrets, and what they leave open."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_ROOT

DEPLOY = PROJECT_ROOT / "deploy"
SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
NAMES = [unit.stem for unit in SERVICES]
OF_INBOX = [unit for unit in SERVICES if unit.stem != "inbox-page"]
MOST_EXPOSED = 2.0


def lines(unit: Path) -> list[str]:
    return [line for line in unit.read_text().splitlines() if not line.startswith("#")]


def values(unit: Path, name: str) -> list[str]:
    return [line.split("=", 1)[1] for line in lines(unit) if line.startswith(f"{name}=")]


@pytest.mark.parametrize("unit", SERVICES, ids=NAMES)
def test_no_service_is_exposed_by_more_than_it_needs(unit: Path) -> None:
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
        check=True,
    )
    exposure = re.search(r"Overall exposure level for .*: ([\d.]+)", told.stdout)
    assert exposure is not None, told.stdout
    assert float(exposure[1]) <= MOST_EXPOSED, told.stdout


@pytest.mark.parametrize("unit", SERVICES, ids=NAMES)
def test_services_are_private_and_come_back(unit: Path) -> None:
    assert values(unit, "UMask") == ["0077"]
    assert values(unit, "LimitCORE") == ["0"]
    assert values(unit, "Type") == ["oneshot"] or values(unit, "Restart") == ["always"]
    assert "0.0.0.0" not in unit.read_text()


def test_all_but_the_page_write_the_home_as_the_user_inbox() -> None:
    assert len(OF_INBOX) == len(SERVICES) - 1 == 5
    for unit in OF_INBOX:
        assert values(unit, "User") == ["inbox"]
        assert values(unit, "StateDirectoryMode") == ["0700"]


def test_the_page_reads_as_a_user_of_its_own_within_limits() -> None:
    page = DEPLOY / "systemd" / "inbox-page.service"
    assert values(page, "User") == ["inbox-page"]
    assert values(page, "StateDirectory") == []
    assert values(page, "MemoryMax")
    assert values(page, "TasksMax")
    assert values(page, "IPAddressDeny") == ["any"]
    assert values(page, "IPAddressAllow") == ["localhost"]
    sysusers = (DEPLOY / "sysusers.conf").read_text()
    assert "u inbox-page" in sysusers
    assert "m inbox-page inbox-readers" in sysusers


def test_the_viewer_can_change_nothing() -> None:
    (start,) = values(DEPLOY / "systemd" / "inbox-viewer.service", "ExecStart")
    assert "--read-only" in start.split()
    assert "127.0.0.1" in start.split()


@pytest.mark.parametrize(
    ("file", "readers"),
    [
        ("secrets.env", ["inbox-code-server", "inbox-run"]),
        ("dagster.env", [name for name in NAMES if name != "inbox-page"]),
        ("inbox.env", [name for name in NAMES if name != "inbox-page"]),
        ("page.env", ["inbox-page"]),
    ],
)
def test_secrets_are_read_where_they_are_needed(file: str, readers: list[str]) -> None:
    found = [
        unit.stem
        for unit in SERVICES
        if any(value.endswith(f"/{file}") for value in values(unit, "EnvironmentFile"))
    ]
    assert found == readers


@pytest.mark.parametrize("name", ["inbox", "page"])
def test_files_that_more_processes_read_suggest_no_secrets(name: str) -> None:
    text = (DEPLOY / f"{name}.env.example").read_text()
    assert not re.search("^#?[A-Z_]*(PASSWORD|KEY|SECRET|ALERT_URL|POSTGRES)", text, re.M)


def test_nothing_reads_the_settings_as_a_shell_does() -> None:
    """Neither a script nor a recipe: a value would be run."""
    for path in [*DEPLOY.iterdir(), *(PROJECT_ROOT / "docs").glob("*.md"), *SERVICES]:
        if path.is_file():
            found = re.search(r"(^|[;( ])(\.|source) +\S*\.env\b", path.read_text(), re.M)
            assert found is None, f"{path}: {found}"


def test_the_command_starts_as_a_service_and_takes_no_user_as_an_argument(tmp_path: Path) -> None:
    started = tmp_path / "systemd-run"
    started.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    started.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(DEPLOY / "inbox"), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    told = call("quarantine", "list").stdout.splitlines()
    assert told[-2:] == ["quarantine", "list"]
    assert "--uid=inbox" in told
    assert "--pipe" in told
    assert "--property=LimitCORE=0" in told
    for arguments in (["erase", "--user", "wagtail"], ["erase", "--user=wagtail"]):
        refused = call(*arguments)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "wagtail" not in refused.stderr
