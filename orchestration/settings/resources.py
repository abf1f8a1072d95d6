"""How much of the machine DuckDB is given where nobody has said it."""

from __future__ import annotations

import os
from pathlib import Path

SMALL_DATABASE = 2**29
"""Bytes of a warehouse whose days one thread does: some three million messages.

While another thread has the last of a statement's work, the one that waits for it asks for more
without a pause, so a commit or a small join costs twice its CPU. Where the work is small, two
threads win less time than that takes from everybody else.
"""


def threads_for(database: Path, threads: int, *, are_set: bool) -> int:
    """The threads for work on a database: those that are set, or all, or one where it is small."""
    if are_set or not database.exists() or database.stat().st_size > SMALL_DATABASE:
        return threads
    return 1


def part_of_memory(share: float) -> str:
    """A share of the machine's memory, as DuckDB is told it."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{int(memory_bytes * share) // 2**20}MiB"
