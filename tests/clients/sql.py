"""The clients that speak SQL, under one form: statements in, plain rows out."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import adbc_driver_duckdb
import adbc_driver_manager.dbapi
import adbc_driver_postgresql.dbapi
import pyodbc
import sqlalchemy as sa

from orchestration.settings import PROJECT_ROOT
from tests.clients.answers import Rows, plain_rows
from tests.services.postgres import PostgresServer

_END = "-- end of an answer --"
_NULL = "-- null --"
OTHER_VERSIONS = PROJECT_ROOT / "build" / "clients"


@dataclass(frozen=True)
class Published:
    """Where a publication lies: in its file, and in a server for whom may only read."""

    database: Path
    server: PostgresServer
    user: str
    password: str

    @property
    def url(self) -> str:
        """The server's address for the reader."""
        return self.server.url_for(self.user, self.password)


class Refused(Exception):
    """What a client says to a statement that the file or the server does not take."""


@dataclass(frozen=True)
class Client:
    """A way to read; ask: the answers to statements, in one connection. Raises Refused."""

    name: str
    is_server: bool
    ask: Callable[[Published, Sequence[str]], list[Rows]]

    def __str__(self) -> str:
        return self.name


def ask_other_duckdb(version: str, published: Published, statements: Sequence[str]) -> list[Rows]:
    assert (OTHER_VERSIONS / version).is_dir(), "Run: make clients"
    path = os.pathsep.join([str(OTHER_VERSIONS / version), str(PROJECT_ROOT)])
    return ask_apart(["duckdb", str(published.database)], statements, PYTHONPATH=path)["answers"]


def ask_duckdb_by_sqlalchemy(published: Published, statements: Sequence[str]) -> list[Rows]:
    return _ask_engine(duckdb_engine(published), statements)


def ask_duckdb_by_adbc(published: Published, statements: Sequence[str]) -> list[Rows]:
    with connect_duckdb_by_adbc(published) as connection:
        return _ask_adbc(connection, statements)


def ask_psql(published: Published, statements: Sequence[str]) -> list[Rows]:
    """Each statement is described before it runs, as psql prints all values as text."""
    script = "".join(
        f"{statement} \\gdesc\n\\echo {_END}\n{statement};\n\\echo {_END}\n"
        for statement in statements
    )
    done = subprocess.run(
        [
            *("psql", published.url, "--no-psqlrc", "--quiet", "--csv"),
            *("--pset", f"null={_NULL}", "--set", "ON_ERROR_STOP=1"),
        ],
        input=script.encode(),
        env={"PATH": os.environ["PATH"], "PGCLIENTENCODING": "UTF8"},
        capture_output=True,  # as bytes: a text may hold a carriage return
        check=False,
    )
    if done.returncode:
        raise Refused(done.stderr.decode())
    *printed, _ = done.stdout.decode().split(f"{_END}\n")
    answers = []
    for described, given in zip(printed[::2], printed[1::2], strict=True):
        kinds = [kind for _, kind in list(csv.reader(io.StringIO(described)))[1:]]
        rows = list(csv.reader(io.StringIO(given, newline="")))[1:]
        answers.append(
            plain_rows(
                [_printed_value(cell, kind) for cell, kind in zip(row, kinds, strict=True)]
                for row in rows
            )
        )
    return answers


def ask_odbc(published: Published, statements: Sequence[str]) -> list[Rows]:
    """The protocol has no instants with a zone: they are told in the session's, the role's UTC."""
    with closing(connect_odbc(published)) as connection:

        def value(given: Any) -> Any:
            return given.replace(tzinfo=UTC) if isinstance(given, datetime) else given

        try:
            return [
                plain_rows(
                    [value(cell) for cell in row] for row in connection.execute(sql).fetchall()
                )
                for sql in statements
            ]
        except pyodbc.Error as error:
            raise Refused(str(error)) from None


def ask_jdbc(published: Published, statements: Sequence[str]) -> list[Rows]:
    answers: list[Rows] = jdbc(published, statements)["answers"]
    return answers


def ask_postgres_by_adbc(published: Published, statements: Sequence[str]) -> list[Rows]:
    with connect_postgres_by_adbc(published) as connection:
        return _ask_adbc(connection, statements)


def ask_postgres_by_sqlalchemy(published: Published, statements: Sequence[str]) -> list[Rows]:
    return _ask_engine(postgres_engine(published), statements)


CLIENTS = [
    Client("duckdb-oldest", False, lambda *given: ask_other_duckdb("oldest", *given)),
    Client("duckdb-newest", False, lambda *given: ask_other_duckdb("newest", *given)),
    Client("duckdb-sqlalchemy", False, ask_duckdb_by_sqlalchemy),
    Client("duckdb-adbc", False, ask_duckdb_by_adbc),
    Client("postgres-psql", True, ask_psql),
    Client("postgres-odbc", True, ask_odbc),
    Client("postgres-jdbc", True, ask_jdbc),
    Client("postgres-adbc", True, ask_postgres_by_adbc),
    Client("postgres-sqlalchemy", True, ask_postgres_by_sqlalchemy),
]


def duckdb_engine(published: Published) -> sa.Engine:
    return sa.create_engine(f"duckdb:///{published.database}", connect_args={"read_only": True})


def postgres_engine(published: Published) -> sa.Engine:
    return sa.create_engine(published.url)


def connect_duckdb_by_adbc(published: Published) -> Any:
    return adbc_driver_manager.dbapi.connect(
        driver=adbc_driver_duckdb.driver_path(),
        entrypoint="duckdb_adbc_init",
        db_kwargs={"path": str(published.database), "access_mode": "READ_ONLY"},
        # A reader has nothing to commit, and DuckDB ends a transaction by itself.
        autocommit=True,
    )


def connect_postgres_by_adbc(published: Published) -> Any:
    return adbc_driver_postgresql.dbapi.connect(published.url, autocommit=True)


def connect_odbc(published: Published) -> Any:
    """By the driver's file, so that no odbcinst.ini has to name it."""
    (driver,) = Path("/usr/lib").glob("*/odbc/psqlodbcw.so")
    password = published.password.replace("}", "}}")
    return pyodbc.connect(
        f"Driver={driver};Servername=127.0.0.1;Port={published.server.port};"
        f"Database={published.server.name};UID={published.user};PWD={{{password}}};BoolsAsChar=0",
        autocommit=True,
    )


def jdbc(published: Published, statements: Sequence[str]) -> dict[str, Any]:
    url = f"jdbc:postgresql://127.0.0.1:{published.server.port}/{published.server.name}"
    return ask_apart(["jdbc", url, published.user, published.password], statements)


def ask_apart(
    arguments: Sequence[str], statements: Sequence[str], **environment: str
) -> dict[str, Any]:
    """What `tests.clients.apart` answers."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.clients.apart", *arguments],
        input=json.dumps(list(statements)),
        cwd=PROJECT_ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(done.stderr)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _ask_adbc(connection: Any, statements: Sequence[str]) -> list[Rows]:
    answers = []
    with connection.cursor() as cursor:
        for statement in statements:
            try:
                cursor.execute(statement)
                answers.append(plain_rows(cursor.fetchall()))
            except adbc_driver_manager.dbapi.Error as error:
                raise Refused(str(error)) from None
    return answers


def _ask_engine(engine: sa.Engine, statements: Sequence[str]) -> list[Rows]:
    try:
        with engine.connect() as connection:
            return [
                plain_rows(connection.exec_driver_sql(statement).all()) for statement in statements
            ]
    except sa.exc.DBAPIError as error:
        raise Refused(str(error)) from None
    finally:
        engine.dispose()


def _printed_value(cell: str, kind: str) -> Any:
    """A value as psql prints it, by its type."""
    if cell == _NULL:
        return None
    if kind == "boolean":
        return {"t": True, "f": False}[cell]
    if kind == "timestamp with time zone":
        return datetime.fromisoformat(cell)
    if kind == "double precision":
        return float(cell)
    return int(cell) if kind in ("bigint", "integer") else cell
