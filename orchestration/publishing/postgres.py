"""Copying a publication to PostgreSQL, so that readers get all of one or all of another.

One transaction makes a new schema, loads it, and puts it in the place of the old one: whatever ends
it on the way leaves nothing behind. Before the change it waits for the transactions that have read
the old tables, so none of them sees two publications. Rows are loaded frozen: a transaction that
began before the change and reads after it sees the new tables whole, never empty ones.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publishing.postgres_connection import (
    PostgresUnavailable,
    connect_postgres,
    got_lock,
    lift_limits,
    translated_postgres_errors,
)
from orchestration.publishing.postgres_references import add_foreign_keys
from orchestration.publishing.postgres_tables import copy_table, tables_of
from orchestration.publishing.record import Publication, read_publication

logger = logging.getLogger("inbox.publishing")

SCHEMA = "inbox"
READERS = "inbox_reader"
"""The role that may read the schema and nothing else; people and tools are made members of it."""

_MARK = "Inbox warehouse, publication "
_WAIT_SECONDS = 600.0


def is_in_postgres(url: str, publication: Publication) -> bool:
    """Whether readers of the database have this publication. Raises PostgresUnavailable."""
    with (
        translated_postgres_errors(),
        closing(connect_postgres(url)) as connection,
        connection.cursor() as cursor,
    ):
        return _current(cursor) == publication.name


def publish_to_postgres(
    url: str,
    published: Path,
    keys: Mapping[str, Sequence[str]],
    wait_seconds: float = _WAIT_SECONDS,
) -> bool:
    """Brings the database to the publication that is in place on this machine.

    published: its folder; nobody may publish meanwhile. keys: the columns of each table that are
    unique together. wait_seconds: how long to wait for readers to end their transactions, and
    for another publication.
    False where the database had it. Raises PostgresUnavailable; readers of the database then keep
    the publication before it.
    """
    publication = read_publication(published)
    if publication is None or is_in_postgres(url, publication):
        return False
    name = publication.name
    new = f"{SCHEMA}_{name[:20].lower()}"
    with (
        translated_postgres_errors(),
        closing(duckdb.connect(str(published / "inbox.duckdb"), read_only=True)) as source,
        closing(connect_postgres(url)) as connection,
        connection,  # commits at its end, rolls back on any error
        connection.cursor() as cursor,
    ):
        source.execute("set TimeZone = 'UTC'")
        lift_limits(cursor)
        _exclude_others(cursor, wait_seconds)
        old = _current(cursor)
        if old == name:  # another process was faster
            return False
        _create_schema(cursor, new)
        for table, comment in tables_of(source):
            copy_table(source, cursor, new, table, comment, keys.get(table, ()))
        add_foreign_keys(cursor, new)
        if old is not None:
            _drop_old(cursor, wait_seconds)
        cursor.execute(f"alter schema {new} rename to {SCHEMA}")
        # Imported here: it brings sqlglot, and few publish to PostgreSQL.
        from orchestration.publishing.postgres_functions import function_statements

        for statement in function_statements(source, SCHEMA):
            cursor.execute(statement)
        cursor.execute(f"comment on schema {SCHEMA} is %s", [_MARK + name])
        _grant(cursor)
    logger.info("Published to PostgreSQL, schema %s: %d tables", SCHEMA, len(publication.rows))
    return True


def table_keys(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """The columns that are unique together in each table, by dbt's tests of them."""
    keys: dict[str, list[str]] = {}
    for node in manifest["nodes"].values():
        test = node.get("test_metadata")
        if test is not None and test["name"] in ("unique", "unique_key"):
            model = manifest["nodes"][node["attached_node"]]["name"]
            keys[model] = test["kwargs"].get("columns") or [test["kwargs"]["column_name"]]
    return keys


def _exclude_others(cursor: Any, wait_seconds: float) -> None:
    """Makes this the one publication that is at work in the database."""
    if not got_lock(cursor, f"select pg_advisory_xact_lock(hashtext('{SCHEMA}'))", wait_seconds):
        raise PostgresUnavailable(
            "another publication is at work in it for longer than this one waits; see to that one "
            "and run again"
        )


def _create_schema(cursor: Any, schema: str) -> None:
    import psycopg2.errors

    try:
        cursor.execute(f"create schema {schema}")
    except psycopg2.errors.InsufficientPrivilege:
        raise PostgresUnavailable(
            "its user may not create schemas: grant create on the database to that user"
        ) from None


def _current(cursor: Any) -> str | None:
    """The publication in the schema, or None where there is no schema.

    Raises PostgresUnavailable where somebody else made it.
    """
    cursor.execute(
        "select coalesce(obj_description(oid, 'pg_namespace'), '') from pg_namespace "
        "where nspname = %s",
        [SCHEMA],
    )
    row = cursor.fetchone()
    if row is None:
        return None
    if not row[0].startswith(_MARK):
        raise PostgresUnavailable(
            f"the schema {SCHEMA} was not made by a publication; rename it or use another database"
        )
    return str(row[0].removeprefix(_MARK))


def _drop_old(cursor: Any, wait_seconds: float) -> None:
    """Removes the schema in place, once no transaction is left that has read its tables."""
    import psycopg2.errors

    cursor.execute(
        "select quote_ident(tablename) from pg_tables where schemaname = %s order by 1", [SCHEMA]
    )
    tables = ", ".join(f"{SCHEMA}.{table}" for (table,) in cursor.fetchall())
    cursor.execute(
        "select oid::regprocedure from pg_proc where pronamespace = %s::regnamespace", [SCHEMA]
    )
    functions = ", ".join(function for (function,) in cursor.fetchall())
    try:
        lock = f"lock table {tables} in access exclusive mode"
        if tables and not got_lock(cursor, lock, wait_seconds, lambda: _tell_holders(cursor)):
            ends = ", ".join(f"select pg_terminate_backend({pid})" for pid, *_ in _holders(cursor))
            raise PostgresUnavailable(
                f"a transaction has kept the tables of the schema {SCHEMA} in use for "
                f"longer than a publication waits; end it ({ends}) and run again"
            )
        if functions:
            cursor.execute(f"drop function {functions}")
        if tables:
            cursor.execute(f"drop table {tables}")
        cursor.execute(f"drop schema {SCHEMA}")
    except psycopg2.errors.DependentObjectsStillExist:
        raise PostgresUnavailable(
            f"views or other objects depend on the schema {SCHEMA}, which each publication "
            "replaces; drop them and run again"
        ) from None
    except psycopg2.errors.InsufficientPrivilege:
        raise PostgresUnavailable(
            f"the schema {SCHEMA} belongs to another user: publish as that user, or drop it"
        ) from None


def _tell_holders(cursor: Any) -> None:
    """Says whom the publication waits for."""
    holders = "; ".join(
        f"process {pid} of {user}{f', {program}' if program else ''}{f', {state}' if state else ''}"
        for pid, user, program, state in _holders(cursor)
    )
    logger.warning(
        "Waiting until transactions end that have read the tables in PostgreSQL: %s",
        holders or "one that has just ended",
    )


def _holders(cursor: Any) -> list[tuple[int, str, str | None, str | None]]:
    """The transactions that hold the tables in place: process, user, program and state.

    The last two are told only to who may see them.
    """
    cursor.execute(
        "select distinct pid, usename, application_name, state from pg_locks "
        "join pg_class on pg_class.oid = relation join pg_stat_activity using (pid) "
        "where relnamespace = %s::regnamespace and granted and pid <> pg_backend_pid() "
        "and database = (select oid from pg_database where datname = current_database()) "
        "order by pid",
        [SCHEMA],
    )
    holders: list[tuple[int, str, str | None, str | None]] = cursor.fetchall()
    return holders


def _grant(cursor: Any) -> None:
    cursor.execute("select 1 from pg_roles where rolname = %s", [READERS])
    if cursor.fetchone() is None:
        import psycopg2.errors

        try:
            cursor.execute(f"create role {READERS} nologin")
        except psycopg2.errors.InsufficientPrivilege:
            raise PostgresUnavailable(
                f"its user may not create the role {READERS}: create it once and run again"
            ) from None
    cursor.execute(f"grant usage on schema {SCHEMA} to {READERS}")
    cursor.execute(f"grant select on all tables in schema {SCHEMA} to {READERS}")
    cursor.execute(f"grant execute on all functions in schema {SCHEMA} to {READERS}")
