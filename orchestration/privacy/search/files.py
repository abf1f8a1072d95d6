"""Looking into a file: Parquet is decoded, databases are read table by table, all else as bytes.

A database's file is looked through as bytes too, for what is left in blocks that it has freed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import duckdb
import pyarrow.parquet

from orchestration.machine.sql import literal_path, quoted
from orchestration.privacy.search.outcome import Search
from orchestration.privacy.search.tables import Values, is_in_row, is_of_users, places_in_table
from orchestration.privacy.search.wanted import NamedUser, Wanted

_PIECE_BYTES = 2**22
_OVERLAP_BYTES = 4096
_SQLITE = b"SQLite format 3\0"
# Text, or text inside something: a list's text is that of its items.
_TEXT_TYPES = ("VARCHAR", "BLOB", "JSON", "STRUCT", "MAP", "UNION", "ENUM")
_BATCH_ROWS = 50_000


def search_file(path: Path, name: str, wanted: Wanted, outcome: Search) -> None:
    """Look into one file; `name` is what it is called in the outcome, and its end says its kind.

    A file without tables is looked into only for a user by name.
    """
    try:
        if name.endswith(".parquet"):
            outcome.parquet_files += 1
            places = _in_parquet(path, wanted)
        elif name.endswith(".duckdb"):
            places = _in_duckdb(path, wanted, outcome)
        elif isinstance(wanted, NamedUser):
            outcome.other_files += 1
            places = _in_other(path, wanted)
        else:
            return
    except (duckdb.Error, sqlite3.Error, pyarrow.ArrowInvalid, OSError) as error:
        if not path.exists():  # it went meanwhile, as the journals of databases do
            return
        outcome.not_searched.append(f"{name}: it cannot be read ({type(error).__name__})")
        return
    outcome.found.extend(f"{name}{place}" for place in places)


def _in_parquet(path: Path, wanted: Wanted) -> list[str]:
    with pyarrow.parquet.ParquetFile(path) as file:
        if "row_text" in file.schema_arrow.names:
            rows = _rows_set_aside(file, wanted)
            return [f" ({rows})"] if rows else []
    with closing(duckdb.connect()) as connection:
        return _in_relation(connection, f"read_parquet({literal_path(path)})", wanted, "")


def _rows_set_aside(file: pyarrow.parquet.ParquetFile, wanted: Wanted) -> int:
    found = 0
    for batch in file.iter_batches(columns=["file_name", "column_name", "reason", "row_text"]):
        for row in batch.to_pylist():
            cells = json.loads(row["row_text"] or "{}")
            found += (
                wanted.is_in_text(row["file_name"])
                or wanted.is_in_text(row["reason"])
                or is_in_row(cells, wanted, is_aligned=row["column_name"] is not None)
            )
    return found


def _in_duckdb(path: Path, wanted: Wanted, outcome: Search) -> list[str]:
    places = []
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        # A cluster's tables are views of files; landed files are looked into by themselves.
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal union all "
            "select schema_name, view_name from duckdb_views() where not internal "
            "and schema_name <> 'raw' and contains(sql, 'read_parquet(') order by all"
        ).fetchall()
        for schema, table in tables:
            relation = f"{quoted(schema)}.{quoted(table)}"
            places += _in_relation(connection, relation, wanted, f" {schema}.{table}")
        outcome.duckdb_tables += len(tables)
        if (
            isinstance(wanted, NamedUser)
            and _is_among_bytes(path, wanted)
            and not places
            and not any(_is_anywhere(connection, schema, table, wanted) for schema, table in tables)
        ):
            places.append(" (in blocks that it has freed)")
    return places


def _in_relation(
    connection: duckdb.DuckDBPyConnection, relation: str, wanted: Wanted, label: str
) -> list[str]:
    """The columns of a table, as it is called in a statement, that name the user."""

    def read(column: str, kind_column: str | None) -> Values:
        condition = is_of_users(kind_column)
        result = connection.execute(
            f"select {quoted(column)}::varchar, count(*) from {relation} {condition} group by 1"
        )
        while rows := result.fetchmany(_BATCH_ROWS):
            yield from rows

    found = places_in_table(_text_columns(connection, relation), read, wanted)
    return [f"{label} {column} ({rows})" for column, rows in found.items()]


def _text_columns(connection: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    columns = connection.execute(f"describe select * from {relation}").fetchall()
    return [name for name, kind, *_ in columns if kind.startswith(_TEXT_TYPES) or "[" in kind]


def _is_anywhere(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, wanted: NamedUser
) -> bool:
    """Whether a table holds the identifier in any column, be it an agent's."""
    relation = f"{quoted(schema)}.{quoted(table)}"
    for column in _text_columns(connection, relation):
        result = connection.execute(f"select distinct {quoted(column)}::varchar from {relation}")
        while rows := result.fetchmany(_BATCH_ROWS):
            if any(value and wanted.is_among_bytes(value.encode()) for (value,) in rows):
                return True
    return False


def _in_other(path: Path, wanted: NamedUser) -> list[str]:
    if any(wanted.is_in_bytes(piece) for piece in _pieces(path)):
        return [" (1)"]
    with path.open("rb") as file:
        is_sqlite = file.read(len(_SQLITE)) == _SQLITE
    # A long text is scattered over pages, so rows are read too.
    rows = _rows_in_sqlite(path, wanted) if is_sqlite else 0
    return [f" ({rows})"] if rows else []


def _rows_in_sqlite(path: Path, wanted: NamedUser) -> int:
    found = 0
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        tables = connection.execute("select name from sqlite_master where type = 'table'")
        for (table,) in tables.fetchall():
            for row in connection.execute(f"select * from {quoted(table.decode())}"):
                found += any(isinstance(cell, bytes) and wanted.is_in_bytes(cell) for cell in row)
    return found


def _is_among_bytes(path: Path, wanted: NamedUser) -> bool:
    return any(wanted.is_among_bytes(piece) for piece in _pieces(path))


def _pieces(path: Path) -> Iterator[bytes]:
    """A file's bytes in pieces that overlap by more than an identifier is long."""
    with path.open("rb") as file:
        rest = b""
        while piece := file.read(_PIECE_BYTES):
            yield rest + piece
            rest = piece[-_OVERLAP_BYTES:]
