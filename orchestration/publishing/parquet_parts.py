"""The Parquet files of a publication: large tables by day, links where nothing has changed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb

from orchestration.machine.sql import literal, quoted
from orchestration.publishing.record import ParquetFiles
from orchestration.publishing.table_forms import TableForm

# A table's Parquet is parted by the shortest of these periods that holds so many values (rows by
# columns) on average: a day's changes cost the parts that they lie in, but readers open each part.
# Names end differently.
PARQUET_PART_VALUES = 30_000

# Parts are written in passes of about so many rows. An engine holds all that a pass writes until it
# ends, uncompressed: of a hundred million messages more than 24 GB in memory and on disk.
PARQUET_PASS_ROWS = 10_000_000

PARQUET_PARTS = {"day": (1, "%Y-%m-%d"), "week": (7, "%G-W%V"), "month": (30, "%Y-%m")}


def is_parquet_due(asked: ParquetFiles, before: ParquetFiles, as_of_date: date) -> bool:
    """Whether a publication of data to a day writes Parquet.

    asked: the rhythm and the basis of now. before: what is in place. Weeks begin on Monday. Files
    of another project or setting are never left beside a newer database.
    """
    if asked.rhythm == "never":
        return False
    is_as_before = (asked.rhythm, asked.basis) == (before.rhythm, before.basis)
    written = before.as_of_date
    if asked.rhythm == "always" or not is_as_before or written is None or as_of_date < written:
        return True
    _, pattern = PARQUET_PARTS[{"weekly": "week", "monthly": "month"}[asked.rhythm]]
    return as_of_date.strftime(pattern) != written.strftime(pattern)


def write_parquet(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    form: TableForm,
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
    options = _options(form)
    column = form.day_column
    days = _days_between(connection, table, column) if column else []
    period = _parquet_period(rows * len(form.columns), len(days))
    parts: dict[str, list[date]] = {}
    for day in days if period else ():
        parts.setdefault(_part_name(table, period, day), []).append(day)
    per_pass = max(1, PARQUET_PASS_ROWS * len(parts) // max(1, rows))
    changed = {_part_name(table, period, day) for day in changed_days or ()}
    for name in list(parts) or [table]:
        file = f"{name}.parquet"
        old = before / table / file if before is not None else None
        if changed_days is not None and name not in changed and old is not None and old.exists():
            os.link(old, folder / file)
            parts.pop(name, None)
    if parts and column and period:
        names = list(parts)
        for first in range(0, len(names), per_pass):
            some = {name: parts[name] for name in names[first : first + per_pass]}
            _write_parts(connection, table, column, period, some, folder, options)
    elif not any(folder.iterdir()):
        connection.execute(
            f"copy published.{quoted(table)} to {literal(folder / f'{table}.parquet')} ({options})"
        )


def _options(form: TableForm) -> str:
    """How a table's files are written: with its descriptions, of columns as one JSON object."""
    columns = {one.name: one.comment for one in form.columns if one.comment is not None}
    metadata = {
        "description": form.comment or "",
        "columns": json.dumps(columns, ensure_ascii=False),
    }
    told = ", ".join(f"{name}: {literal(text)}" for name, text in metadata.items())
    # Level 1: a quarter of the time less than the default, for a fifteenth more bytes.
    return f"format parquet, compression zstd, compression_level 1, kv_metadata {{{told}}}"


def _write_parts(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    column: str,
    period: str,
    parts: Mapping[str, Sequence[date]],
    folder: Path,
    options: str,
) -> None:
    """Writes some parts of a table, by name with their days, in one pass over it.

    Rows lie only about in the order of their days, so a pass for each part would read most of them
    again. They are told apart by the first day of each, since texts cost more to make and to
    compare than all else. A part without rows has no file.
    """
    chosen = _among(column, sorted(day for days in parts.values() for day in days))
    written = folder / ".parts"
    connection.execute(f"set partitioned_write_max_open_files = {len(parts) + 1}")
    connection.execute(
        f"copy (select *, date_trunc('{period}', {quoted(column)})::date as part "
        f"from published.{quoted(table)} where {chosen}) to {literal(written)} "
        f"({options}, partition_by (part))"
    )
    for part in written.iterdir():
        (file,) = part.iterdir()  # as many files may be open as there are parts
        first_day = date.fromisoformat(part.name.removeprefix("part="))
        file.rename(folder / f"{_part_name(table, period, first_day)}.parquet")
    shutil.rmtree(written)


def _among(column: str, days: Sequence[date]) -> str:
    """The condition that a day is one of some in order.

    As a list unless they follow one another: a range for each is looked at for every row, which of
    eighty days in three years took half as long as to write them.
    """
    if (days[-1] - days[0]).days + 1 == len(days):
        return f"{quoted(column)} between date '{days[0]}' and date '{days[-1]}'"
    listed = ", ".join(f"date '{day}'" for day in days)
    return f"{quoted(column)} in ({listed})"


def _days_between(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> list[date]:
    """Every day from the first of a table to its last."""
    ((first, last),) = connection.execute(
        f"select min({quoted(column)}), max({quoted(column)}) from published.{quoted(table)}"
    ).fetchall()
    if first is None:
        return []
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _parquet_period(values: int, days: int) -> str | None:
    """The period that a table's Parquet is parted by; None where it is one file."""
    for period, (length, _) in PARQUET_PARTS.items():
        if days and values / days * length >= PARQUET_PART_VALUES:
            return period
    return None


def _part_name(table: str, period: str | None, day: date) -> str:
    return f"{table}-{day:{PARQUET_PARTS[period][1]}}" if period else table
