"""One writer at a time: a lock on the warehouse that ends with its process, however that ends."""

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

logger = logging.getLogger("inbox.warehouse")


class WarehouseBusy(RuntimeError):
    """Another process holds the warehouse; the text says which and since when."""


@contextmanager
def warehouse_lock(
    folder: Path, purpose: str, wait_seconds: float = 3600.0, poll_seconds: float = 0.2
) -> Iterator[None]:
    """Holds the warehouse in a folder for one writer.

    A second writer waits, after saying who holds it. The lock belongs to the open file, so the
    operating system gives it back when its process dies; nothing has to be cleaned up.

    purpose: what the holder does, for the others' message.
    Raises WarehouseBusy after wait_seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "warehouse.lock"
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
                    raise WarehouseBusy(
                        f"The warehouse is held by {holder}; gave up after {wait_seconds:.0f} s. "
                        "Run again when that has ended."
                    ) from None
                if not is_told:
                    logger.info("Waiting for the warehouse: it is held by %s", holder)
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


def _describe_holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
        return (
            f"{holder['purpose']} (process {holder['process']} on {holder['host']}, "
            f"since {holder['since']})"
        )
    except (OSError, ValueError, KeyError):
        return "another process"
