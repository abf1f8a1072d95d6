"""What a maker states of its own tool is what its definition gives here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest
from click.testing import CliRunner

from orchestration.cli import main
from tests.against_oracle.definitions import STEPS, definitions
from tests.homes import published_sample
from tests.models import Warehouse, load
from tests.oracle.by_hand import event, message, rating, records_of, thread
from tests.oracle.explain import Range

MARCH = ("--from", "2024-03-01", "--to", "2024-03-31")


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
