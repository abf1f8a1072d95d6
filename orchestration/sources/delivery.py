"""Folded rows to export files: `<entity>.<source>-<n>.parquet` in the folder of a day."""

from __future__ import annotations

import errno
import os
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb

from orchestration.machine.files import sync
from orchestration.machine.sql import literal, quoted

from .errors import WrongSource

_WITH_PREFIX = {
    "threads": {
        "thread_id",
        "user_id",
        "assigned_agent_id",
        "team_id",
        "closed_by_agent_id",
        "merged_into_thread_id",
    },
    "messages": {"message_id", "thread_id", "author_id"},
    "ratings": {"rating_id", "thread_id", "agent_id"},
    "thread_events": {"event_id", "thread_id", "actor_id"},
    "agents": {"agent_id"},
    "teams": {"team_id"},
}
_NOT_DELIVERED = {"threads": ["is_closing_assumed"], "thread_events": ["sequence"]}
_TABLES = {"thread_events": "events"}
OWNER_ONLY = 0o600


def write_rows(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    folder: Path,
    source: str,
    number: int,
    prefix: str,
) -> dict[str, int]:
    """Write the rows of a schema to files in a folder; how many of each entity there are."""
    rows = {}
    for entity in _WITH_PREFIX:
        path = folder / f"{entity}.{source}-{number:06d}.parquet"
        select = _select(connection, schema, entity, prefix)
        row = connection.execute(
            f"copy ({select}) to {literal(path)} (format parquet, compression zstd)"
        ).fetchone()
        rows[entity] = 0 if row is None else int(row[0])
        if rows[entity]:
            path.chmod(OWNER_ONLY)
            sync(path)
        else:
            path.unlink()
    return rows


def _select(connection: duckdb.DuckDBPyConnection, schema: str, entity: str, prefix: str) -> str:
    table = f"{schema}.{_TABLES.get(entity, entity)}"
    names = [str(row[0]) for row in connection.execute(f"describe {table}").fetchall()]
    return "select {} from {}".format(
        ", ".join(
            f"{_value(entity, name, prefix)} as {quoted(name)}"
            for name in names
            if name not in _NOT_DELIVERED.get(entity, ())
        ),
        table,
    )


def _value(entity: str, name: str, prefix: str) -> str:
    if not prefix:
        return quoted(name)
    prefixed = f"{literal(prefix + ':')} || {quoted(name)}"
    if name in _WITH_PREFIX[entity]:
        return prefixed
    if entity == "thread_events" and name == "value":
        return f"case when type in ('assignee', 'team') then {prefixed} else value end"
    return quoted(name)


def highest_number(exports: Path, source: str) -> int:
    """The highest number of a file that a source has written, in any day."""
    pattern = re.compile(rf"\w+\.{re.escape(source)}-(\d{{6,}})\.parquet")
    names = (path.name for path in exports.glob("????-??-??/*.parquet"))
    return max((int(found[1]) for name in names if (found := pattern.fullmatch(name))), default=0)


def make_folder(exports: Path) -> None:
    """Make the folder of the export days. Raises WrongSource where nothing can be written to it."""
    try:
        exports.mkdir(parents=True, exist_ok=True)
        refusal = None if os.access(exports, os.W_OK | os.X_OK) else os.strerror(errno.EACCES)
    except OSError as error:
        refusal = error.strerror
    if refusal is not None:
        raise WrongSource(
            f"Export days cannot be written to {exports} ({refusal}): see that it is a folder, "
            "that its disk is there and that this user may write to it, or give another"
        )


def place(prepared: Path, exports: Path, day: date, since: date | None) -> None:
    """Rename finished files into the folder of a day, and make empty ones for the days before.

    since: the day of the import before, if there was one.
    """
    if since is not None and day < since:
        raise WrongSource(
            f"--day {day} lies before the last import's ({since}): its records would be taken for "
            "the earlier ones. Give a day that is not before it"
        )
    passed = (since or day) + timedelta(days=1)
    while passed < day:
        (exports / passed.isoformat()).mkdir(exist_ok=True)
        passed += timedelta(days=1)
    folder = exports / day.isoformat()
    folder.mkdir(exist_ok=True)
    for path in sorted(prepared.glob("*.parquet")):
        path.replace(folder / path.name)
    sync(folder)
    shutil.rmtree(prepared, ignore_errors=True)
