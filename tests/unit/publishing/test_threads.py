"""Threads behind a number, in short: the number that they make, and links to the help desk."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from orchestration.publishing.threads import ThreadsBehind, thread_link, with_links
from orchestration.settings import SettingsError, load_settings

DAY = date(2024, 3, 4)
PATTERN = "https://desk.example/tickets/{thread_id}"


def behind(number: str, *rows: tuple[str | None, float | None, str | None]) -> ThreadsBehind:
    """Rows by thread, value and reason; each of a user of its thread."""
    table = pd.DataFrame(rows, columns=["thread_id", "value", "reason"])
    table["is_counted"] = table["reason"].isna()
    table["user_id"] = table["thread_id"]
    return ThreadsBehind(number, DAY, DAY, None, table)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("messages", 12.0),
        ("average_rating", 4.0),
        ("csat_ratio", 4.0),
        ("reply_seconds_median", 2.0),
        ("reply_seconds_p90", 7.6),
        ("longest_wait_seconds", 9.0),
        ("unique_users", 2.0),
    ],
)
def test_counted_rows_make_the_number(number: str, expected: float) -> None:
    rows: list[Any] = [("t", 1, None), ("t", 9, None), ("u", 2, None), ("v", None, "still_open")]
    assert behind(number, *rows).value == pytest.approx(expected)


def test_nothing_makes_no_median_and_a_count_of_none() -> None:
    left_out = ("v", None, "still_open")
    assert behind("closing_seconds_median", left_out).value is None
    assert behind("closings", left_out).value == 0


def test_a_thread_of_which_something_counts_is_not_left_out() -> None:
    rows: list[Any] = [
        ("t", 1, None),
        ("t", None, "not_a_counted_message"),
        ("u", None, "no_user_message"),
        ("v", None, "no_user_message"),
        ("w", None, "unanswered"),
    ]
    assert behind("messages", *rows).left_out == {"no_user_message": 2, "unanswered": 1}


def test_a_link_holds_the_identifier_and_nothing_else_of_it() -> None:
    assert thread_link(PATTERN, "t 1/../?x=<b>") == (
        "https://desk.example/tickets/t%201%2F..%2F%3Fx%3D%3Cb%3E"
    )
    rows = behind("ratings", ("t", 5, None), (None, 4, None)).rows
    assert with_links(rows, PATTERN)["url"].tolist() == ["https://desk.example/tickets/t", None]
    assert "url" not in with_links(rows, None)


@pytest.mark.parametrize(
    "pattern",
    ["https://desk.example/tickets", "javascript:{thread_id}", "https://u:p@desk/{thread_id}"],
)
def test_a_pattern_that_is_no_link_to_a_thread_is_refused(pattern: str) -> None:
    with pytest.raises((SettingsError, ValidationError)) as error:
        load_settings(thread_url=pattern)
    assert "u:p" not in str(error.value)
