"""Numbers, durations, days and tables as texts."""

from __future__ import annotations

import csv
import io
import math
from datetime import date

import pandas as pd
import pytest

from orchestration.publishing.presentation import (
    describe_change,
    describe_number,
    describe_period,
    describe_range,
    describe_reach,
    describe_seconds,
    distinct_names,
    to_csv,
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (59.6, "1 min"),
        (310, "5 min 10 s"),
        (7_200, "2 h"),
        (183_600, "2 d 3 h"),
        (183_659, "2 d 3 h"),
        (None, "-"),
        (math.nan, "-"),
    ],
)
def test_seconds_in_words(seconds: float | None, text: str) -> None:
    assert describe_seconds(seconds) == text


def test_numbers_are_written_as_their_metric_is() -> None:
    assert describe_number("messages", 9964.0) == "9,964"
    assert describe_number("average_rating", 3.416) == "3.42"
    assert describe_number("closing_seconds_median", 3_600) == "1 h"
    assert describe_number("ratings", math.nan) == "-"


def test_a_change_has_its_sign_and_its_share() -> None:
    assert describe_change("messages", -1135, -0.1081) == "-1,135 (-10.8%)"
    assert describe_change("average_rating", 0.183, 0.054) == "+0.18 (+5.4%)"
    assert describe_change("messages", 12, math.nan) == "+12"
    assert describe_change("average_rating", math.nan, math.nan) == "-"


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2024, 3, 2), date(2024, 3, 2), "2 March 2024"),
        (date(2024, 3, 2), date(2024, 3, 31), "2 to 31 March 2024"),
        (date(2024, 2, 2), date(2024, 3, 31), "2 February to 31 March 2024"),
        (date(2023, 12, 30), date(2024, 1, 5), "30 December 2023 to 5 January 2024"),
    ],
)
def test_a_range_is_told_as_short_as_it_can_be(first: date, last: date, text: str) -> None:
    assert describe_range(first, last) == text


def test_a_period_is_told_by_its_grain() -> None:
    day = date(2024, 1, 1)
    assert [describe_period(grain, day) for grain in ("day", "week", "month", "year")] == [
        "Mon 1 January 2024",
        "Week of 1 January 2024",
        "January 2024",
        "2024",
    ]


def test_no_cell_of_a_csv_runs_as_a_formula() -> None:
    table = pd.DataFrame(
        {
            "label": ["=1+1", "+1", " -1", "＠a", "\t=1", "plain", None, 'Zoë, said "no"'],
            "change": [-1.5, 2, 3, 4, 5, 6, 7, 8],
            "period_start_date": pd.to_datetime(["2024-03-01"] * 8),
        }
    )
    content = to_csv(table)
    assert content.startswith(b"\xef\xbb\xbf"), (
        "without the mark Excel takes it for another encoding"
    )
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["label"] for row in rows] == [
        "'=1+1",
        "'+1",
        "' -1",
        "'＠a",
        "'\t'=1",
        "plain",
        "",
        'Zoë, said "no"',
    ]
    assert rows[0]["change"] == "-1.5", "a number stays a number"
    assert rows[0]["period_start_date"] == "2024-03-01"


def test_names_that_look_alike_are_shown_with_their_identifiers() -> None:
    names = {"": "Unassigned", "a1": "Alex", "a2": "Alex", "a3": "Unassigned", "a4": "Bea"}
    assert distinct_names(names) == {
        "": "Unassigned",
        "a1": "Alex (a1)",
        "a2": "Alex (a2)",
        "a3": "Unassigned (a3)",
        "a4": "Bea",
    }
    alike = {"b1": "x" * 70 + "1", "b2": "x" * 70 + "2"}
    assert len(set(distinct_names(alike).values())) == 2


@pytest.mark.parametrize(
    ("today", "text"),
    [
        (date(2024, 4, 1), "2024-03-31"),
        (date(2024, 3, 31), "2024-03-31"),
        (date(2024, 4, 2), "2024-03-31 (1 day behind)"),
        (date(2024, 4, 3), "2024-03-31 (2 days behind)"),
    ],
)
def test_data_older_than_yesterday_say_so(today: date, text: str) -> None:
    assert describe_reach(date(2024, 3, 31), today) == text
