"""What explains a number: the rows behind it, and what it is by the definitions of others.

The rows make it, and what is left out has one true reason; the steps from ours to another
definition make the difference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner

from orchestration.cli import main
from tests.against_oracle.cells import (
    assert_every_cell,
    assert_labels_and_cards,
    assert_periods,
    assert_some_cells,
)
from tests.against_oracle.definitions import STEPS, definitions, named_filters
from tests.against_oracle.functions import some_asked
from tests.against_oracle.warehouses import built
from tests.homes import published_sample
from tests.models import Warehouse
from tests.oracle.corner_cases import all_corner_cases
from tests.oracle.definitions import DEFINITIONS, value_by
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
    days = (asked.start_date, asked.end_date)
    rows = warehouse.call("inbox_threads", number, *days, asked.agent, **named_filters(asked))
    assert_rows_explain(rows, report, number, asked)
    left_out = rows[~rows.is_counted & ~rows.thread_id.isin(rows[rows.is_counted].thread_id)]
    assert (left_out.groupby("thread_id").reason.nunique() == 1).all(), asked
    assert rows[~rows.is_counted].value.isna().all()


def test_the_samples_cells_are_made_of_their_rows() -> None:
    database = published_sample().published_database
    with duckdb.connect(str(database), read_only=True, config={"threads": 1}) as connection:
        for grain in ("monthly", "yearly"):
            assert_periods(connection, grain)
        assert_labels_and_cards(connection)
        assert_some_cells(connection, 40, 3)


def test_a_number_that_is_not_known_is_told_with_those_that_are(
    generated: tuple[Warehouse, Report],
) -> None:
    with pytest.raises(duckdb.Error, match="number must be one of new_threads, messages"):
        generated[0].call("inbox_threads", "days_missing", FIRST, FIRST + timedelta(1), None)


MARCH = ("--from", "2024-03-01", "--to", "2024-03-31")


def inbox_threads(*arguments: str) -> str:
    """What the command prints about the sample."""
    home = str(published_sample().home)
    result = CliRunner().invoke(main, ["threads", *arguments, "--home", home])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_tells_people_what_a_number_is_made_of() -> None:
    text = inbox_threads("first_response_seconds_median", *MARCH, "--rows", "1")
    assert "4 h 11 min, of 686 rows in 686 threads" in text
    assert "left out: 259 unanswered" in text
    assert "944 more rows" in text


def test_the_command_gives_programs_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INBOX_THREAD_URL", "https://desk.example/t/{thread_id}?tab=1")
    told = json.loads(inbox_threads("first_response_seconds_median", *MARCH, "--format", "json"))
    assert (told["value"], told["counted"], told["left_out"]) == (
        15_074.5,
        686,
        {"unanswered": 259},
    )
    assert len(told["rows"]) == 945
    first = told["rows"][0]
    assert first["url"] == f"https://desk.example/t/{first['thread_id']}?tab=1"
    rows = pd.read_csv(
        StringIO(
            inbox_threads("messages_sent", *MARCH, "--agent", "u00021", "--only", "counted",
                          "--format", "csv")
        )
    )  # fmt: skip
    assert (rows.agent_id == "u00021").all()
    assert rows.is_counted.all()
    assert not rows.record_id.duplicated().any()


def test_the_command_names_the_numbers_there_are() -> None:
    home = str(published_sample().home)
    result = CliRunner().invoke(main, ["threads", "no_such_number", "--home", home])
    assert result.exit_code == 2
    assert "number must be one of new_threads, messages" in " ".join(result.stderr.split())


@pytest.mark.parametrize("number", DEFINITIONS)
def test_every_definition_is_what_the_oracle_computes_by_itself(
    number: str, corners: tuple[Warehouse, Report], generated: tuple[Warehouse, Report]
) -> None:
    for warehouse, report in (corners, generated):
        asks = [week_of(report), *(some_range(report, seed) for seed in range(3))]
        for asked in asks:
            rows = definitions(warehouse, number, asked)
            assert [row["definition"] for row in rows] == list(DEFINITIONS[number])
            for row in rows:
                value, threads = value_by(report, number, str(row["definition"]), asked)
                expected = None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)
                assert (row["value"], row["threads"]) == (expected, threads), (row, asked)
            assert_steps_lead_from_ours(rows)


def assert_steps_lead_from_ours(rows: list[dict[str, object]]) -> None:
    ours = rows[0]["value"]
    for row in rows:
        steps = [row[f"step_{axis}"] for axis in STEPS]
        if ours is None or row["value"] is None:
            assert steps == [None] * len(STEPS), row
        else:
            difference = float(row["value"]) - float(ours)  # type: ignore[arg-type]
            assert sum(steps) == pytest.approx(difference, rel=1e-9, abs=1e-6), row  # type: ignore[arg-type]
