"""One writer at a time: a lock that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from orchestration.errors import InboxError

logger = logging.getLogger("inbox.lock")


class LockBusy(InboxError):
    """Another process holds the lock; the text says which and since when."""


@contextmanager
def hold_lock(
    path: Path, purpose: str, wait_seconds: float = 3600.0, poll_seconds: float = 0.2
) -> Iterator[None]:
    """Holds a lock for one process at a time.

    A second one waits, after saying who holds it. The lock belongs to the open file, so the
    operating system gives it back when its process dies; nothing has to be cleaned up.

    path: a file, made where there is none. purpose: what the holder does, for the others' message.
    Raises LockBusy after wait_seconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        deadline = time.monotonic() + wait_seconds
        is_told = False
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder = _describe_holder(path)
                if time.monotonic() >= deadline:
                    raise LockBusy(
                        f"Held by {holder}; gave up after {wait_seconds:.0f} s",
                        advice="run again when that has ended",
                    ) from None
                if not is_told:
                    logger.info("Waiting: the warehouse is held by %s", holder)
                    is_told = True
                time.sleep(poll_seconds)
        file.seek(0)
        file.truncate()
        json.dump(
            {
                "purpose": purpose,
                "process": os.getpid(),
                "host": socket.gethostname(),
                "since": datetime.now(UTC).isoformat(timespec="seconds"),
            },
            file,
        )
        file.flush()
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()


def is_held(path: Path) -> bool:
    """Whether any process holds the lock now; it is not waited for."""
    try:
        with path.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _describe_holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
        return (
            f"{holder['purpose']} (process {holder['process']} on {holder['host']}, "
            f"since {holder['since']})"
        )
    except (OSError, ValueError, KeyError):
        return "another process"
