"""Each macro that an engine has its own SQL for gives the same rows, here on DuckDB and PostgreSQL.

The same on Spark: `make test-spark`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb
import psycopg2
import pytest

from orchestration.settings import DBT_PROJECT
from tests.engines.evaluate import MACRO_ROWS, Rows, evaluate, is_equal, plain
from tests.engines.postgres_profile import write_profile
from tests.services.postgres import PostgresServer

Read = Callable[[str], Rows]


@pytest.fixture(scope="module")
def read_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    folder = tmp_path_factory.mktemp("macros-duckdb")
    database = folder / "macros.duckdb"
    environment = {"INBOX_WAREHOUSE_PATH": str(database), "INBOX_SPILL_PATH": str(folder / "spill")}
    evaluate("duckdb", DBT_PROJECT, folder, environment)
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield lambda query: connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def read_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    folder = tmp_path_factory.mktemp("macros-postgres")
    with PostgresServer() as server:
        write_profile(server, folder)
        evaluate("postgres", folder, folder, {})
        connection = psycopg2.connect(server.url)
        connection.autocommit = True
        with connection.cursor() as cursor:

            def read(query: str) -> Rows:
                cursor.execute(query)
                return cursor.fetchall()

            yield read
        connection.close()


@pytest.mark.parametrize("macro", MACRO_ROWS)
@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_a_macro_gives_the_same_rows(
    macro: str, engine: str, request: pytest.FixtureRequest
) -> None:
    read: Read = request.getfixturevalue(f"read_{engine}")
    rows = [tuple(map(plain, row)) for row in read(f"select * from main.{macro}")]
    assert is_equal(rows, MACRO_ROWS[macro]), rows


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_an_error_is_raised_with_its_message(engine: str, request: pytest.FixtureRequest) -> None:
    read: Read = request.getfixturevalue(f"read_{engine}")
    with pytest.raises((duckdb.Error, psycopg2.Error), match="it's wrong"):
        read("select * from main.raised_errors")


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_a_cast_that_fails_is_an_error(engine: str, request: pytest.FixtureRequest) -> None:
    read: Read = request.getfixturevalue(f"read_{engine}")
    with pytest.raises((duckdb.Error, psycopg2.Error), match="no number"):
        read("select * from main.failed_casts")
