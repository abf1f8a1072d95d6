"""No process of ours may leave an image of its memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.report_page import serve

LIMIT = "Max core file size        0                    0"
STARTS = {
    "the command": """
import sys
from orchestration.cli import start
sys.argv = ["inbox", "--version"]
""",
    "Dagster's code": """
from unittest import mock
import orchestration.dagster_app.build as build
build.build_defs = mock.Mock()
def start():
    import orchestration.definitions
""",
}


@pytest.mark.parametrize("what", STARTS)
def test_a_process_and_those_that_it_starts_leave_no_core_file(what: str, tmp_path: Path) -> None:
    script = (
        f"{STARTS[what]}\n"
        "try:\n    start()\nexcept SystemExit:\n    pass\n"
        "import subprocess; subprocess.run(['cat', '/proc/self/limits'], check=True)"
    )
    told = subprocess.run(
        [
            "/bin/sh",
            "-c",
            'ulimit -S -c "$(ulimit -H -c)"; exec "$@"',
            "sh",
            sys.executable,
            "-c",
            script,
        ],
        env={**os.environ, "INBOX_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert LIMIT in told.stdout


def test_the_page_does_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(serve, "leave_no_core_file", lambda: done.append("limit"))
    monkeypatch.setattr(os, "execv", lambda *_: done.append("server"))
    serve.serve("127.0.0.1", 8501)
    assert done == ["limit", "server"]
