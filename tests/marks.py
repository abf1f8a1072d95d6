"""Finding a planted mark in all that is kept, as a stranger would: bytes, and what they decode to.

Belongs here: looking. Does not: the project's own search for erased users, which tests compare
with this one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow.parquet as pq


def holds(folder: Path, mark: str) -> list[str]:
    """The files of a folder that hold a mark."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and _is_in(path, mark)
    ]


def _is_in(path: Path, mark: str) -> bool:
    spellings = (mark, mark.replace("'", "''"))
    return any(spelling in text for text in _texts(path) for spelling in spellings)


def _texts(path: Path) -> Iterator[str]:
    data = path.read_bytes()
    yield data.decode("latin-1")
    yield data.decode("utf-8", "replace")
    if path.suffix == ".parquet":
        yield from _texts_of_parquet(path)
    elif path.suffix == ".duckdb":
        yield from _texts_of_duckdb(path)
    elif data.startswith(b"SQLite format 3\0"):
        yield from _texts_of_sqlite(path)


def _texts_of_parquet(path: Path) -> Iterator[str]:
    with pq.ParquetFile(path) as file:
        yield str(file.read().to_pylist())
        yield str(file.schema_arrow.metadata)
        for group in range(file.num_row_groups):
            yield str(file.metadata.row_group(group).to_dict())  # statistics too


def _texts_of_duckdb(path: Path) -> Iterator[str]:
    with duckdb.connect(str(path), read_only=True) as connection:
        yield str(connection.execute("from duckdb_columns()").fetchall())
        for (name,) in connection.execute(
            'select format(\'"{}"."{}"\', schema_name, table_name) from duckdb_tables()'
        ).fetchall():
            yield str(connection.execute(f"from {name}").fetchall())


def _texts_of_sqlite(path: Path) -> Iterator[str]:
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("select name from sqlite_master where type = 'table'")
        for (name,) in tables.fetchall():
            yield str(connection.execute(f'select * from "{name}"').fetchall())
