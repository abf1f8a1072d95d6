"""Making a publication and putting it in place, all or nothing.

The DuckDB file is written under another name and renamed over the old one; the Parquet folder is
a link that is renamed over the old link. A reader who has the old ones open goes on with them.

A publication is made from the one before it where the warehouse knows what has changed since: the
file is copied as it is and just the changed rows are replaced in the copy, and Parquet files that
hold none of them are shared with the folder before by hard links.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from orchestration.errors import InboxError
from orchestration.machine import files
from orchestration.machine.sql import literal, quoted, quoted_list

# The oldest format: clients since DuckDB 1.0 can open the file.
STORAGE_VERSION = "v1.0.0"
PUBLISHED_SCHEMA = "main"


class NothingToPublish(InboxError):
    """The warehouse has no loaded export day."""


# A table's Parquet is parted by the shortest of these periods that holds so many rows on average: a
# day's changes cost the parts that they lie in, but readers open each part. Names end differently.
PARQUET_PART_ROWS = 20_000
PARQUET_PARTS = {"day": (1, "%Y-%m-%d"), "week": (7, "%G-W%V"), "month": (30, "%Y-%m")}

# A table of which more than this share has been replaced row by row is copied whole once again.
MAX_REPLACED_SHARE = 0.25

logger = logging.getLogger("inbox.publication")


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
class Publication:
    """What readers have now.

    fingerprint: of everything that it was made from.
    rows: number of rows by table. database_bytes: size of the database file. versions: of tables
    that change row by row. replaced_rows: by such a table, replaced since it was copied whole.
    rows_written: rows copied or replaced by this publication. database_identity: of the very file
    that this record speaks of.
    """

    fingerprint: str
    as_of_date: date
    published_at: datetime
    rows: dict[str, int]
    database_bytes: int
    versions: dict[str, str] = field(default_factory=dict)
    replaced_rows: dict[str, int] = field(default_factory=dict)
    rows_written: int = 0
    database_identity: str = ""


def publish(
    warehouse: Path,
    published: Path,
    fingerprint: str,
    versions: Mapping[str, TableVersion] | None = None,
    required: Mapping[str, Sequence[str]] | None = None,
    engine: Mapping[str, str] | None = None,
) -> Publication:
    """Copies the published schema of the warehouse and puts it in place for readers.

    warehouse: the database that dbt built; only read. published: folder of `inbox.duckdb` and
    `parquet/<table>/`. versions: of tables whose changed rows the warehouse knows; all others are
    copied whole. required: the columns that are never null, by view of the warehouse, which says
    nothing of them. engine: configuration of DuckDB, such as its memory. Whatever fails leaves the
    publication before it in place.
    Raises NothingToPublish where no export day is loaded.
    """
    published.mkdir(parents=True, exist_ok=True)
    clear_leftovers(published)
    previous = read_publication(published)
    if previous and previous.database_identity != _identity(published / "inbox.duckdb"):
        previous = None  # a publication died after its file was in place and before its record was
    identifier = uuid.uuid4().hex
    database = published / f".inbox-{identifier}.duckdb"
    parquet = published / ".parquet" / identifier
    parquet.mkdir(parents=True)
    known = _Known(versions or {}, required or {}, engine or {})
    if previous is not None:
        try:
            made = _make(warehouse, database, parquet, published, known, previous)
        except duckdb.Error as error:
            logger.warning(
                "The last publication cannot be gone on from (%s: %s); all is copied anew",
                type(error).__name__,
                str(error).splitlines()[0],
            )
            database.unlink(missing_ok=True)
            shutil.rmtree(parquet)
            parquet.mkdir()
            previous = None
    if previous is None:
        made = _make(warehouse, database, parquet, published, known, None)
    files.sync(database)
    for file in parquet.rglob("*.parquet"):
        if file.stat().st_nlink == 1:  # any other was there before
            files.sync(file)
    link = published / f".parquet-{identifier}"
    link.symlink_to(Path(".parquet") / identifier)
    os.replace(link, published / "parquet")
    os.replace(database, published / "inbox.duckdb")
    files.sync(published)
    publication = Publication(
        fingerprint=fingerprint,
        as_of_date=made.as_of_date,
        published_at=datetime.now(UTC),
        rows=made.rows,
        database_bytes=(published / "inbox.duckdb").stat().st_size,
        versions={name: table.version for name, table in known.versions.items()},
        replaced_rows=made.replaced_rows,
        rows_written=made.rows_written,
        database_identity=_identity(published / "inbox.duckdb"),
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


@dataclass(frozen=True)
class _Known:
    """What the caller of `publish` knows of the tables, and of the machine."""

    versions: Mapping[str, TableVersion]
    required: Mapping[str, Sequence[str]]
    engine: Mapping[str, str]


@dataclass
class _Made:
    as_of_date: date
    rows: dict[str, int] = field(default_factory=dict)
    replaced_rows: dict[str, int] = field(default_factory=dict)
    rows_written: int = 0


def _make(
    warehouse: Path,
    database: Path,
    parquet: Path,
    published: Path,
    known: _Known,
    previous: Publication | None,
) -> _Made:
    """Makes the database file and the Parquet files of a publication aside."""
    if previous is not None:
        copy_file(published / "inbox.duckdb", database)
    with closing(_connect(warehouse, database, known.engine)) as connection:
        made = _Made(_as_of_date(connection))
        connection.execute("begin")
        changed_days = {
            table: _bring_table(connection, table, known, previous, made)
            for table in _tables(connection, "warehouse")
        }
        for table in _tables(connection, "published"):
            if table not in changed_days:
                connection.execute(f"drop table {quoted(table)}")
        _copy_functions(connection)
        connection.execute("commit")
        connection.execute("checkpoint published")
        before = published / "parquet" if previous is not None else None
        for table, days in changed_days.items():
            _write_parquet(connection, table, days, parquet, before, made.rows[table])
    return made


def copy_file(source: Path, target: Path) -> None:
    """Copies a file inside the kernel; file systems that can share blocks do so."""
    with source.open("rb") as reader, target.open("wb") as writer:
        while os.copy_file_range(reader.fileno(), writer.fileno(), 2**30):
            pass


def _connect(
    warehouse: Path, database: Path, engine: Mapping[str, str]
) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false", **engine})
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
    connection.execute(
        f"attach {literal(database)} as published (storage_version '{STORAGE_VERSION}')"
    )
    connection.execute("use published")
    return connection


def _as_of_date(connection: duckdb.DuckDBPyConnection) -> date:
    row = connection.execute("select as_of_date from warehouse.main.dim_report").fetchone()
    if row is None or row[0] is None:
        raise NothingToPublish("No export day is loaded: there is nothing to publish")
    as_of_date: date = row[0]
    return as_of_date


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = $1 and schema_name = $2 "
        "union select view_name from duckdb_views() where database_name = $1 and schema_name = $2 "
        "and not internal order by 1",
        [database, PUBLISHED_SCHEMA],
    ).fetchall()
    return [row[0] for row in rows]


def _bring_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    known: _Known,
    previous: Publication | None,
    made: _Made,
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
        days, changed = _changed_days(connection, table)
        replaced = previous.replaced_rows.get(table, 0) + changed
        if replaced <= MAX_REPLACED_SHARE * previous.rows[table]:
            made.rows[table] = previous.rows[table] + _replace_rows(connection, table, version.keys)
            made.replaced_rows[table] = replaced
            made.rows_written += changed
            return days
    made.rows[table] = _copy_table(connection, table, known.required.get(table, ()))
    made.rows_written += made.rows[table]
    return None


def _changed_days(
    connection: duckdb.DuckDBPyConnection, table: str
) -> tuple[set[date] | None, int]:
    """The days that the changed rows of a table lie in, if it has days, and their number."""
    column = _day_column(connection, table)
    day = quoted(column) if column else "null::date"
    rows = connection.execute(
        f"select {day} as day, count(*) from warehouse.changes.{quoted(table)} group by day"
    ).fetchall()
    return {row[0] for row in rows} if column else None, sum(row[1] for row in rows)


def _replace_rows(connection: duckdb.DuckDBPyConnection, table: str, keys: Sequence[str]) -> int:
    """Replaces the changed rows of a table; how many more rows it has then."""
    changes = f"warehouse.changes.{quoted(table)}"
    columns = quoted_list(_columns(connection, table))
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


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    rows = connection.execute(
        "select column_name from duckdb_columns() where database_name = 'published' "
        "and schema_name = ? and table_name = ? order by column_index",
        [PUBLISHED_SCHEMA, table],
    ).fetchall()
    return [row[0] for row in rows]


def _day_column(connection: duckdb.DuckDBPyConnection, table: str) -> str | None:
    """The first column of days that are never null: what a table's Parquet is parted by."""
    row = connection.execute(
        "select column_name from duckdb_columns() where database_name = 'published' and "
        "schema_name = ? and table_name = ? and data_type = 'DATE' and not is_nullable "
        "order by column_index limit 1",
        [PUBLISHED_SCHEMA, table],
    ).fetchone()
    return None if row is None else str(row[0])


def _copy_table(connection: duckdb.DuckDBPyConnection, table: str, required: Sequence[str]) -> int:
    """Copies a table or a view with its order, its comments and its columns that are never null.

    required: those of a view, which says nothing of them.
    """
    found = connection.execute(
        "select sql, comment from duckdb_tables() where database_name = 'warehouse' "
        "and schema_name = $1 and table_name = $2 union all "
        "select null, comment from duckdb_views() where database_name = 'warehouse' "
        "and schema_name = $1 and view_name = $2",
        [PUBLISHED_SCHEMA, table],
    ).fetchone()
    assert found is not None
    definition, comment = found
    connection.execute(f"drop table if exists {quoted(table)}")
    connection.execute(definition or _definition_of_view(connection, table, required))
    inserted = connection.execute(
        f"insert into {quoted(table)} select * from warehouse.{PUBLISHED_SCHEMA}.{quoted(table)}"
    ).fetchone()
    _comment(connection, f"table {quoted(table)}", comment)
    for column, column_comment in connection.execute(
        "select column_name, comment from duckdb_columns() where "
        "database_name = 'warehouse' and schema_name = ? and table_name = ?",
        [PUBLISHED_SCHEMA, table],
    ).fetchall():
        _comment(connection, f"column {quoted(table)}.{quoted(column)}", column_comment)
    return int(inserted[0]) if inserted else 0


def _definition_of_view(
    connection: duckdb.DuckDBPyConnection, view: str, required: Sequence[str]
) -> str:
    columns = [
        f"{quoted(name)} {kind}{' not null' if name in required else ''}"
        for name, kind in connection.execute(
            "select column_name, data_type from duckdb_columns() where "
            "database_name = 'warehouse' and schema_name = ? and table_name = ? "
            "order by column_index",
            [PUBLISHED_SCHEMA, view],
        ).fetchall()
    ]
    return f"create table {quoted(view)} ({', '.join(columns)})"


def _write_parquet(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    changed_days: set[date] | None,
    parquet: Path,
    before: Path | None,
    rows: int,
) -> None:
    """Writes a table's Parquet files, those of unchanged rows as links to the ones before.

    A large table that has days is parted by day, week or month; any other is one file.
    """
    folder = parquet / table
    folder.mkdir()
    column = _day_column(connection, table)
    days = _days_between(connection, table, column) if column else []
    period = _parquet_period(rows, len(days))
    parts: dict[str, list[date]] = {}
    for day in days if period else ():
        parts.setdefault(_part_name(table, period, day), []).append(day)
    changed = {_part_name(table, period, day) for day in changed_days or ()}
    for name in list(parts) or [table]:
        file = f"{name}.parquet"
        old = before / table / file if before is not None else None
        if changed_days is not None and name not in changed and old is not None and old.exists():
            os.link(old, folder / file)
            parts.pop(name, None)
    if parts and column and period:
        _write_parts(connection, table, column, period, parts, folder)
    elif not any(folder.iterdir()):
        connection.execute(
            f"copy published.{quoted(table)} to {literal(folder / f'{table}.parquet')} "
            "(format parquet, compression zstd)"
        )


def _write_parts(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    column: str,
    period: str,
    parts: Mapping[str, Sequence[date]],
    folder: Path,
) -> None:
    """Writes the parts of a table, by name with their days, in one pass over it.

    Rows lie only about in the order of their days, so a pass for each part reads most of them
    again. They are told apart by the first day of each, since texts cost more to make and to
    compare than all else. A part without rows has no file.
    """
    ranges = " or ".join(
        f"{quoted(column)} between date '{first}' and date '{last}'"
        for first, last in _runs(sorted(day for days in parts.values() for day in days))
    )
    written = folder / ".parts"
    connection.execute(f"set partitioned_write_max_open_files = {len(parts) + 1}")
    connection.execute(
        f"copy (select *, date_trunc('{period}', {quoted(column)})::date as part "
        f"from published.{quoted(table)} where {ranges}) to {literal(written)} "
        "(format parquet, compression zstd, partition_by (part))"
    )
    for part in written.iterdir():
        (file,) = part.iterdir()  # as many files may be open as there are parts
        first_day = date.fromisoformat(part.name.removeprefix("part="))
        file.rename(folder / f"{_part_name(table, period, first_day)}.parquet")
    shutil.rmtree(written)


def _runs(days: Sequence[date]) -> list[tuple[date, date]]:
    """The first and the last of days that follow one another without a gap."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and runs[-1][1] + timedelta(days=1) == day:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _days_between(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> list[date]:
    """Every day from the first of a table to its last."""
    rows = connection.execute(
        f"select unnest(generate_series(min({quoted(column)}), max({quoted(column)}), "
        f"interval 1 day))::date from published.{quoted(table)}"
    ).fetchall()
    return [row[0] for row in rows]


def _parquet_period(rows: int, days: int) -> str | None:
    """The period that a table's Parquet is parted by; None where it is one file."""
    for period, (length, _) in PARQUET_PARTS.items():
        if days and rows / days * length >= PARQUET_PART_ROWS:
            return period
    return None


def _part_name(table: str, period: str | None, day: date) -> str:
    return f"{table}-{day:{PARQUET_PARTS[period][1]}}" if period else table


def _copy_functions(connection: duckdb.DuckDBPyConnection) -> None:
    for name, parameters, definition, comment in connection.execute(
        "select function_name, parameters, macro_definition, comment from duckdb_functions() "
        "where database_name = 'warehouse' and schema_name = ? and function_type = 'table_macro' "
        "order by function_name",
        [PUBLISHED_SCHEMA],
    ).fetchall():
        signature = quoted_list(parameters)
        connection.execute(
            f"create or replace macro {quoted(name)}({signature}) as table {definition}"
        )
        _comment(connection, f"macro table {quoted(name)}", comment)


def _comment(connection: duckdb.DuckDBPyConnection, subject: str, comment: str | None) -> None:
    if comment:
        connection.execute(f"comment on {subject} is {literal(comment.strip())}")


def _identity(path: Path) -> str:
    """Which file lies at a path: another one, or one that was written to, has another identity."""
    status = path.stat()
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns}"


def _write_record(published: Path, publication: Publication) -> None:
    record: Mapping[str, object] = asdict(publication) | {
        "as_of_date": publication.as_of_date.isoformat(),
        "published_at": publication.published_at.isoformat(),
    }
    files.write_text(published / ".publication.json", json.dumps(record))


def clear_leftovers(published: Path) -> None:
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
