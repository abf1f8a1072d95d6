"""What other users of the machine see of a process: its arguments."""

from __future__ import annotations

import ctypes
from pathlib import Path

_ARGUMENTS_START, _ARGUMENTS_END = 48, 49  # fields of /proc/<process>/stat, counted from 1


def hide_arguments() -> None:
    """Take this process's arguments out of the list of processes, from now on.

    Where the kernel does not say where they lie, they stay.
    """
    try:
        # The second field is a name in brackets, which may hold anything.
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        start, end = (int(fields[field - 3]) for field in (_ARGUMENTS_START, _ARGUMENTS_END))
    except (OSError, IndexError, ValueError):
        return
    if 0 < start < end:
        ctypes.memset(start, 0, end - start)
