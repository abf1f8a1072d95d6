"""Periods that a range takes whole, and those that it cuts."""

from __future__ import annotations

from datetime import date

import pandas as pd

from orchestration.publishing.published_days import is_whole

# The third week is not complete, as the data end in it.
WEEKS = pd.DataFrame(
    {
        "period_start_date": pd.to_datetime(["2024-03-04", "2024-03-11", "2024-03-18"]),
        "period_end_date": pd.to_datetime(["2024-03-10", "2024-03-17", "2024-03-24"]),
        "is_complete": [True, True, False],
        "new_threads": [7, 8, 9],
    }
)


def test_a_range_is_whole_where_each_of_its_periods_is_there() -> None:
    assert is_whole(WEEKS, date(2024, 3, 4), date(2024, 3, 24))
    assert is_whole(WEEKS, date(2024, 3, 5), date(2024, 3, 24))
    assert not is_whole(WEEKS, date(2024, 3, 3), date(2024, 3, 24))
    assert not is_whole(WEEKS, date(2024, 3, 4), date(2024, 3, 25))
    assert not is_whole(WEEKS.drop(index=1), date(2024, 3, 4), date(2024, 3, 24))
    assert not is_whole(WEEKS.head(0), date(2024, 3, 4), date(2024, 3, 24))
