"""inbox_threads: the rows behind a number make it, and what is left out has one true reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest

from tests.against_oracle.cells import (
    assert_every_cell,
    assert_labels_and_cards,
    assert_periods,
    assert_some_cells,
)
from tests.against_oracle.functions import some_asked
from tests.against_oracle.warehouses import built
from tests.homes import published_sample
from tests.models import Warehouse
from tests.oracle.corner_cases import all_corner_cases
from tests.oracle.events import with_events
from tests.oracle.explain import EXPLAINED, Range, assert_rows_explain
from tests.oracle.generate import generate_inbox
from tests.oracle.metrics import Report

ZONE = "Europe/Warsaw"
FIRST = date(2024, 3, 25)


@pytest.fixture(scope="module")
def corners() -> Iterator[tuple[Warehouse, Report]]:
    """Everything odd that an inbox may hold, over a month's end and a change of the clocks."""
    with built(with_events(all_corner_cases(zone=ZONE), 3), "monday", 3) as both:
        yield both


@pytest.fixture(scope="module")
def generated() -> Iterator[tuple[Warehouse, Report]]:
    """A week and a half of a made-up inbox."""
    inbox = generate_inbox(5, FIRST, 8, 8, ZONE, keeps_later=True, events=True)
    with built(inbox, "monday", 1) as both:
        yield both


def test_every_cell_of_every_mart_is_made_of_its_rows(
    generated: tuple[Warehouse, Report],
) -> None:
    assert_every_cell(generated[0].connection)
    assert_some_cells(generated[0].connection, 30, 1)


def test_cells_of_odd_inboxes_are_made_of_their_rows(corners: tuple[Warehouse, Report]) -> None:
    assert_periods(corners[0].connection, "yearly")
    assert_some_cells(corners[0].connection, 30, 2)


@pytest.mark.parametrize("number", EXPLAINED)
def test_what_is_left_out_has_one_true_reason(
    number: str, corners: tuple[Warehouse, Report], generated: tuple[Warehouse, Report]
) -> None:
    for place, (warehouse, report) in enumerate((corners, generated)):
        assert_explained(warehouse, report, number, week_of(report))
        asked = some_range(report, EXPLAINED.index(number) + 50 * place)
        assert_explained(warehouse, report, number, asked)


def week_of(report: Report) -> Range:
    """The first week of an inbox."""
    first, _ = report.active_days() or (FIRST, FIRST)
    return Range(first, first + timedelta(days=6))


def some_range(report: Report, seed: int) -> Range:
    """A range, an agent and filters that follow from a seed."""
    asked = some_asked(report, seed)
    return Range(asked.first, asked.last, asked.agent, asked.filters)


def assert_explained(warehouse: Warehouse, report: Report, number: str, asked: Range) -> None:
    told = {name: getattr(asked.filters, name) for name in ("channels", "teams", "labels")}
    told["priorities"] = asked.filters.priorities
    named = {name: list(values) for name, values in told.items() if values is not None}
    rows = warehouse.call(
        "inbox_threads", number, asked.start_date, asked.end_date, asked.agent, **named
    )
    assert_rows_explain(rows, report, number, asked)
    left_out = rows[~rows.is_counted & ~rows.thread_id.isin(rows[rows.is_counted].thread_id)]
    assert (left_out.groupby("thread_id").reason.nunique() == 1).all(), asked
    assert rows[~rows.is_counted].value.isna().all()


def test_the_samples_cells_are_made_of_their_rows() -> None:
    database = published_sample().published_database
    with duckdb.connect(str(database), read_only=True, config={"threads": 2}) as connection:
        for grain in ("monthly", "yearly"):
            assert_periods(connection, grain)
        assert_labels_and_cards(connection)
        assert_some_cells(connection, 40, 3)


def test_a_number_that_is_not_known_is_told_with_those_that_are(
    generated: tuple[Warehouse, Report],
) -> None:
    with pytest.raises(duckdb.Error, match="number must be one of new_threads, messages"):
        generated[0].call("inbox_threads", "days_missing", FIRST, FIRST + timedelta(1), None)
