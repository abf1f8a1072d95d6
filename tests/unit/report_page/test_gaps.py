"""A day that has not come is a gap in a chart, and no zero."""

from __future__ import annotations

import pandas as pd

from orchestration.report_page.charts.described import with_gaps


def test_a_missing_day_is_a_gap_where_nothing_is_known_of_it() -> None:
    days = pd.to_datetime(["2024-03-01", "2024-03-02", "2024-03-03"])
    series = pd.DataFrame(
        {
            "period_start_date": days,
            "period_end_date": days,
            "days_missing": [0, 1, 1],
            "new_threads": [0, 0, 4],
            "messages": [0, 0, 9],
            "unique_users": [0, 0, 3],
            "average_rating": [None, None, 5.0],
        }
    )
    shown = with_gaps(series)
    # Conversations of the third came with later days; an empty day that has come is a zero.
    assert shown["new_threads"].isna().tolist() == [False, True, False]
    assert shown["new_threads"].fillna(-1).tolist() == [0, -1, 4]
    assert series["new_threads"].tolist() == [0, 0, 4]


def test_a_longer_period_stays_as_it_is() -> None:
    series = pd.DataFrame(
        {
            "period_start_date": pd.to_datetime(["2024-03-04"]),
            "period_end_date": pd.to_datetime(["2024-03-10"]),
            "days_missing": [2],
            "new_threads": [0],
            "messages": [0],
            "unique_users": [0],
        }
    )
    assert with_gaps(series)["new_threads"].tolist() == [0]
