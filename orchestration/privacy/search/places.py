"""Every place in which a user may stand: the home, the targets of publications, Dagster's database.

A place that does not answer is named in the outcome and holds up no other.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from orchestration.machine.stores import ObjectFolder, StoreUnavailable
from orchestration.privacy.search.files import search_file
from orchestration.privacy.search.outcome import Search
from orchestration.privacy.search.tables import ReadColumn, Values, is_of_users, places_in_table
from orchestration.privacy.search.wanted import NamedUser, Wanted
from orchestration.publishing.postgres import SCHEMA
from orchestration.publishing.postgres_connection import (
    PostgresUnavailable,
    connect_postgres,
    translated_postgres_errors,
)
from orchestration.settings import Settings

_TABLES_OF_USERS = (".parquet", ".duckdb")
_BATCH_ROWS = 50_000


def search_everything(settings: Settings, user: NamedUser) -> Search:
    """Look for a user in every file of the home, every target, and all that Dagster keeps."""
    outcome = Search()
    for path in _files(settings.home):
        search_file(path, str(path.relative_to(settings.home)), user, outcome)
    _search_targets(settings, user, outcome)
    if settings.dagster_postgres is not None:
        url = settings.dagster_postgres.get_secret_value()
        _told(
            outcome,
            "INBOX_DAGSTER_POSTGRES",
            lambda: _search_postgres(url, _DAGSTER, user, outcome),
        )
    return outcome


def search_tables(settings: Settings, wanted: Wanted) -> Search:
    """The same in the tables of the home and the targets alone."""
    outcome = Search()
    for path in _files(settings.home):
        if path.suffix in _TABLES_OF_USERS:
            search_file(path, str(path.relative_to(settings.home)), wanted, outcome)
    _search_targets(settings, wanted, outcome)
    return outcome


def _files(home: Path) -> list[Path]:
    return [path for path in sorted(home.rglob("*")) if path.is_file() and not path.is_symlink()]


def _search_targets(settings: Settings, wanted: Wanted, outcome: Search) -> None:
    for url in (settings.spark_raw, settings.publish_store):
        if url is not None:
            search = partial(_search_store, ObjectFolder(url), settings.home, wanted, outcome)
            _told(outcome, url, search)
    if settings.publish_postgres is not None:
        url = settings.publish_postgres.get_secret_value()
        _told(
            outcome, "INBOX_PUBLISH_POSTGRES", lambda: _search_postgres(url, _OURS, wanted, outcome)
        )


def _told(outcome: Search, place: str, search: Callable[[], None]) -> None:
    try:
        search()
    except StoreUnavailable as error:
        outcome.not_searched.append(str(error))
    except PostgresUnavailable as error:
        outcome.not_searched.append(f"The database of {place}: {error}")


def _search_store(target: ObjectFolder, home: Path, wanted: Wanted, outcome: Search) -> None:
    """Look into every object under the target, of whatever publication.

    Each is copied to the home's disk for as long as it is read, without a name: the user is in it.
    """
    for item in target.listing().objects:
        with tempfile.TemporaryFile(dir=home) as unnamed:
            copy = Path(f"/proc/self/fd/{unnamed.fileno()}")
            target.download(item.name, copy)
            search_file(copy, f"{target}/{item.name}", wanted, outcome)
        outcome.objects += 1


# The schema that readers have, and what else a publication may have left.
_OURS = f"nspname = '{SCHEMA}' or nspname like '{SCHEMA}\\_%'"
_DAGSTER = "pg_namespace.oid in (select relnamespace from pg_class where relname = 'event_logs')"


def _search_postgres(url: str, schemas: str, wanted: Wanted, outcome: Search) -> None:
    """Look into every column that may hold text, of every table of some schemas.

    schemas: a condition on pg_namespace. Raises PostgresUnavailable.
    """
    with translated_postgres_errors(), closing(connect_postgres(url)) as connection:
        connection.set_session(readonly=True)
        with connection.cursor() as cursor:
            cursor.execute(
                # Not numbers, booleans, times, and addresses of machines.
                "select nspname, relname, array_agg(attname::text order by attnum) "
                "filter (where typcategory not in ('N', 'B', 'D', 'T', 'I')) "
                "from pg_namespace join pg_class on relnamespace = pg_namespace.oid "
                "join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped "
                "join pg_type on pg_type.oid = atttypid "
                f"where relkind in ('r', 'm', 'p') and ({schemas}) group by 1, 2 order by 1, 2"
            )
            tables = cursor.fetchall()
        for schema, table, columns in tables:
            outcome.postgres_tables += 1
            read = _reader(connection, schema, table)
            found = places_in_table(columns or [], read, wanted)
            outcome.found.extend(
                f"PostgreSQL {schema}.{table} {column} ({rows})" for column, rows in found.items()
            )


def _reader(connection: Any, schema: str, table: str) -> ReadColumn:
    from psycopg2.sql import SQL, Identifier

    def read(column: str, kind_column: str | None) -> Values:
        query = SQL("select {}::text, count(*) from {} {} group by 1").format(
            Identifier(column),
            Identifier(schema, table),
            SQL(is_of_users(kind_column)),
        )
        # Named, it stays at the server and comes in batches.
        with connection.cursor("search") as cursor:
            cursor.itersize = _BATCH_ROWS
            cursor.execute(query)
            yield from cursor

    return read
