"""A number that moved is told as it was first published, and how many threads moved it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd

from orchestration.publishing.filters import Filters
from orchestration.report_page.answers import Answers
from orchestration.report_page.restated import restated_in_words
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
