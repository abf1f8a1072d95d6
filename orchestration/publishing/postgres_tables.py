"""One published table in PostgreSQL: its columns, its rows, its key, its descriptions."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from typing import Any

import duckdb
import pyarrow.csv

from orchestration.machine.sql import quoted, quoted_list
from orchestration.publishing.postgres_types import TYPES, NoCounterpart

_BATCH_ROWS = 100_000


def tables_of(source: duckdb.DuckDBPyConnection) -> list[tuple[str, str | None]]:
    """The published tables with their descriptions."""
    tables: list[tuple[str, str | None]] = source.execute(
        "select table_name, comment from duckdb_tables() order by table_name"
    ).fetchall()
    return tables


def copy_table(
    source: duckdb.DuckDBPyConnection,
    cursor: Any,
    schema: str,
    table: str,
    comment: str | None,
    key: Sequence[str],
) -> None:
    """One table with its rows, its comments and its key."""
    columns = source.execute(
        "select column_name, data_type, is_nullable, comment from duckdb_columns() "
        "where table_name = ? order by column_index",
        [table],
    ).fetchall()
    target = f"{schema}.{quoted(table)}"
    for _, kind, *_ in columns:
        if kind not in TYPES:
            raise NoCounterpart(f"{table}: the type {kind} has no counterpart in PostgreSQL yet")
    definitions = ", ".join(
        f"{quoted(column)} {TYPES[kind]}{'' if is_nullable else ' not null'}"
        for column, kind, is_nullable, _ in columns
    )
    cursor.execute(f"create table {target} ({definitions})")
    reader = source.execute(f"from {quoted(table)}").to_arrow_reader(_BATCH_ROWS)
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="all_valid")
    for batch in reader:
        text = io.BytesIO()
        pyarrow.csv.write_csv(batch, text, options)
        text.seek(0)
        cursor.copy_expert(f"copy {target} from stdin (format csv, freeze)", text)
    if key:
        nullable = {column for column, _, is_nullable, _ in columns if is_nullable}
        texts = {column for column, kind, *_ in columns if kind == "VARCHAR"}
        _add_key(cursor, target, key, nullable & set(key), texts)
    if comment:
        cursor.execute(f"comment on table {target} is %s", [comment])
    for column, _, _, column_comment in columns:
        if column_comment:
            cursor.execute(f"comment on column {target}.{quoted(column)} is %s", [column_comment])
    cursor.execute(f"analyze {target}")


def _add_key(
    cursor: Any, target: str, key: Sequence[str], nullable: Collection[str], texts: Collection[str]
) -> None:
    """The columns that are unique together; by hashes of texts that are too long for an index."""
    import psycopg2.errors

    # A null stands for nobody, who is one; servers before 15 cannot say so.
    distinct = " nulls not distinct" if cursor.connection.server_version >= 150000 else ""
    names = quoted_list(key)
    cursor.execute("savepoint before_key")
    try:
        if nullable:
            cursor.execute(f"alter table {target} add unique{distinct} ({names})")
        else:
            cursor.execute(f"alter table {target} add primary key ({names})")
    except psycopg2.errors.ProgramLimitExceeded:  # more than a third of a page of 8 kB
        cursor.execute("rollback to savepoint before_key")
        hashes = (f"md5({quoted(name)})" if name in texts else quoted(name) for name in key)
        cursor.execute(f"create unique index on {target} ({', '.join(hashes)}){distinct}")
    cursor.execute("release savepoint before_key")
