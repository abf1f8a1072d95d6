"""What is kept of a source, and the state that says how far it has come.

<INBOX_HOME>/sources/<name>/
  state.json                 the commit point: what no state names does not exist
  <kept stream>/<n>.<table>.parquet  the records of import n
  problem.txt                why the last daily attempt failed, where it did
  .import.lock               held by the import that runs
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from orchestration.machine.files import write_text
from orchestration.machine.sql import literal, quoted

from .errors import SourceError
from .language import literal_paths
from .model import Kept, Kind

STATE = "state.json"
LOCK = ".import.lock"
PROBLEM = "problem.txt"
UNFINISHED = ".unfinished"
USUAL = frozenset(
    {
        "columns not kept",
        "bot messages",
        "threads gone",
        "rows gone",
        "ratings withdrawn",
        "ratings without an answer",
        "deleted threads",
        "merged threads",
        "sample threads left out",
        "removed threads",
        "deleted messages",
        "surveys without an answer",
        "automatic answers",
        "threads begun by staff",
        "spam",
        "messages that were not delivered",
        "people erased by the desk",
        "mails in the trash",
        "drafts left out",
        "times the desk asked to wait",
        "seconds waited for the desk",
        "requests repeated",
    }
)
"""Counts that tell of a desk's life; all others tell of a doubt."""
KEPT_WITH = {"landed_at": "TIMESTAMPTZ", "import_number": "BIGINT"}
"""What every kept stream has besides its own columns."""


class ImportRecord(BaseModel):
    """One import: when it began, which day it wrote, and what it told."""

    model_config = ConfigDict(frozen=True)

    number: int
    began_at: datetime
    day: date
    landing: str
    records: dict[str, int] = Field(default_factory=dict)
    rows: dict[str, int] = Field(default_factory=dict)
    counts: dict[str, int] = Field(default_factory=dict)
    missing: dict[str, str] = Field(default_factory=dict)
    unreadable: dict[str, int] = Field(default_factory=dict)

    def with_next(self, other: ImportRecord) -> ImportRecord:
        """One record of two imports, one after the other."""
        return other.model_copy(
            update={
                "records": _added(self.records, other.records),
                "rows": _added(self.rows, other.rows),
                "counts": _added(self.counts, other.counts),
                "unreadable": _added(self.unreadable, other.unreadable),
                "missing": {**self.missing, **other.missing},
            }
        )

    @property
    def doubtful(self) -> dict[str, int]:
        """The counts that say that something was assumed, repaired or held back."""
        return {name: count for name, count in self.counts.items() if name not in USUAL}


def _added(left: dict[str, int], right: dict[str, int]) -> dict[str, int]:
    return dict(Counter(left) + Counter(right))


class SourceState(BaseModel):
    """How far a source has come.

    parts: the identity of what was read, by table and part. days: of the imports that are not
    closed yet, the export day. closed: the last import whose day retention has closed. is_filling:
    whether the first fill goes on with the next import.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    prefix: str
    exports: str = ""
    where: str = ""
    pseudonym_check: str | None = None
    covered_from: date | None = None
    is_filling: bool = False
    mapping: str = ""
    options: dict[str, Any] = Field(default_factory=dict)
    parts: dict[str, dict[str, str]] = Field(default_factory=dict)
    days: dict[int, date] = Field(default_factory=dict)
    closed: int = 0
    last: ImportRecord | None = None

    @property
    def number(self) -> int:
        """The number of the last import that was finished."""
        return 0 if self.last is None else self.last.number

    @property
    def last_day(self) -> date | None:
        """The export day of that import."""
        return None if self.last is None else self.last.day


def read_state(folder: Path) -> SourceState | None:
    """The state of a source; None before its first import. Raises SourceError if it is broken."""
    try:
        return SourceState.model_validate_json((folder / STATE).read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        raise SourceError(
            f"{folder / STATE} is broken: restore it from a backup, or remove the folder and import"
            " all again"
        ) from None


def read_states(sources: Path) -> dict[str, SourceState]:
    """The states of all sources that were ever imported, by name."""
    found = {path.parent.name: read_state(path.parent) for path in sources.glob(f"*/{STATE}")}
    return {name: state for name, state in sorted(found.items()) if state is not None}


def write_state(folder: Path, state: SourceState) -> None:
    """Put a state in place of the one before, whole or not at all."""
    write_text(folder / STATE, state.model_dump_json(indent=2))


def read_problem(folder: Path) -> str | None:
    """Why the last attempt of a daily source failed; None where it did not."""
    try:
        return (folder / PROBLEM).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def write_problem(folder: Path, problem: str | None) -> None:
    """Note why an attempt failed, or that it did not."""
    if problem is None:
        (folder / PROBLEM).unlink(missing_ok=True)
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_text(folder / PROBLEM, problem)


def kept_files(folder: Path, kept: Kept, last: int) -> list[Path]:
    """The files of finished imports, to one of them, in order."""
    return sorted(
        path
        for path in (folder / kept.name).glob("*.parquet")
        if 0 < int(path.name.partition(".")[0]) <= last
    )


def files_aside(kind: Kind, aside: Path) -> list[tuple[Kept, Path]]:
    """What an import has written and not put in place yet."""
    return [(kept, path) for kept in kind.kept for path in (aside / kept.name).glob("*.parquet")]


def clear_leftovers(folder: Path, number: int) -> None:
    """Remove what an import that died has left; number: of the last one that was finished."""
    for path in folder.glob(f"*{UNFINISHED}"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in folder.glob(f"*/.*{UNFINISHED}"):
        path.unlink()
    for path in folder.glob("*/*.parquet"):
        if int(path.name.partition(".")[0]) > number:
            path.unlink()


def make_views(
    connection: duckdb.DuckDBPyConnection, kind: Kind, folder: Path, number: int, new: Path
) -> None:
    """Views of all that is kept: `new`, `before` and `kept`, a stream each.

    number: of the import under way. new: where its own records lie, a folder a stream.
    """
    for schema in ("new", "before", "kept"):
        connection.execute(f"create schema if not exists {schema}")
    for kept in kind.kept:
        before = kept_files(folder, kept, number - 1)
        of_this = sorted((new / kept.name).glob("*.parquet"))
        for schema, files in (("new", of_this), ("before", before), ("kept", before + of_this)):
            connection.execute(
                f"create or replace view {schema}.{quoted(kept.name)} as {_scan(kept, files)}"
            )


def newest_first(kept: Kept) -> str:
    """SQL to order records of one key by, the one that stands first."""
    order = [f"{quoted(column)} desc nulls last" for column in (*kept.newest, "landed_at")]
    if kept.is_state:
        order.append("import_number desc")
    # Of records that differ in nothing that orders them, always the same one.
    columns = ", ".join(quoted(column) for column in kept.columns)
    return ", ".join([*order, f"hash({columns})"])


def replace_file(connection: duckdb.DuckDBPyConnection, path: Path, select: str) -> None:
    """Write a kept file anew, whole or not at all. select: its rows, of those that it has."""
    unfinished = path.with_name(f".{path.name}{UNFINISHED}")
    connection.execute(
        f"copy ({select}) to {literal(str(unfinished))} (format parquet, compression zstd)"
    )
    unfinished.chmod(path.stat().st_mode)
    unfinished.replace(path)


def _scan(kept: Kept, files: Iterable[Path]) -> str:
    columns = {**kept.columns, **KEPT_WITH}
    names = [str(file) for file in files]
    if not names:
        empty = ", ".join(f"null::{kind} as {quoted(name)}" for name, kind in columns.items())
        return f"select {empty} where false"
    has_key = " and ".join(f"{quoted(name)} is not null" for name in kept.key[:1])
    listed = ", ".join(quoted(name) for name in columns)
    return f"select {listed} from read_parquet({literal_paths(names)}) where {has_key}"
