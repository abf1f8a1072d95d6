"""Starting the web servers of desks."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

SECONDS_TO_START = 60.0


def until_it_answers(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Returns when a server answers at an address, whatever it says."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=30).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    server.kill()
    raise AssertionError(f"{url} never answered\n{log.read_text(errors='replace')[-5000:]}")
