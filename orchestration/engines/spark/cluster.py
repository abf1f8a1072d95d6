"""A cluster's warehouse, as this machine sees it: a DuckDB file of views over the cluster's files.

Spark builds and keeps the tables; everything else here (states of batches, checks, comparisons and
publications) reads the file of views, which is made anew after each build. So whatever reads a
warehouse need not know which engine made it.

Belongs here: asking the cluster what it holds, and the views. Does not: running dbt's models there.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb

from orchestration.errors import InboxError
from orchestration.machine import files
from orchestration.machine.sql import literal, literal_path, quoted
from orchestration.machine.stores import ObjectFolder
from orchestration.settings import Settings
from orchestration.warehouse.batches import STATE_COLUMNS, ModelState

logger = logging.getLogger("inbox.cluster")

SCHEMAS = ("main", "intermediate", "changes")
"""Schemas whose tables are seen from here, by their names in DuckDB."""

# Of tables in another format, such as Delta, the files alone do not tell the rows: a copy does.
_READABLE = "parquet"
_COPIES = "copies"

# Object stores by Hadoop's names of them.
_STORES = {"s3": "s3", "s3a": "s3", "gs": "gs"}

_BEING_CHANGED = "applying"
_TYPES = {
    "array": "VARCHAR[]",
    "binary": "BLOB",
    "boolean": "BOOLEAN",
    "byte": "TINYINT",
    "date": "DATE",
    "double": "DOUBLE",
    "float": "FLOAT",
    "integer": "INTEGER",
    "long": "BIGINT",
    "short": "SMALLINT",
    "string": "VARCHAR",
    "timestamp": "TIMESTAMPTZ",
}
_COLUMN = re.compile(r"^ \|-- (?P<name>.+): (?P<type>.+) \(nullable = \w+\)$", re.MULTILINE)
_STATE = re.compile(r"\binbox\.(?P<name>\w+)=(?P<value>[^,\]]*)")


class ClusterUnavailable(InboxError):
    """The cluster does not answer."""


class ClusterRefused(InboxError):
    """The cluster took no statement, or keeps its tables where this machine cannot read them."""


@dataclass(frozen=True)
class ClusterTable:
    """A table or view of the cluster.

    schema: its name in DuckDB. columns: with Spark's types. format: of its files; a view has
    none. location: the URL of its folder. partitioned_by: the columns that stand in the names of
    folders. state: what batches it has had; version: of its rows, where it is known.
    """

    schema: str
    name: str
    columns: Mapping[str, str]
    format: str | None
    location: str | None
    partitioned_by: tuple[str, ...]
    state: ModelState | None
    version: str | None


def read_cluster(settings: Settings) -> list[ClusterTable]:
    """Every table and view of the cluster that is seen from here.

    Raises ClusterUnavailable, ClusterRefused.
    """
    with _cursor(settings) as cursor:
        found: list[ClusterTable] = []
        for schema in SCHEMAS:
            database = database_name(settings, schema)
            cursor.execute(f"show databases like '{database}'")
            if cursor.fetchall():
                cursor.execute(f"show table extended in {database} like '*'")
                found.extend(_table(schema, row[1], row[3]) for row in cursor.fetchall())
        return found


def _table(schema: str, name: str, information: str) -> ClusterTable:
    """A table by what Spark says of it, a line each."""
    described, _, columns = information.partition("\nSchema: root\n")
    facts = dict(line.split(": ", 1) for line in described.splitlines() if ": " in line)
    noted = dict(_STATE.findall(facts.get("Table Properties", "")))
    state = None
    if "batch_number" in noted and noted["action"] != _BEING_CHANGED:
        state = ModelState(
            noted["fingerprint"],
            int(noted["batch_number"]),
            noted["action"],
            noted["version"],
            noted.get("previous_version") or None,
            int(noted["rows_written"]),
        )
    is_view = facts["Type"] == "VIEW"
    return ClusterTable(
        schema=schema,
        name=name,
        columns=dict(_COLUMN.findall(columns)),
        format=None if is_view else facts["Provider"].lower(),
        location=None if is_view else facts["Location"],
        partitioned_by=tuple(re.findall("`([^`]+)`", facts.get("Partition Columns", ""))),
        state=state,
        version=noted.get("version"),
    )


def _type(kind: str, table: str, column: str) -> str:
    """DuckDB's type for one of Spark's."""
    if kind.startswith("decimal("):
        return kind.upper()
    if kind not in _TYPES:
        raise ClusterRefused(
            f"The cluster's table {table} has a column that cannot be read here ({column}, of type "
            f"{kind}): cast it in its model"
        )
    return _TYPES[kind]


def database_name(settings: Settings, schema: str) -> str:
    """The cluster's database of a schema, as the macro `generate_schema_name` has it."""
    return f"{settings.spark_schema}_{schema}"


def write_views(
    settings: Settings, tables: Sequence[ClusterTable], models: Mapping[str, Mapping[str, Any]]
) -> None:
    """Makes the file of views anew, with the comments of the tables and their states.

    models: by name, dbt's nodes of the tables that readers get: they tell the order of the columns.
    Raises ClusterUnavailable, ClusterRefused, StoreUnavailable.
    """
    database = settings.warehouse_database
    with files.written_aside(database) as aside:
        with closing(duckdb.connect(str(aside))) as connection:
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
    with closing(duckdb.connect(str(settings.warehouse_database))) as connection:
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
    with _cursor(settings) as cursor:
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
            standing = [_table(table.schema, table.name, row[3]) for row in cursor.fetchall()]
            if not version or not standing or standing[0].version != version:
                cursor.execute(f"drop table if exists {copies}.{name}")
                cursor.execute(
                    f"create table {copies}.{name} using parquet "
                    f"tblproperties ('inbox.version' = '{version}') "
                    f"as select * from {_relation(settings, table)}"
                )
                cursor.execute(f"show table extended in {copies} like '{name}'")
                standing = [_table(table.schema, table.name, row[3]) for row in cursor.fetchall()]
            readable.extend(standing)
    return readable


def _write_view(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    table: ClusterTable,
    model: Mapping[str, Any],
) -> None:
    types = {name: _type(kind, table.name, name) for name, kind in table.columns.items()}
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


@cache
def tolerate_unclosed_sessions() -> None:
    """Makes PyHive's sessions end without error where the server cannot close one.

    Spark 4 comes without the jar `hive-llap-common` (SPARK-51029), and a Thrift server without it
    fails there now and then. By then the statements of the session are done, and it ends with its
    connection; dbt would call the model or the test failed.
    """
    from pyhive import exc, hive

    close = hive.Connection.close

    def close_or_leave(connection: Any) -> None:
        try:
            close(connection)
        except exc.OperationalError as error:
            logger.debug("The server could not close a session: %s", _reason(error))

    hive.Connection.close = close_or_leave


@contextmanager
def _cursor(settings: Settings) -> Iterator[Any]:
    """A cursor of the Thrift server."""
    # Imported here: packages of an extra, which other engines do without.
    from pyhive import exc, hive
    from thrift.Thrift import TException

    tolerate_unclosed_sessions()
    password = settings.spark_password
    try:
        with closing(
            hive.connect(
                settings.spark_host,
                settings.spark_port,
                settings.spark_user,
                password=None if password is None else password.get_secret_value(),
                auth=None if password is None else "LDAP",
            )
        ) as connection:
            yield connection.cursor()
    except (TException, EOFError) as error:
        raise ClusterUnavailable(
            f"The cluster's Thrift server at {settings.spark_host}:{settings.spark_port} does not "
            f"answer ({type(error).__name__}): start it, or name another one with INBOX_SPARK_HOST "
            "and INBOX_SPARK_PORT"
        ) from None
    except exc.Error as error:
        raise ClusterRefused(f"The cluster refused a statement: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    """The first line of what Spark says; PyHive's text holds the whole answer with its stacks."""
    status = getattr(error.args[0], "status", None) if error.args else None
    text = getattr(status, "errorMessage", None) or str(error)
    return str(text).splitlines()[0]


def _relation(settings: Settings, table: ClusterTable) -> str:
    return f"{database_name(settings, table.schema)}.{table.name}"
