"""The published file, opened read-only in an engine of its own, and asked."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.machine.sql import literal

# Inode, time of change in nanoseconds and size of the file: another publication has another one.
Identity = tuple[int, int, int]


def identify(database: Path) -> Identity | None:
    """What tells one publication's file from the next one's, or None where there is none."""
    try:
        status = database.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def open_file(database: Path, engine: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    """The file attached to an engine of its own.

    Within a process DuckDB opens a path once: connected to by its path, the old file would be
    given out as long as anybody holds it.
    """
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "temp_directory": str(_spill_folder()),
            **engine,
        }
    )
    connection.execute(f"attach {literal(database)} as inbox (read_only)")
    return connection


def _spill_folder() -> Path:
    """Where a reader's engine puts what does not fit in memory: a folder that is theirs alone."""
    folder = Path(tempfile.gettempdir()) / f"inbox-report-{os.geteuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    is_ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    if is_ours and not stat.S_IMODE(status.st_mode) & 0o077:
        return folder
    return Path(tempfile.mkdtemp(prefix="inbox-report-"))  # somebody else was there before


def answer(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> pd.DataFrame:
    """The rows of a query; a tuple among its parameters is a list."""
    with closing(connection.cursor()) as cursor:
        # Neither is inherited: the functions look their tables up in the current database.
        cursor.execute("use inbox")
        cursor.execute("set TimeZone = 'UTC'")
        given = [list(value) if isinstance(value, tuple) else value for value in parameters]
        return cursor.execute(query, given).df()
