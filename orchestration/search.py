"""Looking for a user in everything under a home, as whoever has to prove that they are gone.

Parquet is decoded and DuckDB's tables are read; all other files are looked through byte by byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow.parquet

SHORTEST_IN_TEXT = 6
"""Characters of an identifier below which it cannot be told from other text."""

_USER_COLUMNS = ("user_id", "author_id")
_PIECE_BYTES = 2**22
_PART_OF_A_WORD = rb"0-9A-Za-z_@.\-"


@dataclass
class Search:
    """What was looked through, and the places where the user was found, as text."""

    parquet_files: int = 0
    duckdb_tables: int = 0
    other_files: int = 0
    found: list[str] = field(default_factory=list)


def search(home: Path, identifiers: Sequence[str]) -> Search:
    """Look for a user, by the identifiers given, in every file under a folder.

    In tables it is looked for where users stand (an agent may have the same identifier) and in
    what quarantine shows of rows; in other files as a word of its own.
    """
    outcome = Search()
    words = _words(identifiers)
    for path in sorted(home.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        name = str(path.relative_to(home))
        if path.suffix == ".parquet":
            outcome.parquet_files += 1
            found = _in_parquet(path, identifiers)
        elif path.suffix == ".duckdb":
            tables, found = _in_duckdb(path, identifiers)
            outcome.duckdb_tables += tables
        else:
            outcome.other_files += 1
            found = int(words is not None and _in_bytes(path, words))
        if found:
            outcome.found.append(f"{name} ({found})")
    return outcome


def _in_parquet(path: Path, identifiers: Sequence[str]) -> int:
    with pyarrow.parquet.ParquetFile(path) as file:
        names = file.schema_arrow.names
        if "row_text" in names:
            return _in_row_texts(file, identifiers)
        columns = [name for name in _USER_COLUMNS if name in names]
    if not columns:
        return 0
    with closing(duckdb.connect()) as connection:
        return sum(
            _count(connection, "read_parquet($path)", name, names, identifiers, path=str(path))
            for name in columns
        )


def _in_row_texts(file: pyarrow.parquet.ParquetFile, identifiers: Sequence[str]) -> int:
    wanted = set(identifiers)
    found = 0
    for batch in file.iter_batches(columns=["row_text", "column_name"]):
        for row in batch.to_pylist():
            cells = json.loads(row["row_text"] or "{}")
            if cells.get("author_type") in ("agent", "bot", "system") and row["column_name"]:
                cells.pop("author_id", None)
            users = cells if row["column_name"] is None else _USER_COLUMNS
            found += any(str(cells.get(name)) in wanted for name in users)
    return found


def _in_duckdb(path: Path, identifiers: Sequence[str]) -> tuple[int, int]:
    """The tables of a database, and the rows in which the user stands."""
    found = 0
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        for schema, table in tables:
            names = [
                name
                for (name,) in connection.execute(
                    "select column_name from duckdb_columns() where schema_name = ? "
                    "and table_name = ?",
                    [schema, table],
                ).fetchall()
            ]
            relation = f"{_quoted(schema)}.{_quoted(table)}"
            for name in names:
                if name in _USER_COLUMNS:
                    found += _count(connection, relation, name, names, identifiers)
    return len(tables), found


def _count(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    column: str,
    columns: Iterable[str],
    identifiers: Sequence[str],
    **parameters: str,
) -> int:
    of_users = "true"
    if column == "author_id" and "author_type" in columns:
        of_users = "author_type = 'user'"
    row = connection.execute(
        f"select count(*) from {relation} "
        f"where list_contains($identifiers, {_quoted(column)}::varchar) and {of_users}",
        {"identifiers": list(identifiers), **parameters},
    ).fetchone()
    return int(row[0]) if row else 0


def _words(identifiers: Sequence[str]) -> re.Pattern[bytes] | None:
    """The identifiers that are long enough, each as a word; None where there is none."""
    patterns = [
        re.escape(spelling.encode("utf-8", "surrogateescape"))
        for identifier in identifiers
        if len(identifier) >= SHORTEST_IN_TEXT
        for spelling in {identifier, json.dumps(identifier)[1:-1]}
    ]
    if not patterns:
        return None
    text = b"|".join(patterns)
    return re.compile(b"(?<![%b])(?:%b)(?![%b])" % (_PART_OF_A_WORD, text, _PART_OF_A_WORD))


def _in_bytes(path: Path, words: re.Pattern[bytes]) -> bool:
    overlap = 4096
    with path.open("rb") as file:
        rest = b""
        while piece := file.read(_PIECE_BYTES):
            data = rest + piece
            if words.search(data):
                return True
            rest = data[-overlap:]
    return False


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
