"""A server that asks nobody who they are says so, where others can reach it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli import main
from tests.services.ports import free_port


@pytest.mark.parametrize("command", ["dev", "serve"])
@pytest.mark.parametrize(
    ("host", "is_told"),
    [
        ("127.0.0.1", False),
        ("localhost", False),
        ("::1", False),
        ("0.0.0.0", True),
        ("::", True),
        ("10.1.2.3", True),
        ("inbox.example", True),
        ("", True),
    ],
)
def test_a_host_beyond_loopback_is_told_loudly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, host: str, is_told: bool
) -> None:
    started: list[str] = []
    monkeypatch.setattr(os, "execv", lambda *_: started.append(command))
    monkeypatch.setattr("orchestration.report_page.serve.leave_no_core_file", lambda: None)
    monkeypatch.chdir(tmp_path)
    port = str(free_port())
    asked = [command, "--host", host, "--port", port, "--home", str(tmp_path / "home")]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0, result.output
    assert started == [command]
    assert ("asks nobody for a password" in result.stderr) == is_told


@pytest.mark.parametrize("command", ["dev", "serve"])
def test_a_port_that_is_taken_is_told_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    started: list[str] = []
    monkeypatch.setattr(os, "execv", lambda *_: started.append(command))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        result = CliRunner().invoke(main, [command, "--port", port, "--home", str(tmp_path)])
    assert result.exit_code == 1
    told = " ".join(result.stderr.split())
    assert f"Something else listens on port {port} of 127.0.0.1: give another by --port" in told
    assert not started


@pytest.mark.parametrize("command", ["dev", "serve"])
def test_a_port_that_there_is_not_is_told(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--port", "80000"])
    assert result.exit_code == 2
    assert "Invalid value for '--port'" in result.stderr
