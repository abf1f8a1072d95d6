"""A number that moved is told as it was first published, and how many threads moved it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd

from orchestration.publishing.filters import Filters
from orchestration.report_page.answers import Answers
from orchestration.report_page.restated import restated_cards, restated_in_words
from orchestration.report_page.view import View

MOVES = pd.DataFrame(
    {
        "period_start_date": pd.to_datetime(["2024-02-01"]),
        "number": ["ratings"],
        "first_value": [10.0],
        "first_as_of_date": pd.to_datetime(["2024-03-03"]),
        "threads": [5],
    }
)
VIEW = View(date(2024, 2, 1), date(2024, 2, 29), chosen_grain="month")


MOVED_DAYS = pd.DataFrame(
    {
        "number": ["ratings", "average_rating"],
        "days": [3, 1],
        "change": [4.0, 0.5],
        "last_as_of_date": pd.to_datetime(["2024-03-03", "2024-03-02"]),
        "threads": [5, 1],
    }
)


def of_cards(first: date, last: date) -> dict[str, str]:
    report = SimpleNamespace(moves=lambda *_: MOVES, moved_days=lambda *_: MOVED_DAYS)
    answers = Answers(cast(Any, report), View(first, last))
    return restated_cards(answers, {"ratings": 14.0, "average_rating": 4.25})


def test_a_card_of_a_whole_month_tells_what_the_month_was() -> None:
    said = "10 as first published on 3 March 2024; 5 threads moved it since"
    assert of_cards(date(2024, 2, 1), date(2024, 2, 29)) == {"ratings": said}


def test_a_card_of_other_days_tells_what_they_added_up_to_or_how_many_moved() -> None:
    assert of_cards(date(2024, 2, 2), date(2024, 3, 2)) == {
        "ratings": "10 as its days were first published, the last of those that moved on "
        "3 March 2024; 5 threads moved it since",
        "average_rating": "1 of its days has moved since first published, the last on "
        "2 March 2024; 1 thread moved them since",
    }


def words(view: View) -> dict[Any, str]:
    report = SimpleNamespace(moves=lambda *_: MOVES)
    return restated_in_words(Answers(cast(Any, report), view))


def test_the_first_value_is_told_and_the_threads_that_moved_it() -> None:
    assert words(VIEW) == {
        (date(2024, 2, 1), "ratings"): "10 as first published on 3 March 2024; "
        "5 threads moved it since"
    }


def test_numbers_of_filtered_threads_have_no_history() -> None:
    assert words(replace(VIEW, filters=Filters(label=("billing",)))) == {}
