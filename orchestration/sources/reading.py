"""The one pass over a landing: each new part of each table, read and kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.machine.sql import literal, literal_path, quoted

from . import keeping
from .errors import LandingIncomplete
from .keeping import SourceState
from .language import literal_paths
from .model import Kept, Kind, Landing, Part, Table
from .repairs import count_repairs


@dataclass
class Read:
    """What was read. parts: the identity of each, by table, also of those that were read before.

    records: kept ones, by stream. missing: tables that are not there, and what the numbers lack.
    unreadable: tables with records that are none, and how many. goes_on: whether there is more to
    fetch; is_late: and no time left for it.
    """

    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    missing: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, int] = field(default_factory=dict)
    goes_on: bool = False
    is_late: bool = False


def read_landing(
    connection: duckdb.DuckDBPyConnection,
    kind: Kind,
    landing: Landing,
    state: SourceState,
    folder: Path,
    aside: Path,
    number: int,
    rereads: bool = False,
) -> Read:
    """Keep what a landing has and was not read yet, a file a stream in `aside`.

    rereads: whether what was read counts as not read yet.

    Raises LandingIncomplete where a table is missing without which no number would be right, or a
    part cannot be read.
    """
    tables = kind.tables_of(landing.name)
    place = _Place(kind, landing, state, folder, aside, number)
    read = Read(parts={name: dict(parts) for name, parts in state.parts.items()})
    there = {table.name: list(landing.parts(table)) for table in tables}
    read.missing = _missing(tables, {name for name, parts in there.items() if parts})
    connection.execute("create schema if not exists landed")
    known = {} if rereads else state.parts
    due = {
        table.name: _due(table, there[table.name], known) if _is_needed(connection, table) else []
        for table in tables
    }
    for table in tables:
        _make_view(connection, landing, table, due[table.name])
    for table in tables:
        if table.keeps and due[table.name]:
            _keep(connection, place, table, due[table.name], read)
        read.parts[table.name] = {
            **read.parts.get(table.name, {}),
            **{part.name: part.identity for part in there[table.name]},
        }
    if not state.number:
        read.missing = _missing(tables, {t.name for t in tables if _is_there(t, there, read)})
    return read


def _is_there(table: Table, there: dict[str, list[Part]], read: Read) -> bool:
    """Whether a table has a part of its own, or a record in one that tables share."""
    parts = there[table.name]
    has_own = any(not part.is_shared for part in parts)
    return has_own or bool(parts and read.records.get(table.keeps))


def _missing(tables: Sequence[Table], there: set[str]) -> dict[str, str]:
    """What the landing lacks. Raises LandingIncomplete where it lacks what is required."""
    absent = {
        table.name: table
        for table in tables
        if table.name not in there and table.unless not in there
    }
    for table in absent.values():
        if table.is_required:
            instead = f" (or {table.unless})" if table.unless else ""
            raise LandingIncomplete(
                f"The landing has no {table.name}{instead}: switch that stream on in the connector."
                f" Without it the numbers lack {table.lacks}"
            )
    return {name: table.lacks for name, table in absent.items() if table.lacks}


def _due(table: Table, parts: Sequence[Part], known: Mapping[str, Mapping[str, str]]) -> list[Part]:
    """The parts that are new or have changed; all of a table that others join."""
    seen = known.get(table.name, {})
    return [part for part in parts if not table.keeps or seen.get(part.name) != part.identity]


def _is_needed(connection: duckdb.DuckDBPyConnection, table: Table) -> bool:
    """Whether a table is read at all, under the source's options."""
    if not table.needed_if:
        return True
    row = connection.execute(f"select {table.needed_if}").fetchone()
    return bool(row and row[0])


def _make_view(
    connection: duckdb.DuckDBPyConnection, landing: Landing, table: Table, parts: Sequence[Part]
) -> None:
    if parts:
        try:
            relation = landing.relation(connection, table, parts)
            # What others join is asked for as often as they are read.
            kind = "table" if landing.reads_once and not table.keeps else "view"
            name = f"landed.{quoted(table.name)}"
            connection.execute(f"create or replace {kind} {name} as {relation}")
        except duckdb.Error as error:
            raise _unreadable(connection, landing, table, parts, error) from None
        return
    make_empty_view(connection, table)


def make_empty_view(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """The view of a table of which there is nothing to read."""
    columns = {**table.columns, "landed_at": "TIMESTAMPTZ"}
    empty = ", ".join(f"null::{kind} as {quoted(name)}" for name, kind in columns.items())
    connection.execute(
        f"create or replace view landed.{quoted(table.name)} as select {empty} where false"
    )


@dataclass(frozen=True)
class _Place:
    """What an import reads, and where it keeps it."""

    kind: Kind
    landing: Landing
    state: SourceState
    folder: Path
    aside: Path
    number: int


def _keep(
    connection: duckdb.DuckDBPyConnection,
    place: _Place,
    table: Table,
    parts: Sequence[Part],
    read: Read,
) -> None:
    kept = next(kept for kept in place.kind.kept if kept.name == table.keeps)
    path = place.aside / kept.name / f"{place.number:06d}.{table.name}.parquet"
    path.parent.mkdir(exist_ok=True, mode=0o700)
    before: Sequence[Path] = ()
    if place.state.parts.get(table.name) and not kept.is_state:
        # A part may be one that has grown: what is kept of it is not kept again.
        before = keeping.kept_files(place.folder, kept, place.state.number)
    try:
        connection.execute(copy_statement(table, kept, path, place.number, before))
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise _unreadable(connection, place.landing, table, parts, error) from None
    rows = count_kept(connection, kept, table, path, read)
    if not place.landing.reads_once:
        read.counts.update(count_repairs(connection, table))
    dropped = list(place.landing.unknown_columns(connection, table, parts))
    read.counts["columns not kept"] += len(dropped)
    lacking = _lacking(connection, table, path, rows)
    if lacking and not place.state.number:
        raise LandingIncomplete(
            f"{table.name} has no {lacking[0]} in any record: let the connector bring that column"
        )
    for name in lacking:  # later a few records may well have none: it is told
        read.counts[f"{table.name} without {name}"] += rows


def copy_statement(
    table: Table, kept: Kept, path: Path, number: int, before: Sequence[Path]
) -> str:
    """SQL that keeps what there is of a table in a file, but for what those of before hold."""
    columns = {**kept.columns, "landed_at": "TIMESTAMPTZ"}
    typed = ", ".join(f"{quoted(name)}::{kind} as {quoted(name)}" for name, kind in columns.items())
    select = f"select {typed}, {number}::bigint as import_number from ({table.select})"
    if before:
        listed = literal_paths(before)
        same = [*kept.key, *kept.newest]
        match = " and ".join(f"new.{quoted(c)} is not distinct from old.{quoted(c)}" for c in same)
        select = (
            f"select new.* from ({select}) as new"
            f" anti join read_parquet({listed}) as old on {match}"
        )
    return f"copy ({select}) to {literal(path)} (format parquet, compression zstd)"


def count_kept(
    connection: duckdb.DuckDBPyConnection, kept: Kept, table: Table, path: Path, read: Read
) -> int:
    """How many records a file has that have a key; those that have none are told."""
    key = quoted(kept.key[0])
    row = connection.execute(
        f"select count({key}), count(*) - count({key}) from read_parquet({literal_path(path)})"
    ).fetchone()
    assert row is not None
    rows, unreadable = int(row[0]), int(row[1])
    read.records[kept.name] = read.records.get(kept.name, 0) + rows
    if unreadable:
        read.unreadable[table.name] = read.unreadable.get(table.name, 0) + unreadable
        read.counts["unreadable records"] += unreadable
    return rows


def _lacking(
    connection: duckdb.DuckDBPyConnection, table: Table, path: Path, rows: int
) -> list[str]:
    """The columns without which no record is of use, and that none of a file's records has."""
    if not rows or not table.needs:
        return []
    counts = ", ".join(f"count({quoted(name)})" for name in table.needs)
    found = connection.execute(
        f"select {counts} from read_parquet({literal_path(path)})"
    ).fetchone()
    assert found is not None
    return [name for name, count in zip(table.needs, found, strict=True) if not count]


def _unreadable(
    connection: duckdb.DuckDBPyConnection,
    landing: Landing,
    table: Table,
    parts: Sequence[Part],
    error: duckdb.Error,
) -> LandingIncomplete:
    """Which part it is; the engine's own text may quote records and is never shown."""
    for part in parts:
        try:
            relation = landing.relation(connection, table, [part])
            connection.execute(f"select count(columns(*)) from ({relation})").fetchall()
        except duckdb.Error:
            return LandingIncomplete(
                f"{part.name} cannot be read as {table.name} ({type(error).__name__}): it may still"
                " be written or be broken; import again later, or remove it"
            )
    return LandingIncomplete(
        f"{table.name} cannot be read ({type(error).__name__}): see that its files are whole"
    )
