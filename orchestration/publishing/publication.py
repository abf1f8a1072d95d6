"""Making a publication and putting it in place, all or nothing.

The DuckDB file is written under another name and renamed over the old one; the Parquet folder is
a link that is renamed over the old link. A reader who has the old ones open goes on with them.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

# The oldest format: clients since DuckDB 1.0 can open the file.
STORAGE_VERSION = "v1.0.0"
PUBLISHED_SCHEMA = "main"


class NothingToPublish(RuntimeError):
    """The warehouse has no loaded export day."""


@dataclass(frozen=True)
class Publication:
    """What readers have now.

    fingerprint: of everything that it was made from.
    rows: number of rows by table. bytes: size of the database file.
    """

    fingerprint: str
    as_of_date: date
    published_at: datetime
    rows: dict[str, int]
    database_bytes: int


def publish(warehouse: Path, published: Path, fingerprint: str) -> Publication:
    """Copies the published schema of the warehouse and puts it in place for readers.

    warehouse: the database that dbt built; only read. published: folder of `inbox.duckdb` and
    `parquet/<table>/<table>.parquet`. Whatever fails leaves the publication before it in place.
    Raises NothingToPublish where no export day is loaded.
    """
    published.mkdir(parents=True, exist_ok=True)
    _clear_leftovers(published)
    identifier = uuid.uuid4().hex
    database = published / f".inbox-{identifier}.duckdb"
    parquet = published / ".parquet" / identifier
    parquet.mkdir(parents=True)
    with closing(_connect(warehouse, database)) as connection:
        as_of_date = _as_of_date(connection)
        connection.execute("begin")
        rows = _copy_tables(connection)
        _copy_functions(connection)
        connection.execute("commit")
        for table in rows:
            folder = parquet / table
            folder.mkdir()
            connection.execute(
                f"copy published.{_name(table)} to {_text(folder / (table + '.parquet'))} "
                "(format parquet, compression zstd)"
            )
    _sync(database)
    for file in parquet.rglob("*.parquet"):
        _sync(file)
    link = published / f".parquet-{identifier}"
    link.symlink_to(Path(".parquet") / identifier)
    os.replace(link, published / "parquet")
    os.replace(database, published / "inbox.duckdb")
    _sync(published)
    publication = Publication(
        fingerprint=fingerprint,
        as_of_date=as_of_date,
        published_at=datetime.now(UTC),
        rows=rows,
        database_bytes=(published / "inbox.duckdb").stat().st_size,
    )
    _write_record(published, publication)
    return publication


def read_publication(published: Path) -> Publication | None:
    """The publication that is in place, or None where there is none that was finished."""
    try:
        record = json.loads((published / ".publication.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not (published / "inbox.duckdb").exists():
        return None
    record["as_of_date"] = date.fromisoformat(record["as_of_date"])
    record["published_at"] = datetime.fromisoformat(record["published_at"])
    return Publication(**record)


def _connect(warehouse: Path, database: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"attach {_text(warehouse)} as warehouse (read_only)")
    connection.execute(
        f"attach {_text(database)} as published (storage_version '{STORAGE_VERSION}')"
    )
    connection.execute("use published")
    return connection


def _as_of_date(connection: duckdb.DuckDBPyConnection) -> date:
    row = connection.execute("select as_of_date from warehouse.main.dim_report").fetchone()
    if row is None or row[0] is None:
        raise NothingToPublish("No export day is loaded: there is nothing to publish")
    as_of_date: date = row[0]
    return as_of_date


def _copy_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Copies every table with its order, its comments and its columns that are never null."""
    rows = {}
    for table, definition, comment in connection.execute(
        "select table_name, sql, comment from duckdb_tables() "
        "where database_name = 'warehouse' and schema_name = ? order by table_name",
        [PUBLISHED_SCHEMA],
    ).fetchall():
        connection.execute(definition)
        inserted = connection.execute(
            f"insert into {_name(table)} select * from warehouse.{PUBLISHED_SCHEMA}.{_name(table)}"
        ).fetchone()
        rows[table] = int(inserted[0]) if inserted else 0
        _comment(connection, f"table {_name(table)}", comment)
        for column, column_comment in connection.execute(
            "select column_name, comment from duckdb_columns() where "
            "database_name = 'warehouse' and schema_name = ? and table_name = ?",
            [PUBLISHED_SCHEMA, table],
        ).fetchall():
            _comment(connection, f"column {_name(table)}.{_name(column)}", column_comment)
    return rows


def _copy_functions(connection: duckdb.DuckDBPyConnection) -> None:
    for name, parameters, definition, comment in connection.execute(
        "select function_name, parameters, macro_definition, comment from duckdb_functions() "
        "where database_name = 'warehouse' and schema_name = ? and function_type = 'table_macro' "
        "order by function_name",
        [PUBLISHED_SCHEMA],
    ).fetchall():
        signature = ", ".join(_name(parameter) for parameter in parameters)
        connection.execute(f"create macro {_name(name)}({signature}) as table {definition}")
        _comment(connection, f"macro table {_name(name)}", comment)


def _comment(connection: duckdb.DuckDBPyConnection, subject: str, comment: str | None) -> None:
    if comment:
        connection.execute(f"comment on {subject} is {_text(comment.strip())}")


def _write_record(published: Path, publication: Publication) -> None:
    record: Mapping[str, object] = asdict(publication) | {
        "as_of_date": publication.as_of_date.isoformat(),
        "published_at": publication.published_at.isoformat(),
    }
    unfinished = published / ".publication.unfinished"
    unfinished.write_text(json.dumps(record), encoding="utf-8")
    os.replace(unfinished, published / ".publication.json")


def _clear_leftovers(published: Path) -> None:
    """Removes what a dead publication left, and Parquet that is no longer linked.

    The folder that is linked now stays for readers who opened it, until the next publication.
    """
    for leftover in published.glob(".inbox-*"):
        leftover.unlink()
    for leftover in published.glob(".parquet-*"):
        leftover.unlink()
    link = published / "parquet"
    current = link.resolve() if link.is_symlink() else None
    for folder in (published / ".parquet").glob("*"):
        if folder.resolve() != current:
            shutil.rmtree(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str | Path) -> str:
    return "'" + str(value).replace("'", "''") + "'"
