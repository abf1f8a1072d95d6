"""Bringing the copy of the published database to what the warehouse has, table by table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from orchestration.machine.sql import literal, quoted, quoted_list
from orchestration.publishing.functions import by_place_and_name
from orchestration.publishing.record import ParquetFiles, Publication
from orchestration.publishing.restated_cells import Restating
from orchestration.publishing.restated_moves import ChangedFacts
from orchestration.publishing.table_forms import PUBLISHED_SCHEMA, TableForm

# The oldest format: clients since DuckDB 1.0 can open the file.
STORAGE_VERSION = "v1.0.0"

# A table of which more than this share has been replaced row by row is copied whole once again.
MAX_REPLACED_SHARE = 0.25

# A file is written anew where more than this share of it, and 16 MiB, is room that no row takes.
MAX_FREE_SHARE = 1 / 3
MIN_FREE_BLOCKS = 64


@dataclass(frozen=True)
class TableVersion:
    """What is known of a table that changes row by row.

    previous_version: the one that the rows in schema `changes` lead on from; None where the table
    was built anew. keys: the columns that tell which rows a changed row replaces.
    """

    version: str
    previous_version: str | None
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What the caller of `publish` knows of the tables, of the machine, and of Parquet."""

    versions: Mapping[str, TableVersion]
    required: Mapping[str, Sequence[str]]
    engine: Mapping[str, str]
    restating: Restating | None = None
    parquet: ParquetFiles = field(default_factory=ParquetFiles)


@dataclass(frozen=True)
class Forms:
    """What the warehouse and the copy say of their tables, before anything is brought."""

    warehouse: Mapping[str, TableForm]
    published: Mapping[str, TableForm]


@dataclass
class Made:
    """What a publication came to."""

    as_of_date: date
    rows: dict[str, int] = field(default_factory=dict)
    replaced_rows: dict[str, int] = field(default_factory=dict)
    rows_written: int = 0
    restatements: int = 0
    parquet: ParquetFiles = field(default_factory=ParquetFiles)


def connect(
    warehouse: Path, database: Path, engine: Mapping[str, str]
) -> duckdb.DuckDBPyConnection:
    """An engine with the warehouse, to be read, and the file that is made of it."""
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false", **engine})
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
    connection.execute(
        f"attach {literal(database)} as published (storage_version '{STORAGE_VERSION}')"
    )
    connection.execute("use published")
    return connection


def bring_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    forms: Forms,
    known: Known,
    previous: Publication | None,
    made: Made,
) -> set[date] | None:
    """Brings one table of the copy to what the warehouse has.

    Gives the days whose rows have changed; None stands for all of them.
    """
    version = known.versions.get(table)
    published_version = previous.versions.get(table) if previous else None
    if previous is not None and version is not None and published_version == version.version:
        made.rows[table] = previous.rows[table]
        made.replaced_rows[table] = previous.replaced_rows.get(table, 0)
        return set()
    if (
        previous is not None
        and version is not None
        and published_version is not None
        and published_version == version.previous_version
    ):
        form = forms.published[table]
        days, changed = _changed_days(connection, table, form)
        replaced = previous.replaced_rows.get(table, 0) + changed
        if replaced <= MAX_REPLACED_SHARE * previous.rows[table]:
            more = _replace_rows(connection, table, form, version.keys)
            made.rows[table] = previous.rows[table] + more
            made.replaced_rows[table] = replaced
            made.rows_written += changed
            return days
    required = known.required.get(table, ())
    made.rows[table] = _copy_table(connection, table, forms.warehouse[table], required)
    made.rows_written += made.rows[table]
    return None


def changed_facts(known: Known, previous: Publication | None) -> ChangedFacts:
    """Where the changed rows are of the tables that the warehouse leads on from the publication."""
    published = previous.versions if previous is not None else {}
    sources = {}
    for table, version in known.versions.items():
        if published.get(table) == version.version:
            sources[table] = f"select true as is_after, * from warehouse.main.{table} where false"
        elif table in published and published[table] == version.previous_version:
            sources[table] = f"from warehouse.changes.{table}"
    return ChangedFacts(sources)


def _changed_days(
    connection: duckdb.DuckDBPyConnection, table: str, form: TableForm
) -> tuple[set[date] | None, int]:
    """The days whose rows differ, if the table has days, and how many rows a batch changed.

    Of what hangs on a conversation a batch has all rows, most of them as they were: their days
    stay, and with them old Parquet files.
    """
    changes = f"warehouse.changes.{quoted(table)}"
    ((changed,),) = connection.execute(f"select count(*) from {changes}").fetchall()
    if form.day_column is None:
        return None, changed
    columns = quoted_list(form.names)
    rows = connection.execute(
        f"select distinct {quoted(form.day_column)} from "
        f"(select {columns} from {changes} group by all having count(*) = 1)"
    ).fetchall()
    return {row[0] for row in rows}, changed


def _replace_rows(
    connection: duckdb.DuckDBPyConnection, table: str, form: TableForm, keys: Sequence[str]
) -> int:
    """Replaces the changed rows of a table; how many more rows it has then."""
    changes = f"warehouse.changes.{quoted(table)}"
    columns = quoted_list(form.names)
    if len(keys) == 1:
        key = quoted(keys[0])
        condition = f"where {key} in (select {key} from {changes} where not is_after)"
    else:
        same = " and ".join(
            f"changes.{quoted(key)} is not distinct from {quoted(table)}.{quoted(key)}"
            for key in keys
        )
        condition = f"using {changes} as changes where not changes.is_after and {same}"
    deleted = connection.execute(f"delete from {quoted(table)} {condition}").fetchall()
    inserted = connection.execute(
        f"insert into {quoted(table)} ({columns}) select {columns} from {changes} where is_after"
    ).fetchall()
    return int(inserted[0][0]) - int(deleted[0][0])


def _copy_table(
    connection: duckdb.DuckDBPyConnection, table: str, form: TableForm, required: Sequence[str]
) -> int:
    """Copies a table or a view with its order, its comments and its columns that are never null.

    form: its own. required: the columns of a view, which says nothing of them.
    """
    connection.execute(f"drop table if exists {quoted(table)}")
    connection.execute(form.definition or _definition_of_view(table, form, required))
    inserted = connection.execute(
        f"insert into {quoted(table)} select * from warehouse.{PUBLISHED_SCHEMA}.{quoted(table)}"
    ).fetchone()
    _comment(connection, f"table {quoted(table)}", form.comment)
    for column in form.columns:
        _comment(connection, f"column {quoted(table)}.{quoted(column.name)}", column.comment)
    return int(inserted[0]) if inserted else 0


def _definition_of_view(view: str, form: TableForm, required: Sequence[str]) -> str:
    columns = [
        f"{quoted(one.name)} {one.kind}{' not null' if one.name in required else ''}"
        for one in form.columns
    ]
    return f"create table {quoted(view)} ({', '.join(columns)})"


def is_mostly_free(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the file has grown by blocks that hold nothing: a copy of it would copy them too."""
    row = connection.execute(
        "select free_blocks, total_blocks from pragma_database_size() "
        "where database_name = 'published'"
    ).fetchone()
    assert row is not None
    free, total = row
    return bool(free >= MIN_FREE_BLOCKS and free > MAX_FREE_SHARE * total)


def copy_compact(connection: duckdb.DuckDBPyConnection, database: Path) -> Path:
    """Copies all of the file into another one beside it, which has no room that no row takes."""
    compact = database.with_name(f"{database.name}.compact")
    connection.execute(
        f"attach {literal(compact)} as compact (storage_version '{STORAGE_VERSION}')"
    )
    connection.execute("copy from database published to compact")
    connection.execute("detach compact")
    return compact


def copy_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Brings the functions that are others than those of the copy; the rest go."""
    told = _functions_of(connection)
    functions, copied = (told.get(database, {}) for database in ("warehouse", "published"))
    for name in copied.keys() - functions.keys():
        connection.execute(f"drop macro table {quoted(name)}")
    for name, function in functions.items():
        if copied.get(name) == function:
            continue
        parameters, definition, comment = function
        by_place, by_name = by_place_and_name(parameters)
        signature = ", ".join(
            [*map(quoted, by_place), *(f"{quoted(parameter)} := null" for parameter in by_name)]
        )
        connection.execute(
            f"create or replace macro {quoted(name)}({signature}) as table {definition}"
        )
        _comment(connection, f"macro table {quoted(name)}", comment)


_Function = tuple[Sequence[str], str, str]
"""The arguments of a function, its select and its comment."""


def _functions_of(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, _Function]]:
    """By database and name; in one question, which goes through all functions of the engine."""
    found: dict[str, dict[str, _Function]] = {}
    for database, name, parameters, definition, comment in connection.execute(
        "select database_name, function_name, parameters, macro_definition, comment "
        "from duckdb_functions() where database_name in ('warehouse', 'published') "
        "and schema_name = ? and function_type = 'table_macro' order by function_name",
        [PUBLISHED_SCHEMA],
    ).fetchall():
        found.setdefault(database, {})[name] = (parameters, definition, (comment or "").strip())
    return found


def _comment(connection: duckdb.DuckDBPyConnection, subject: str, comment: str | None) -> None:
    if comment:
        connection.execute(f"comment on {subject} is {literal(comment.strip())}")
