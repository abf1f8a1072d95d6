"""Making a publication and putting it in place, all or nothing.

The DuckDB file is written under another name and renamed over the old one; the Parquet folder is
a link that is renamed over the old link. A reader who has the old ones open goes on with them.

A publication is made from the one before it where the warehouse knows what has changed since: the
file is copied as it is and just the changed rows are replaced in the copy, and Parquet files that
hold none of them are shared with the folder before by hard links.
"""

from __future__ import annotations

import logging
import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from orchestration.errors import InboxError
from orchestration.machine import files
from orchestration.machine.sql import quoted
from orchestration.publishing.database_copy import (
    Forms,
    Known,
    Made,
    TableVersion,
    bring_table,
    changed_facts,
    connect,
    copy_compact,
    copy_functions,
    is_mostly_free,
)
from orchestration.publishing.parquet_parts import is_parquet_due, write_parquet
from orchestration.publishing.record import (
    ParquetFiles,
    Publication,
    identity_of,
    publication_name,
    read_publication,
    write_record,
)
from orchestration.publishing.restated_cells import Restating, find_restatements
from orchestration.publishing.restatement_tables import LOG_TABLES
from orchestration.publishing.restatements import attach_previous, bring_log
from orchestration.publishing.table_forms import read_forms
from orchestration.settings import ParquetRhythm

logger = logging.getLogger("inbox.publication")


class NothingToPublish(InboxError):
    """The warehouse has no loaded export day."""


def publish(
    warehouse: Path,
    published: Path,
    fingerprint: str,
    versions: Mapping[str, TableVersion] | None = None,
    required: Mapping[str, Sequence[str]] | None = None,
    engine: Mapping[str, str] | None = None,
    restating: Restating | None = None,
    parquet: ParquetRhythm = "always",
    basis: str = "",
) -> Publication:
    """Copies the published schema of the warehouse and puts it in place for readers.

    warehouse: the database that dbt built; only read. published: folder of `inbox.duckdb` and
    `parquet/<table>/`. versions: of tables whose changed rows the warehouse knows; all others are
    copied whole. required: the columns that are never null, by view of the warehouse, which says
    nothing of them. engine: configuration of DuckDB, such as its memory. restating: what the log of
    restatements is made by; without it there is none. parquet: how often it is written. basis: of
    the project and settings; Parquet of another one is written anew. Whatever fails leaves the
    publication before it in place.
    Raises NothingToPublish where no export day is loaded.
    """
    published.mkdir(parents=True, exist_ok=True)
    clear_leftovers(published)
    previous = read_publication(published)
    if previous and previous.database_identity != identity_of(published / "inbox.duckdb"):
        previous = None  # a publication died after its file was in place and before its record was
    identifier = uuid.uuid4().hex
    published_at = datetime.now(UTC)
    name = publication_name(published_at, fingerprint)
    database = published / f".inbox-{identifier}.duckdb"
    folder = published / ".parquet" / identifier
    asked = ParquetFiles(parquet, basis)
    known = Known(versions or {}, required or {}, engine or {}, restating, asked)
    if previous is not None:
        try:
            made = _make(
                warehouse, database, folder, published, known, previous, name, published_at
            )
        except duckdb.Error as error:
            logger.warning(
                "The last publication cannot be gone on from (%s: %s); all is copied anew",
                type(error).__name__,
                str(error).splitlines()[0],
            )
            database.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            previous = None
    if previous is None:
        made = _make(warehouse, database, folder, published, known, None, name, published_at)
    files.sync(database)
    _put_parquet(published, folder, made)
    os.replace(database, published / "inbox.duckdb")
    files.sync(published)
    publication = Publication(
        fingerprint=fingerprint,
        as_of_date=made.as_of_date,
        published_at=published_at,
        rows=made.rows,
        database_bytes=(published / "inbox.duckdb").stat().st_size,
        versions={name: table.version for name, table in known.versions.items()},
        replaced_rows=made.replaced_rows,
        rows_written=made.rows_written,
        database_identity=identity_of(published / "inbox.duckdb"),
        days=dict(restating.days) if restating else {},
        restatements=made.restatements,
        parquet=made.parquet,
    )
    write_record(published, publication)
    return publication


def _make(
    warehouse: Path,
    database: Path,
    parquet: Path,
    published: Path,
    known: Known,
    previous: Publication | None,
    name: str,
    published_at: datetime,
) -> Made:
    """Makes the database file and the Parquet files of a publication aside."""
    if previous is not None:
        copy_file(published / "inbox.duckdb", database)
    with closing(connect(warehouse, database, known.engine)) as connection:
        made = Made(_as_of_date(connection))
        has_previous = _look_at_previous(connection, published, known, previous)
        connection.execute("begin")
        forms = Forms(read_forms(connection, "warehouse"), read_forms(connection, "published"))
        changed_days = {
            table: bring_table(connection, table, forms, known, previous, made)
            for table in forms.warehouse
        }
        for table in forms.published:
            if table not in changed_days and not (known.restating and table in LOG_TABLES):
                connection.execute(f"drop table {quoted(table)}")
        if known.restating is not None:
            log = bring_log(
                connection, known.restating, name, published_at, has_previous=has_previous
            )
            made.rows |= log.rows
            made.restatements = log.added
            changed_days |= dict.fromkeys(log.rows, None if log.is_changed else set())
        copy_functions(connection)
        connection.execute("commit")
        connection.execute("checkpoint published")
        _make_parquet(connection, parquet, published, known, previous, made, changed_days, name)
        compact = copy_compact(connection, database) if is_mostly_free(connection) else None
    if compact is not None:
        os.replace(compact, database)
    return made


def _make_parquet(
    connection: duckdb.DuckDBPyConnection,
    parquet: Path,
    published: Path,
    known: Known,
    previous: Publication | None,
    made: Made,
    changed_days: Mapping[str, set[date] | None],
    name: str,
) -> None:
    """Writes Parquet aside where it is due, or notes what the files in place lack from now on."""
    asked, before = known.parquet, ParquetFiles()
    in_place = {folder.name for folder in (published / "parquet").glob("*")}
    if previous is not None and in_place == changed_days.keys():
        before = previous.parquet
    lacks = {
        table: _all_days(days, before.lacks.get(table, [])) for table, days in changed_days.items()
    }
    if is_parquet_due(asked, before, made.as_of_date):
        made.parquet = replace(asked, publication=name, as_of_date=made.as_of_date)
        parquet.mkdir(parents=True)
        old = published / "parquet" if previous is not None else None
        forms = read_forms(connection, "published")
        for table, days in lacks.items():
            write_parquet(connection, table, forms[table], days, parquet, old, made.rows[table])
    elif asked.rhythm == "never":
        made.parquet = asked
    else:
        made.parquet = replace(
            before,
            lacks={
                table: None if days is None else sorted(days)
                for table, days in lacks.items()
                if days is None or days
            },
        )


def _all_days(days: set[date] | None, earlier: Sequence[date] | None) -> set[date] | None:
    return None if days is None or earlier is None else days | set(earlier)


def _put_parquet(published: Path, folder: Path, made: Made) -> None:
    """Puts Parquet that was made in place; what there was goes where there is to be none."""
    if made.parquet.publication is None:
        (published / "parquet").unlink(missing_ok=True)
    if not folder.exists():
        return
    for file in folder.rglob("*.parquet"):
        if file.stat().st_nlink == 1:  # any other was there before
            files.sync(file)
    link = published / f".parquet-{folder.name}"
    link.symlink_to(Path(".parquet") / folder.name)
    os.replace(link, published / "parquet")


def _look_at_previous(
    connection: duckdb.DuckDBPyConnection,
    published: Path,
    known: Known,
    previous: Publication | None,
) -> bool:
    """Finds what is restated against the publication in place; whether there is one."""
    if known.restating is None or not attach_previous(connection, published / "inbox.duckdb"):
        return False
    find_restatements(
        connection,
        known.restating,
        changed_facts(known, previous),
        previous.days if previous else {},
    )
    return True


def copy_file(source: Path, target: Path) -> None:
    """Copies a file inside the kernel; file systems that can share blocks do so."""
    with source.open("rb") as reader, target.open("wb") as writer:
        while os.copy_file_range(reader.fileno(), writer.fileno(), 2**30):
            pass


def _as_of_date(connection: duckdb.DuckDBPyConnection) -> date:
    row = connection.execute("select as_of_date from warehouse.main.dim_report").fetchone()
    if row is None or row[0] is None:
        raise NothingToPublish("No export day is loaded: there is nothing to publish")
    as_of_date: date = row[0]
    return as_of_date


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
