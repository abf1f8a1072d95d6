"""Other users of the machine see no argument of a command that names a person."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MARK = "wagtail"


def test_the_user_of_an_erasure_is_in_no_list_of_processes(tmp_path: Path) -> None:
    """Also with --user; the command waits here for a home that another holds."""
    wait = (
        "import time, orchestration.cli as cli; cli.main = lambda: (print('up', flush=True), "
        "time.sleep(60)); cli.start()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", wait, "erase", "--user", MARK], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        seen = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        assert MARK.encode() not in seen
    finally:
        process.kill()
        process.communicate()
