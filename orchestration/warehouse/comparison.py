"""Comparing two warehouses: is every value of every table the same?

Belongs here: reading the tables of two sides and telling what is on one alone. A side is a DuckDB
file, of which the published schema counts, or a folder that holds a folder of Parquet files for
each table. Both are only read. The log of restatements is left out: it follows from when a side
published, not from the exports.
"""

from __future__ import annotations

import glob
import logging
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.errors import InboxError
from orchestration.machine.sql import literal, quoted, quoted_list
from orchestration.publishing.restatement_tables import LOG_TABLES

logger = logging.getLogger("inbox.comparison")

DOUBLES = frozenset({"DOUBLE", "FLOAT"})


class NotAWarehouse(InboxError):
    """What was named is neither a DuckDB file nor a folder of tables in Parquet."""


@dataclass(frozen=True)
class TableDifference:
    """One table that differs: how many rows are on one side alone, and the first of them.

    examples: a line each, which begins with the side's name.
    """

    table: str
    rows_here: int
    rows_there: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """What was compared. rows: of one side, by table."""

    rows: dict[str, int]
    differences: tuple[TableDifference, ...]


def compare(
    here: Path,
    there: Path,
    examples: int = 5,
    tolerance: float = 0.0,
    engine: Mapping[str, str] | None = None,
) -> Comparison:
    """Every table of two warehouses, value by value; rows have no order.

    examples: rows shown of each side of a table that differs. tolerance: by how much of the larger
    two doubles may differ, for engines that add up in another order; all else has to be equal.
    engine: configuration of DuckDB, such as its memory.
    Raises NotAWarehouse.
    """
    with closing(duckdb.connect(config=dict(engine or {}))) as connection:
        connection.execute("set TimeZone = 'UTC'")
        names = {}
        for side, path in (("here", here), ("there", there)):
            connection.execute(f"create schema {side}")
            names[side] = _attach(connection, side, path)
        compared = (names["here"] | names["there"]) - LOG_TABLES.keys()
        for side, other, path in (("here", "there", there), ("there", "here", here)):
            for name in names[side] - names[other] if path.is_dir() else ():
                if _may_have_no_files(connection, side, name):
                    logger.info("Not comparing %s, of which %s has no files", name, path)
                    compared.remove(name)
        rows: dict[str, int] = {}
        differences = []
        for name in sorted(compared):
            logger.info("Comparing %s", name)
            difference = _difference(connection, name, examples, tolerance, rows)
            if difference is not None:
                differences.append(difference)
        return Comparison(rows, tuple(differences))


def _attach(connection: duckdb.DuckDBPyConnection, side: str, path: Path) -> set[str]:
    """Makes the tables of a warehouse views of the side's schema; their names."""
    if path.is_dir():
        sources = {
            folder.name: f"read_parquet([{', '.join(files)}], hive_partitioning = true)"
            for folder in path.iterdir()
            if (files := _parquet_files(folder))
        }
        if not sources:
            raise NotAWarehouse(f"{path} holds no folder of Parquet files; name the one of tables")
    else:
        try:
            connection.execute(f"attach {literal(path)} as {side}_file (read_only)")
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise NotAWarehouse(f"{path} cannot be opened as a warehouse: {reason}") from None
        found = connection.execute(
            "select distinct table_name from duckdb_columns() "  # of views too
            f"where schema_name = 'main' and database_name = '{side}_file' and not internal"
        ).fetchall()
        sources = {name: f"{side}_file.main.{quoted(name)}" for (name,) in found}
        if not sources:
            raise NotAWarehouse(f"{path} holds no tables in its schema main")
    for name, source in sources.items():
        connection.execute(f"create view {side}.{quoted(name)} as from {source}")
    return set(sources)


def _parquet_files(folder: Path) -> list[str]:
    """The files of a table, as texts of SQL; not those that an engine was writing.

    Those have marked names.
    """
    return [
        literal(glob.escape(str(file)))  # to the engine a path is a pattern
        for file in sorted(folder.rglob("*.parquet"))
        if not any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)
    ]


def _may_have_no_files(connection: duckdb.DuckDBPyConnection, side: str, name: str) -> bool:
    """Whether a folder may lack what the other side has: a view, or a table without rows."""
    is_view = connection.execute(
        "select 1 from duckdb_views() where database_name = ? and view_name = ?",
        [f"{side}_file", name],
    ).fetchall()
    return (
        bool(is_view)
        or not connection.execute(f"select 1 from {side}.{quoted(name)} limit 1").fetchall()
    )


def _difference(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    examples: int,
    tolerance: float,
    rows: dict[str, int],
) -> TableDifference | None:
    sides = {side: f"{side}.{quoted(table)}" for side in ("here", "there")}
    types = {}
    for side, source in sides.items():
        try:
            described = connection.sql(f"describe {source}").fetchall()
        except duckdb.CatalogException:
            return TableDifference(table, 0, 0, (f"{side}: there is no such table",))
        types[side] = {name: kind for name, kind, *_ in described}
    if types["here"].keys() != types["there"].keys():
        return TableDifference(
            table,
            0,
            0,
            tuple(f"{side}: columns {', '.join(found)}" for side, found in types.items()),
        )
    # By name: another engine may keep them in another order.
    columns = quoted_list(types["here"])
    for side, other in (("here", "there"), ("there", "here")):
        connection.execute(
            f"create or replace temp table {side}_alone as (select {columns} from {sides[side]}) "
            f"except all (select {columns} from {sides[other]})"
        )
    doubles = [name for name, kind in types["here"].items() if kind in DOUBLES]
    if tolerance and doubles:
        _drop_close_rows(connection, list(types["here"]), doubles, tolerance)
    counted = connection.execute(f"select count(*) from {sides['here']}").fetchall()
    rows[table] = int(counted[0][0])
    alone = {
        side: connection.sql(f"select {columns} from {side}_alone order by all").fetchall()
        for side in sides
    }
    if not alone["here"] and not alone["there"]:
        return None
    shown = [
        f"{side}: " + ", ".join(f"{c}={v}" for c, v in zip(types["here"], row, strict=True))
        for side in sides
        for row in alone[side][:examples]
    ]
    return TableDifference(table, len(alone["here"]), len(alone["there"]), tuple(shown))


def _drop_close_rows(
    connection: duckdb.DuckDBPyConnection,
    columns: list[str],
    doubles: list[str],
    tolerance: float,
) -> None:
    """Drops rows that are alone on their side only because of doubles that are close enough.

    A row's counterpart has equal values in all other columns; among several, that which comes as
    late by its doubles.
    """
    others = [quoted(name) for name in columns if name not in doubles]
    close = [quoted(name) for name in doubles]
    for side in ("here", "there"):
        connection.execute(
            f"create or replace temp table {side}_numbered as select *, row_number() over ("
            + (f"partition by {', '.join(others)} " if others else "")
            + f"order by {', '.join(close)}) as occurrence from {side}_alone"
        )
    conditions = [f"a.{name} is not distinct from b.{name}" for name in [*others, "occurrence"]]
    conditions += [
        f"(a.{name} is not distinct from b.{name} or abs(a.{name} - b.{name}) <= "
        f"{tolerance!r} * greatest(abs(a.{name}), abs(b.{name})))"
        for name in close
    ]
    for side, other in (("here", "there"), ("there", "here")):
        connection.execute(
            f"create or replace temp table {side}_alone as select * exclude (occurrence) "
            f"from {side}_numbered as a where not exists "
            f"(select 1 from {other}_numbered as b where {' and '.join(conditions)})"
        )
