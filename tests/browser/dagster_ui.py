"""Dagster's UI as an operator has it: started by `inbox dev`, with its daemon, over a home."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from orchestration.settings import Settings
from tests.services.ports import free_port

LOADED = "{ repositoriesOrError { ... on RepositoryConnection { nodes { id } } } }"


@contextmanager
def served(settings: Settings, **environment: str) -> Iterator[str]:
    """The UI and the daemon over a home; gives the address. All their processes end with it."""
    port = free_port()
    log = settings.home / "dev.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "dev", "--port", str(port)],
            env={
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "HOME": str(settings.home),
                "INBOX_EXPORTS": str(settings.exports),
                "INBOX_HOME": str(settings.home),
                "INBOX_TIMEZONE": settings.timezone,
                "INBOX_THREADS": "2",
                **environment,
            },
            cwd=settings.home,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as server,
    ):
        try:
            address = f"http://127.0.0.1:{port}"

            def is_loaded() -> bool:
                assert server.poll() is None, log.read_text()
                return bool(ask(address, LOADED)["repositoriesOrError"]["nodes"])

            wait_until(is_loaded, log.read_text)
            yield address
        finally:
            server.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                server.wait(timeout=60)
            # The group outlives its leader where a process of it has not heard the signal.
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)


def ask(address: str, query: str, variables: Mapping[str, Any] | None = None) -> Any:
    """What the webserver answers to a GraphQL query."""
    request = urllib.request.Request(
        f"{address}/graphql",
        data=json.dumps({"query": query, "variables": dict(variables or {})}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        answer = json.load(response)
    assert "errors" not in answer, answer
    return answer["data"]


def wait_until(
    condition: Callable[[], bool], describe: Callable[[], str], seconds: float = 300
) -> None:
    """Waits for a condition of a server; a server that does not answer yet does not fulfil it."""
    give_up_at = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except OSError:
            pass
        assert time.monotonic() < give_up_at, describe()
        time.sleep(0.5)
