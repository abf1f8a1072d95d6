"""Clients in a process of their own: a DuckDB of another version, JDBC in a Java machine.

    python -m tests.clients.apart duckdb <file> < statements.json
    python -m tests.clients.apart jdbc <url> <user> <password> < statements.json

Statements are a list; the answers, printed as JSON, a list too, with the client's version.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.clients.answers import plain_rows

JDBC_DRIVER = "/usr/share/java/postgresql.jar"  # Debian's


def ask_duckdb(statements: list[str], path: str) -> dict[str, Any]:
    """The file, opened by the DuckDB that is first on Python's path."""
    import duckdb

    connection = duckdb.connect(path, read_only=True)
    answers = [plain_rows(connection.execute(statement).fetchall()) for statement in statements]
    return {"version": duckdb.__version__, "answers": answers}


def ask_jdbc(statements: list[str], url: str, user: str, password: str) -> dict[str, Any]:
    """A server, by its JDBC driver; also what the driver tells of the schema's tables."""
    import jpype

    # Another zone than the data's and than UTC: an instant must not depend on it.
    jpype.startJVM("-Duser.timezone=Asia/Kathmandu", classpath=[JDBC_DRIVER])
    connection = jpype.JClass("java.sql.DriverManager").getConnection(url, user, password)
    metadata = connection.getMetaData()
    answers = []
    for statement in statements:
        query = connection.createStatement()
        answers.append(_rows(query.getResultSet()) if query.execute(statement) else [])
    columns = _rows(metadata.getColumns(None, "inbox", "%", "%"))
    keys = _rows(metadata.getPrimaryKeys(None, "inbox", "fct_threads"))
    return {
        "version": str(metadata.getDriverVersion()),
        "answers": answers,
        # Table, column, type, nullable, comment; places as JDBC defines them.
        "columns": [[row[2], row[3], row[5], row[17] == "YES", row[11]] for row in columns],
        "key": [row[3] for row in keys],
    }


def _rows(result: Any) -> list[list[Any]]:
    """All rows of a result; instants as they are told with their offset."""
    import jpype

    kinds = result.getMetaData()
    numbers = range(1, kinds.getColumnCount() + 1)
    names = [str(kinds.getColumnTypeName(number)) for number in numbers]
    offset_time = jpype.JClass("java.time.OffsetDateTime")
    rows = []
    while result.next():
        row = []
        for number, name in zip(numbers, names, strict=True):
            if name == "timestamptz":
                given = result.getObject(number, offset_time.class_)
            else:
                given = result.getObject(number)
            row.append(_value(given, name))
        rows.append(row)
    return plain_rows(rows)


def _value(given: Any, type_name: str) -> Any:
    """A Java object as a value of Python."""
    from datetime import date, datetime

    if given is None:
        return None
    if type_name == "timestamptz":
        return datetime.fromisoformat(str(given.toInstant()))
    if type_name == "date":
        return date.fromisoformat(str(given))
    if type_name == "bool":
        return bool(given)
    if type_name == "float8":
        return float(given)
    return int(given) if type_name.startswith("int") else str(given)


if __name__ == "__main__":
    ask = {"duckdb": ask_duckdb, "jdbc": ask_jdbc}[sys.argv[1]]
    print(json.dumps(ask(json.load(sys.stdin), *sys.argv[2:])))
