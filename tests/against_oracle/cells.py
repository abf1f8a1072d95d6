"""The rows behind every cell of every mart: that they make the cell."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

import duckdb
import pandas as pd
import pytest

from tests.oracle.entries import AGES, END_NUMBERS
from tests.oracle.explain import number_of
from tests.oracle.layout import SERIES_NUMBERS

GRAINS = ("daily", "weekly", "monthly", "yearly")
# The column of a mart that says whose its rows are, and the column of the rows behind that says so.
SCOPES = {"inbox": None, "agents": "agent_id", "channels": "channel", "teams": "team_id"}
NUMBERS = [name for name in SERIES_NUMBERS if name != "days_missing"]

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Cell:
    """One value of a mart, and what inbox_threads is asked for the rows behind it."""

    table: str
    number: str
    first: date
    last: date
    value: float | None
    agent: str | None = None
    named: dict[str, list[str]] = field(default_factory=dict)

    def assert_made_of(self, rows: Rows) -> None:
        """Fail unless the rows that are counted make it."""
        expected = None if self.value is None else pytest.approx(self.value, rel=1e-9, abs=1e-9)
        assert number_of(self.number, rows) == expected, self


def counted_rows(connection: duckdb.DuckDBPyConnection, cell: Cell) -> Rows:
    """The rows behind a cell that are counted."""
    by_name = "".join(f", {name} := ?" for name in cell.named)
    rows = connection.execute(
        f"select * from inbox_threads(?, ?, ?, ?{by_name}) where is_counted",
        [cell.number, cell.first, cell.last, cell.agent, *cell.named.values()],
    ).df()
    return as_rows(rows)


def as_rows(table: pd.DataFrame) -> Rows:
    """A table's rows, null being None."""
    rows: Rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return rows


def mart(connection: duckdb.DuckDBPyConnection, name: str) -> Rows:
    """The rows of a mart."""
    return as_rows(connection.execute(f"from {name}").df())


def cell_of(scope: str, grain: str, row: dict[str, Any], number: str) -> Cell | None:
    """A cell of a row of a mart, if the mart tells it: ages are told in some marts only."""
    table = f"mart_{scope}_{grain}"
    if number not in row or (number in AGES and table != "mart_inbox_daily"):
        return None
    value = row[SCOPES[scope]] or "" if SCOPES[scope] else None
    agent = value if scope == "agents" else None
    named = {scope: [value]} if scope in ("channels", "teams") else {}
    return Cell(table, number, *days_of(row), row[number], agent, named)


def days_of(row: dict[str, Any], name: str = "period") -> tuple[date, date]:
    """The first and the last day that a row is about."""
    return row[f"{name}_start_date"].date(), row[f"{name}_end_date"].date()


class Marts:
    """The marts of a grain, by scope, beside the rows behind their cells."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, grain: str) -> None:
        self.connection = connection
        self.grain = grain
        self.rows = {scope: mart(connection, f"mart_{scope}_{grain}") for scope in SCOPES}

    def assert_made_of(self, number: str, behind: Rows, day: Any = None) -> None:
        """Every cell of a number in a period, or in all of them, by rows that tell their day."""
        for scope, column in SCOPES.items():
            theirs: dict[tuple[Any, Any], Rows] = defaultdict(list)
            for row in behind:
                theirs[day or row["event_date"], row[column] if column else None].append(row)
            for row in self.rows[scope]:
                start = row["period_start_date"]
                cell = cell_of(scope, self.grain, row, number)
                if cell and (day is None or day == start):
                    cell.assert_made_of(theirs[start, row[column] if column else None])

    def assert_periods(self, numbers: list[str]) -> None:
        """Every cell of some numbers, by the rows of each period."""
        for period in self.rows["inbox"]:
            for number in numbers:
                cell = Cell("", number, *days_of(period), None)
                behind = counted_rows(self.connection, cell)
                self.assert_made_of(number, behind, period["period_start_date"])

    def assert_days(self, numbers: list[str]) -> None:
        """Every cell of some numbers of days, by the rows of the whole time."""
        first, last = days_of(self.rows["inbox"][0])[0], days_of(self.rows["inbox"][-1])[1]
        for number in numbers:
            behind = counted_rows(self.connection, Cell("", number, first, last, None))
            self.assert_made_of(number, behind)


def assert_periods(connection: duckdb.DuckDBPyConnection, grain: str) -> None:
    """Every cell of the marts of a grain."""
    Marts(connection, grain).assert_periods(NUMBERS)


def assert_every_cell(connection: duckdb.DuckDBPyConnection) -> None:
    """Every cell of every mart at every grain."""
    for grain in GRAINS[1:]:
        assert_periods(connection, grain)
    days = Marts(connection, "daily")
    by_period = [*END_NUMBERS, "new_users"]
    days.assert_days([name for name in NUMBERS if name not in by_period])
    days.assert_periods(by_period)
    assert_labels_and_cards(connection)


def assert_labels_and_cards(connection: duckdb.DuckDBPyConnection) -> None:
    """Up to ten cells of the labels' marts of months and of years, and the cards."""
    for grain in GRAINS[2:]:
        labels = mart(connection, f"mart_labels_{grain}")
        for row in Random(len(labels)).sample(labels, min(len(labels), 10)):
            named = {"labels": [row["label"]]}
            cell = Cell("", "new_threads", *days_of(row), row["new_threads"], None, named)
            cell.assert_made_of(counted_rows(connection, cell))
    for row in mart(connection, "mart_inbox_cards"):
        for name in ("current", "previous"):
            cell = Cell("cards", row["metric"], *days_of(row, name), row[f"{name}_value"])
            cell.assert_made_of(counted_rows(connection, cell))


def assert_some_cells(connection: duckdb.DuckDBPyConnection, count: int, seed: int) -> None:
    """Cells here and there, asked for as a reader asks for the rows behind one of them."""
    chances = Random(seed)
    marts = {grain: Marts(connection, grain).rows for grain in GRAINS}
    for _ in range(count):
        scope, grain = chances.choice(list(SCOPES)), chances.choice(GRAINS)
        row = chances.choice(marts[grain][scope])
        cell = cell_of(scope, grain, row, chances.choice(NUMBERS))
        if cell:
            cell.assert_made_of(counted_rows(connection, cell))
