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
from tests.against_oracle.functions import some_asked
from tests.against_oracle.warehouses import built
from tests.homes import published_sample
from tests.models import Warehouse, load
from tests.oracle.by_hand import event, message, rating, records_of, thread
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


def inbox_threads(*arguments: str) -> str:
    """What the command prints about the sample."""
    home = str(published_sample().home)
    result = CliRunner().invoke(main, ["threads", *arguments, "--home", home])
    assert result.exit_code == 0, result.output
    return result.stdout


MARCH = ("--from", "2024-03-01", "--to", "2024-03-31")


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


STEPS = ("day", "start", "stop", "bots", "closing", "statistic", "clock")


def named_filters(asked: Range) -> dict[str, list[str]]:
    """The filters of a range as arguments by name."""
    told = {name: getattr(asked.filters, name) for name in ("channels", "teams", "labels")}
    told["priorities"] = asked.filters.priorities
    return {name: list(values) for name, values in told.items() if values is not None}


def definitions(warehouse: Warehouse, number: str, asked: Range) -> list[dict[str, object]]:
    """The rows of inbox_definitions."""
    days = (asked.start_date, asked.end_date)
    table = warehouse.call("inbox_definitions", number, *days, asked.agent, **named_filters(asked))
    rows: list[dict[str, object]] = (
        table.astype(object).where(table.notna(), None).to_dict("records")
    )
    return rows


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


@pytest.fixture(scope="module")
def stated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Threads that the makers of other tools work out themselves, each on a day of its own."""
    folder = tmp_path_factory.mktemp("stated")
    day = "2024-03-{:02}T{}"
    threads = [
        # Closed at 9:30, opened again, closed at 10:15: docs.bird.com, Inbox reports in action.
        thread("bird", day.format(5, "09:00:00"), closed_at=day.format(5, "10:15:00")),
        # A bot for 20 seconds, an agent after 62: chatwoot, reporting_event_listener_spec.rb.
        thread("handover", day.format(6, "09:00:00")),
        # Waits of 10 and of 5 minutes: zammad, spec/lib/escalation.
        thread("two", day.format(7, "10:00:00")),
        # A thank-you that is closed adds nothing: help.frontapp.com, resolution examples, 3.
        thread("thanks", day.format(8, "10:00:00"), closed_at=day.format(8, "11:00:00")),
        # An agent opens it with a public comment; the second one counts: support.zendesk.com,
        # Calculating first reply time.
        thread("proactive", day.format(9, "10:00:00")),
        # A bot answers at once, the user goes on a fortnight later: chatwoot, PR 13181.
        thread("bot", day.format(10, "00:00:00")),
        thread("rated", day.format(11, "10:00:00")),
    ]
    messages = [
        message("bird.1", day.format(5, "09:00:00"), "user", "u"),
        message("bird.2", day.format(5, "09:11:00"), "agent", "a"),
        message("handover.1", day.format(6, "09:00:00"), "user", "u"),
        message("handover.2", day.format(6, "09:00:20"), "bot"),
        message("handover.3", day.format(6, "09:01:02"), "agent", "a"),
        message("two.1", day.format(7, "10:00:00"), "user", "u"),
        message("two.2", day.format(7, "10:10:00"), "agent", "a"),
        message("two.3", day.format(7, "10:20:00"), "user", "u"),
        message("two.4", day.format(7, "10:25:00"), "agent", "a"),
        message("thanks.1", day.format(8, "10:00:00"), "user", "u"),
        message("thanks.2", day.format(8, "10:30:00"), "agent", "a"),
        message("thanks.3", day.format(8, "10:40:00"), "user", "u"),
        message("proactive.1", day.format(9, "10:00:00"), "agent", "a"),
        message("proactive.2", day.format(9, "11:00:00"), "user", "u"),
        message("proactive.3", day.format(9, "11:20:00"), "agent", "a"),
        message("bot.1", day.format(10, "00:00:00"), "user", "u"),
        message("bot.2", day.format(10, "00:00:30"), "bot"),
        message("bot.3", day.format(24, "06:05:31"), "user", "u"),
        message("bot.4", day.format(24, "15:16:39"), "agent", "a"),
    ]
    events = [
        event("bird.a", day.format(5, "09:30:00"), "closed"),
        event("bird.b", day.format(5, "10:00:00"), "open"),
        event("bird.c", day.format(5, "10:15:00"), "closed"),
    ]
    # 8 good and 2 bad are 0.8: support.assembled.com, Understanding CSAT. A 3 is neither.
    scores = [5] * 8 + [1] * 2 + [3]
    ratings = [
        rating(f"rated.{place}", day.format(11, "12:00:00"), score)
        for place, score in enumerate(scores)
    ]
    records_of(
        folder / "exports", threads, messages, ratings, thread_events=events, day=date(2024, 3, 25)
    )
    load(folder / "exports", folder / "raw")
    with Warehouse(folder / "raw") as warehouse:
        yield warehouse


@pytest.mark.parametrize(
    ("number", "day", "definition", "value"),
    [
        ("first_response_seconds", 5, "bird", 660),
        ("closing_seconds", 5, "ours", 4500),
        ("closing_seconds", 5, "bird", 4500),
        ("closing_seconds", 5, "zendesk", 4500),
        ("closing_seconds", 5, "zendesk_first_resolution", 1800),
        ("closing_seconds", 5, "richpanel", 1800),
        ("closing_seconds", 5, "chatwoot", 3150),
        ("first_response_seconds", 6, "chatwoot", 62),
        ("reply_seconds", 7, "ours", 450),
        ("reply_seconds", 7, "plain", 900),
        ("closing_seconds", 8, "front", 1800),
        ("closing_seconds", 8, "ours", 3600),
        ("first_response_seconds", 9, "ours", None),
        ("first_response_seconds", 9, "zendesk", 4800),
        ("reply_seconds", 24, "help_scout", 1_264_599),
        ("reply_seconds", 24, "chatwoot", 33_068),
        ("csat_ratio", 11, "zendesk", 0.8),
        ("csat_ratio", 11, "ours", 8 / 11),
        ("csat_ratio", 11, "freescout", 6 / 11),
        ("one_touch_threads", 5, "ours", 0),
        ("one_touch_threads", 8, "ours", 1),
        ("one_touch_threads", 8, "zammad", 0),
    ],
)
def test_what_a_maker_states_is_what_its_definition_gives(
    stated: Warehouse, number: str, day: int, definition: str, value: float | None
) -> None:
    asked = Range(date(2024, 3, day), date(2024, 3, day))
    told = {row["definition"]: row["value"] for row in definitions(stated, number, asked)}
    expected = None if value is None else pytest.approx(value, rel=1e-12)
    assert told[definition] == expected


def test_steps_are_turned_one_after_the_other(stated: Warehouse) -> None:
    """First every closing counts, by the median, then the mean is taken of them."""
    asked = Range(date(2024, 3, 5), date(2024, 3, 8))
    rows = {row["definition"]: row for row in definitions(stated, "closing_seconds", asked)}
    # Ours: 4,500 and 3,600, in the middle 4,050. Each: 1,800, 4,500 and 3,600.
    chatwoot = rows["chatwoot"]
    assert (rows["ours"]["value"], chatwoot["value"]) == (4050, 3300)
    steps = {axis: chatwoot[f"step_{axis}"] for axis in STEPS}
    assert steps == dict.fromkeys(STEPS, 0) | {"closing": -450, "statistic": -300}


def test_the_command_shows_definitions_side_by_side() -> None:
    home = str(published_sample().home)

    def told(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["report", "--definitions", "--home", home, *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    by_number = json.loads(told(*MARCH, "--format", "json"))["definitions"]
    rows = {row["definition"]: row for row in by_number["first_response_seconds"]}
    assert (rows["ours"]["value"], rows["gorgias"]["value"]) == (15_074.5, 16_105.5)
    assert round(rows["help_scout"]["value"], 1) == 75_032.5
    assert rows["gorgias"]["step_day"] == 1031
    text = told("--from", "2024-01-01", "--to", "2024-03-31")
    assert "One-touch threads" in text
    counts = [line.split()[1] for line in text.splitlines() if line.split()[2:3] == ["418"]]
    assert {"156", "194", "293"} <= set(counts)
