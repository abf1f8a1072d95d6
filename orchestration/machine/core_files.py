"""No images of our memory on a disk: texts pass through it that must never be kept."""

from __future__ import annotations

import resource


def leave_no_core_file() -> None:
    """Let this process, and those that it starts, leave no core file where they crash.

    A crash handler of the machine, such as systemd-coredump, is told the same limit and keeps none.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
