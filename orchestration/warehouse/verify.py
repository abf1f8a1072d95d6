"""Checking a warehouse that grew batch by batch: is it what a rebuild from the same files gives?

Belongs here: the rebuild aside and the comparison of published tables. The warehouse and what
readers open are only read.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.lock import hold_lock
from orchestration.settings import Settings
from orchestration.warehouse.batches import read_states
from orchestration.warehouse.build import build_warehouse

logger = logging.getLogger("inbox.verify")


class NothingToVerify(RuntimeError):
    """There is no warehouse yet, or one in the middle of a build."""


@dataclass(frozen=True)
class TableDifference:
    """One table that differs: how many rows are on one side alone, and the first of them.

    rows_here, rows_rebuilt: such rows in the warehouse and in the rebuild. examples: a line each.
    """

    table: str
    rows_here: int
    rows_rebuilt: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Verification:
    """What a verification compared. rows: by table."""

    rows: dict[str, int]
    differences: tuple[TableDifference, ...]


def verify_warehouse(settings: Settings, examples: int = 5) -> Verification:
    """Builds the warehouse anew beside it from the landed files, and compares every value.

    examples: rows shown of a table that differs. Needs the space of a second warehouse, and holds
    the warehouse's lock meanwhile.
    Raises NothingToVerify where no build has ended, LockBusy where another process does not end.
    """
    with hold_lock(settings.warehouse_lock, "a verification"):
        if not read_states(settings.warehouse_database):
            raise NothingToVerify("There is no warehouse to verify. Run: inbox run")
        with _home_beside(settings) as home:
            logger.info("Building the warehouse anew beside it")
            aside = settings.model_copy(update={"home": home})
            build = build_warehouse(aside, with_tests=False)
            failed = [result.name for result in build.results if not result.is_success]
            if failed:
                raise NothingToVerify(f"The rebuild failed at {failed[0]}")
            return compare(settings.warehouse_database, aside.warehouse_database, examples)


def compare(here: Path, rebuilt: Path, examples: int = 5) -> Verification:
    """Every table of the published schema of two databases, value by value; order is none."""
    with closing(duckdb.connect()) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, path in (("here", here), ("rebuilt", rebuilt)):
            text = str(path).replace("'", "''")
            connection.execute(f"attach '{text}' as {name} (read_only)")
        names = connection.execute(
            "select distinct table_name from duckdb_columns() where schema_name = 'main' "
            "and database_name in ('here', 'rebuilt') and not internal order by 1"
        ).fetchall()
        rows: dict[str, int] = {}
        differences = []
        for (name,) in names:
            logger.info("Comparing %s", name)
            difference = _difference(connection, name, examples, rows)
            if difference is not None:
                differences.append(difference)
        return Verification(rows, tuple(differences))


def _difference(
    connection: duckdb.DuckDBPyConnection, table: str, examples: int, rows: dict[str, int]
) -> TableDifference | None:
    sides = {"here": f"here.main.{table}", "rebuilt": f"rebuilt.main.{table}"}
    try:
        alone = {
            side: connection.sql(f"from {sides[side]} except all from {sides[other]}")
            for side, other in (("here", "rebuilt"), ("rebuilt", "here"))
        }
    except duckdb.Error as error:  # a table or a column is on one side alone
        return TableDifference(table, 0, 0, (str(error).splitlines()[0],))
    counted = connection.execute(f"select count(*) from {sides['here']}").fetchall()
    rows[table] = int(counted[0][0])
    found = {side: relation.order("all").fetchall() for side, relation in alone.items()}
    if not found["here"] and not found["rebuilt"]:
        return None
    columns = alone["here"].columns
    shown = [
        f"{side}: " + ", ".join(f"{c}={v}" for c, v in zip(columns, row, strict=True))
        for side in ("here", "rebuilt")
        for row in found[side][:examples]
    ]
    return TableDifference(table, len(found["here"]), len(found["rebuilt"]), tuple(shown))


@contextmanager
def _home_beside(settings: Settings) -> Iterator[Path]:
    """A home of its own, gone afterwards, with links to the landed files and the parsed project."""
    for left in settings.home.glob(".verify-*"):  # by a verification that was killed
        shutil.rmtree(left, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix=".verify-", dir=settings.home))
    try:
        for folder in (settings.raw_folder, settings.dbt_folder):
            if folder.is_dir():
                shutil.copytree(
                    folder,
                    home / folder.relative_to(settings.home),
                    copy_function=_link,
                    ignore=shutil.ignore_patterns(".incoming", "target", "logs"),
                )
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _link(source: str, target: str) -> None:
    """A link for a landed file, which nobody changes; a copy of anything else."""
    if source.endswith(".parquet"):
        os.link(source, target)
    else:
        shutil.copyfile(source, target)
