"""A server that asks nobody who they are says so, where others can reach it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli import main


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
    result = CliRunner().invoke(main, [command, "--host", host, "--home", str(tmp_path / "home")])
    assert result.exit_code == 0, result.output
    assert started == [command]
    assert ("asks nobody for a password" in result.stderr) == is_told
