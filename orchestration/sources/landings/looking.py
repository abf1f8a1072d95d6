"""Opens a landing; finds by looking which connector made it, where that is not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import duckdb

from orchestration.machine.sql import literal_path
from orchestration.settings.addresses import OBJECT_STORES

from ..errors import WrongSource
from ..model import Kind, Landing, Opening
from .answers import AnswersLanding
from .database import DatabaseLanding, tables_there
from .folder import FolderLanding, LandedFile, list_files
from .layout import LAYOUTS
from .sniffing import Wrap
from .store import list_stored

MOST_LISTED, MOST_LOOKED_AT = 1000, 20

Known = Mapping[str, Mapping[str, str]]
"""What was read before: the identity of each part, by table."""


def open_landing(
    connection: duckdb.DuckDBPyConnection,
    kind: Kind,
    where: str,
    name: str | None,
    known: Known,
    opening: Opening,
) -> Landing:
    """The landing at an address. Raises WrongSource where there is none of this kind."""
    if is_postgres(where):
        return _open_postgres(kind, where, name, known, opening)
    if is_stored(where):
        if kind.open_landing is not None:
            raise WrongSource(f"{kind.title} is read from a folder of this machine")
        return _of_files(kind, list_stored(where, opening.folder), name, where)
    path = Path(where.partition("#")[0]).expanduser().absolute()
    if not path.exists():
        raise WrongSource(f"{where} does not exist: give the folder or DuckDB file of the records")
    if is_database(path):
        marks = tables_there(connection, path) if name is None else set()
        chosen = _chosen(kind, name, {*marks, "tables"}, where)
        address = str(path) + where[len(where.partition("#")[0]) :]
        return DatabaseLanding(connection, LAYOUTS[chosen], address, kind.tables_of(chosen), known)
    if kind.open_landing is not None:
        return kind.open_landing(path, opening)
    return _of_files(kind, list_files(path, opening.folder), name, where)


def _of_files(kind: Kind, files: Sequence[LandedFile], name: str | None, where: str) -> Landing:
    if not files:
        raise WrongSource(
            f"{where} holds no file of JSON, CSV or Parquet: give the folder that is filled"
        )
    chosen = _chosen(kind, name, _marks(files) if name is None else set(), where)
    return AnswersLanding(files) if chosen == "files" else FolderLanding(LAYOUTS[chosen], files)


def is_stored(where: str) -> bool:
    """Whether records lie in an object store."""
    return where.partition("://")[0].lower() in OBJECT_STORES and "://" in where


def is_postgres(where: str) -> bool:
    """Whether records lie in a PostgreSQL database."""
    return where.startswith(("postgresql://", "postgres://"))


def _open_postgres(
    kind: Kind, where: str, name: str | None, known: Known, opening: Opening
) -> Landing:
    from .postgres import PostgresLanding

    if "@" in where.partition("//")[2].partition("/")[0]:
        raise WrongSource(
            "The address holds a login, which would stand in lists of processes: leave it out, and "
            "give it by INBOX_SOURCE_<NAME>_USER and INBOX_SOURCE_<NAME>_TOKEN, or by .pgpass"
        )
    tables = kind.tables_of(name or kind.landings[0])
    landing = PostgresLanding(LAYOUTS["tables"], where, tables, known, opening.login)
    with closing(landing):
        chosen = _chosen(kind, name, landing.marks(), where)
    if chosen not in LAYOUTS:
        raise WrongSource(f"{kind.title} has no landing {chosen!r} that lies in a database")
    return PostgresLanding(LAYOUTS[chosen], where, kind.tables_of(chosen), known, opening.login)


def is_database(path: Path) -> bool:
    """Whether a file is a DuckDB database, by its first bytes."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(12)[8:] == b"DUCK"


def _chosen(kind: Kind, name: str | None, marks: set[str], where: str) -> str:
    """The landing of that name, or the one that names of columns and wraps tell."""
    if name == "api" and kind.api is not None:
        raise WrongSource(f"{where} is no address of https, which the landing api is fetched from")
    if name is not None and name not in kind.landings:
        raise WrongSource(
            f"{kind.title} has no landing {name!r}: give one of {', '.join(kind.landings)}"
        )
    if name is not None or len(kind.landings) == 1:
        return name or kind.landings[0]
    for known, layout in LAYOUTS.items():
        if known in kind.landings and any(map(layout.is_own, marks)):
            return known
    for known in ("airbyte", "singer", "files", "tables"):
        if known in marks and known in kind.landings:
            return known
    raise WrongSource(
        f"It cannot be told which connector filled {where}: say it with --landing "
        f"({', '.join(kind.landings)})"
    )


def _marks(files: Sequence[LandedFile]) -> set[str]:
    """Names of columns and of wraps in the first files, of each name one."""
    first = {file.name.rpartition("/")[2][:8]: file for file in files[:MOST_LISTED]}
    looked_at = list(first.values())[:MOST_LOOKED_AT]
    with duckdb.connect() as connection:  # one for all: each takes as long as the look itself
        return {mark for file in looked_at for mark in _marks_of_file(connection, file)}


def _marks_of_file(connection: duckdb.DuckDBPyConnection, file: LandedFile) -> set[str]:
    if file.format != "json":
        return _columns(connection, file) | {"tables"}
    lines = file.first_lines
    keys = {key for stream in lines.keys.values() for key in stream} | set(lines.first)
    match lines.wrap:
        case Wrap.PROTOCOL | Wrap.MESSAGE | Wrap.AIRBYTE | Wrap.AIRBYTE_TEXT:
            return keys | {"airbyte"}
        case Wrap.SINGER:
            return keys | {"singer"}
    return keys | {"files"}


def _columns(connection: duckdb.DuckDBPyConnection, file: LandedFile) -> set[str]:
    """Names of columns; none of a file that cannot be read, which is told when it is."""
    read = "read_csv" if file.format == "csv" else "read_parquet"
    try:
        described = f"describe select * from {read}({literal_path(file.path)})"
        return {str(row[0]) for row in connection.execute(described).fetchall()}
    except duckdb.Error:
        return set()
