"""A cluster's warehouse, as this machine sees it: a DuckDB file of views over the cluster's files.

Spark builds and keeps the tables; everything else here (states of batches, checks, comparisons and
publications) reads the file of views, which is rebuilt after each build. So whatever reads a
warehouse need not know which engine made it.

Belongs here: the views. Does not: asking the cluster what it holds (`tables`), running dbt there.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb

from orchestration.engines.spark import connection as server
from orchestration.engines.spark.connection import ClusterRefused
from orchestration.engines.spark.tables import (
    SCHEMAS,
    ClusterTable,
    database_name,
    duckdb_type,
    parse_table,
)
from orchestration.engines.state import STATE_COLUMNS
from orchestration.engines.warehouse_file import looked_at
from orchestration.machine import files
from orchestration.machine.sql import literal, literal_path, quoted
from orchestration.machine.stores import ObjectFolder
from orchestration.settings import Settings

# Of tables in another format, such as Delta, the files alone do not tell the rows: a copy does.
_READABLE = "parquet"
_COPIES = "copies"

# Object stores by Hadoop's names of them.
_STORES = {"s3": "s3", "s3a": "s3", "gs": "gs"}


def write_views(
    settings: Settings, tables: Sequence[ClusterTable], models: Mapping[str, Mapping[str, Any]]
) -> None:
    """Makes the file of views anew, with the comments of the tables and their states.

    models: by name, dbt's nodes of the tables that readers get: they tell the order of the columns.
    Raises ClusterUnavailable, ClusterRefused, StoreUnavailable.
    """
    database = settings.warehouse_database
    with files.written_aside(database) as aside:
        with looked_at(aside) as connection:
            connection.execute("set TimeZone = 'UTC'")
            for schema in (*SCHEMAS, "load_state"):
                connection.execute(f"create schema if not exists {schema}")
            for table in _readable(settings, tables):
                model = models.get(table.name) if table.schema == "main" else None
                described = model or {"description": "", "columns": {}}
                _write_view(settings, connection, table, described)
            _write_states(connection, tables)
        database.with_name(database.name + ".wal").unlink(missing_ok=True)
    _remove_fetched(settings, tables)


def write_states(settings: Settings, tables: Sequence[ClusterTable]) -> None:
    """Notes in the file of views what batches the cluster's tables have had."""
    with looked_at(settings.warehouse_database) as connection:
        _write_states(connection, tables)


def _write_states(connection: duckdb.DuckDBPyConnection, tables: Sequence[ClusterTable]) -> None:
    columns = ", ".join(f"{name} {kind}" for name, kind in STATE_COLUMNS.items())
    connection.execute(f"create or replace table load_state.models ({columns})")
    for table in tables:
        if table.state is not None:
            connection.execute(
                "insert into load_state.models values (?, ?, ?, ?, ?, ?, ?)",
                [table.name, *astuple(table.state)],
            )


def _readable(settings: Settings, tables: Sequence[ClusterTable]) -> list[ClusterTable]:
    """The tables whose files tell their rows; those of another format are copied by the cluster.

    A copy of a table that has not changed since is left as it is; one of no table is dropped.
    """
    readable = [table for table in tables if table.format == _READABLE]
    others = {
        f"{table.schema}__{table.name}": table
        for table in tables
        if table.format not in (None, _READABLE)
    }
    copies = database_name(settings, _COPIES)
    with server.cursor(settings) as cursor:
        if others:
            cursor.execute(f"create database if not exists {copies}")
        cursor.execute(f"show databases like '{copies}'")
        if cursor.fetchall():
            cursor.execute(f"show tables in {copies}")
            for row in cursor.fetchall():
                if row[1] not in others:
                    cursor.execute(f"drop table {copies}.{row[1]}")
        for name, table in others.items():
            version = table.state.version if table.state else ""
            cursor.execute(f"show table extended in {copies} like '{name}'")
            standing = [parse_table(table.schema, table.name, row[3]) for row in cursor.fetchall()]
            if not version or not standing or standing[0].version != version:
                cursor.execute(f"drop table if exists {copies}.{name}")
                cursor.execute(
                    f"create table {copies}.{name} using parquet "
                    f"tblproperties ('inbox.version' = '{version}') "
                    f"as select * from {_relation(settings, table)}"
                )
                cursor.execute(f"show table extended in {copies} like '{name}'")
                standing = [
                    parse_table(table.schema, table.name, row[3]) for row in cursor.fetchall()
                ]
            readable.extend(standing)
    return readable


def _write_view(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    table: ClusterTable,
    model: Mapping[str, Any],
) -> None:
    types = {name: duckdb_type(kind, table.name, name) for name, kind in table.columns.items()}
    table = replace(table, columns=types)
    described = {
        name: column["description"]
        for name, column in model["columns"].items()
        if name in table.columns
    }
    columns = [*described, *(name for name in table.columns if name not in described)]
    view = f"{table.schema}.{quoted(table.name)}"
    connection.execute(f"create view {view} as {_select(settings, table, columns)}")
    connection.execute(f"comment on view {view} is {literal(model['description'])}")
    for name, description in described.items():
        connection.execute(f"comment on column {view}.{quoted(name)} is {literal(description)}")


def _select(settings: Settings, table: ClusterTable, columns: Sequence[str]) -> str:
    """The rows of a table's files, with its types; of a table without files, none."""
    selected = ", ".join(
        f"cast({quoted(name)} as {table.columns[name]}) as {quoted(name)}" for name in columns
    )
    found = _files(settings, table)
    if not found:
        empty = ", ".join(f"null as {quoted(name)}" for name in columns)
        return f"select {selected} from (select {empty}) where false"
    paths = ", ".join(literal_path(file) for file in found)
    types = ", ".join(f"{quoted(name)}: {table.columns[name]}" for name in table.partitioned_by)
    partitions = f", hive_types = {{{types}}}" if types else ""
    return (
        f"select {selected} from read_parquet([{paths}], "
        f"hive_partitioning = {bool(types)}{partitions})"
    )


def _files(settings: Settings, table: ClusterTable) -> list[str]:
    """The Parquet files of a table; what a job left that did not end is not among them.

    Those in an object store are copied here, each once: Spark never changes a file.
    """
    location = table.location or ""
    scheme, _, rest = location.partition("://")
    if scheme in _STORES:
        return _fetched(settings, table, ObjectFolder(f"{_STORES[scheme]}://{rest}"))
    url = urlsplit(location)
    folder = Path(unquote(url.path))
    if url.scheme not in ("", "file") or not folder.is_dir():
        raise ClusterRefused(
            f"The cluster keeps its tables where this machine cannot read them ({location}): give "
            "it a folder that both see, under the same path, or one of S3 or Google's storage "
            "(spark.sql.warehouse.dir)"
        )
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet"))
    return sorted(str(folder / name) for name in names if _counts(name))


def _fetched(settings: Settings, table: ClusterTable, store: ObjectFolder) -> list[str]:
    folder = settings.warehouse_folder / "cluster" / table.schema / table.name
    names = {found.name for found in store.listing().objects if _counts(found.name)}
    for path in folder.rglob("*.parquet"):
        if path.relative_to(folder).as_posix() not in names:
            path.unlink()
    for name in names:
        path = folder / name
        if not path.exists():
            with files.written_aside(path) as aside:
                store.download(name, aside)
    return sorted(str(folder / name) for name in names)


def _remove_fetched(settings: Settings, tables: Sequence[ClusterTable]) -> None:
    """Removes what was fetched of tables that are no more."""
    standing = {(table.schema, table.name) for table in tables}
    for folder in (settings.warehouse_folder / "cluster").glob("*/*"):
        if (folder.parent.name, folder.name) not in standing:
            shutil.rmtree(folder)


def _counts(name: str) -> bool:
    """Whether a file of a table's folder holds rows of it."""
    return name.endswith(".parquet") and not any(
        part.startswith((".", "_")) for part in name.split("/")
    )


def _relation(settings: Settings, table: ClusterTable) -> str:
    return f"{database_name(settings, table.schema)}.{table.name}"
