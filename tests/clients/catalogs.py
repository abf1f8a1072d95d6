"""What each client's own calls tell of the published tables, as tools list them to people.

No statement is written here: a tool asks its driver, and the driver the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tests.clients.answers import Column, Tables, kind_of
from tests.clients.sql import (
    Published,
    connect_duckdb_by_adbc,
    connect_odbc,
    connect_postgres_by_adbc,
    duckdb_engine,
    jdbc,
    postgres_engine,
)


@dataclass(frozen=True)
class Catalog:
    """Tables and columns as a client lists them.

    has_comments, has_nullability: whether it tells them. key: of fct_threads, where it tells keys.
    """

    tables: Tables
    has_comments: bool = True
    has_nullability: bool = True
    key: list[str] | None = None


def by_odbc(published: Published) -> Catalog:
    """Its driver leaves the comments of columns out."""
    with closing(connect_odbc(published)) as connection:
        cursor = connection.cursor()
        tables = [row[2] for row in cursor.tables(schema="inbox", tableType="TABLE").fetchall()]
        columns = [
            (row[2], row[3], row[5], bool(row[10]), None)
            for table in tables
            for row in cursor.columns(table, schema="inbox").fetchall()
        ]
        keys = cursor.primaryKeys("fct_threads", schema="inbox").fetchall()
        return Catalog(_gathered(columns), has_comments=False, key=[row[3] for row in keys])


def by_jdbc(published: Published) -> Catalog:
    told = jdbc(published, [])
    return Catalog(_gathered(told["columns"]), key=told["key"])


def by_duckdb_sqlalchemy(published: Published) -> Catalog:
    return _reflected(duckdb_engine(published), "main")


def by_postgres_sqlalchemy(published: Published) -> Catalog:
    return _reflected(postgres_engine(published), "inbox")


def by_duckdb_adbc(published: Published) -> Catalog:
    with connect_duckdb_by_adbc(published) as connection:
        return _objects(connection, "main")


def by_postgres_adbc(published: Published) -> Catalog:
    with connect_postgres_by_adbc(published) as connection:
        return _objects(connection, "inbox")


CATALOGS: list[Callable[[Published], Catalog]] = [
    by_odbc,
    by_jdbc,
    by_duckdb_sqlalchemy,
    by_postgres_sqlalchemy,
    by_duckdb_adbc,
    by_postgres_adbc,
]


def _reflected(engine: sa.Engine, schema: str) -> Catalog:
    inspector = sa.inspect(engine)
    found = _gathered(
        (table, column["name"], column["type"], column["nullable"], column.get("comment"))
        for table in inspector.get_table_names(schema=schema)
        for column in inspector.get_columns(table, schema=schema)
    )
    key = inspector.get_pk_constraint("fct_threads", schema=schema)["constrained_columns"]
    engine.dispose()
    return Catalog(found, key=key or None)


def _objects(connection: Any, schema: str) -> Catalog:
    catalogs = connection.adbc_get_objects(db_schema_filter=schema).read_all().to_pylist()
    tables = [
        table
        for catalog in catalogs
        for found in catalog["catalog_db_schemas"] or []
        for table in found["db_schema_tables"] or []
    ]
    told = {None: None, "YES": True, "NO": False}
    keys = {
        table["table_name"]: constraint["constraint_column_names"]
        for table in tables
        for constraint in table["table_constraints"] or []
        if constraint["constraint_type"] == "PRIMARY KEY"
    }
    return Catalog(
        _gathered(
            (
                *(table["table_name"], column["column_name"], column["xdbc_type_name"]),
                *(told[column["xdbc_is_nullable"]], column["remarks"]),
            )
            for table in tables
            for column in table["table_columns"]
        ),
        has_nullability=schema == "main",
        key=keys.get("fct_threads"),
    )


def _gathered(columns: Iterable[Iterable[Any]]) -> Tables:
    """Tables from their columns: table, column, type, nullable, comment."""
    tables: Tables = {}
    for table, column, kind, is_nullable, comment in columns:
        described = Column(kind_of(kind), is_nullable, comment)
        tables.setdefault(table, {})[column] = described
    return tables
