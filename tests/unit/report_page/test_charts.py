"""What is drawn: whole periods solid, parts of periods dashed, gaps as gaps."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pandas as pd
import pytest

from orchestration.report_page.charts import (
    COMPLETE,
    PART,
    PERIOD_CHARTS,
    PeriodChart,
    axis_ticks,
    described_periods,
    draw_labels,
    draw_periods,
    measured,
)

RATING = PERIOD_CHARTS[2]


def series_of(
    numbers: list[float], incomplete: frozenset[int] | set[int] = frozenset()
) -> pd.DataFrame:
    starts = pd.to_datetime([date(2024, 1, 1) + timedelta(days=7 * n) for n in range(len(numbers))])
    ends = starts + pd.Timedelta(days=6)
    return pd.DataFrame(
        {
            "period_start_date": starts,
            "period_end_date": ends,
            "from_date": starts,
            "to_date": [
                end - pd.Timedelta(days=2) if position in incomplete else end
                for position, end in enumerate(ends)
            ],
            "is_complete": [position not in incomplete for position in range(len(numbers))],
            "new_threads": [10] * len(numbers),
            "messages": [30] * len(numbers),
            "unique_users": [9] * len(numbers),
            "ratings": [5] * len(numbers),
            "average_rating": numbers,
        }
    )


def stretches(numbers: list[float], incomplete: set[int]) -> list[tuple[str, list[float]]]:
    points = measured(
        described_periods(series_of(numbers, incomplete), "week", RATING), "average_rating"
    )
    return [
        (group["line"].iloc[0], list(group["value"]))
        for _, group in points.groupby("stretch", sort=False)
    ]


@pytest.mark.parametrize(
    ("numbers", "incomplete", "expected"),
    [
        ([1, 2, 3], set(), [(COMPLETE, [1, 2, 3])]),
        ([1, 2, 3], {2}, [(COMPLETE, [1, 2]), (PART, [2, 3])]),
        ([1, 2, 3], {0}, [(PART, [1]), (PART, [1, 2]), (COMPLETE, [2, 3])]),
        ([1, math.nan, 3, 4], set(), [(COMPLETE, [1]), (COMPLETE, [3, 4])]),
        ([5], {0}, [(PART, [5])]),
        ([math.nan], set(), []),
    ],
)
def test_lines_are_solid_between_whole_periods_only(
    numbers: list[float], incomplete: set[int], expected: list[tuple[str, list[float]]]
) -> None:
    assert stretches(numbers, incomplete) == expected


def test_every_period_with_a_number_has_one_point() -> None:
    points = measured(
        described_periods(series_of([1, 2, math.nan, 4, 5], {0, 4}), "week", RATING),
        "average_rating",
    )
    assert list(points[points["is_point"]]["value"]) == [1, 2, 4, 5]


def test_a_tooltip_says_which_days_a_part_has() -> None:
    series = series_of([1, 2], {1})
    periods = described_periods(series, "week", RATING)
    assert list(periods["state"]) == ["complete", "only 8 to 12 January 2024"]
    assert list(periods["average_rating_text"]) == ["1.00", "2.00"]
    series["to_date"] = series["period_end_date"]
    assert described_periods(series, "week", RATING)["state"].iloc[1] == (
        "the data end before it does"
    )


def test_a_year_of_days_is_named_by_months() -> None:
    starts = [date(2023, 1, 15) + timedelta(days=n) for n in range(366)]
    ticks = axis_ticks(starts, "day")
    assert 4 <= len(ticks) <= 6
    assert all(tick.endswith("-01") for tick in ticks)
    assert axis_ticks(starts[:10], "day") == [day.isoformat() for day in starts[:10:2]]
    assert axis_ticks([], "day") == []


@pytest.mark.parametrize("chart", PERIOD_CHARTS)
def test_charts_keep_a_place_for_periods_without_a_number(chart: PeriodChart) -> None:
    series = series_of([math.nan, 2, math.nan], {2})
    specification = draw_periods(series, "week", chart).to_dict()
    domains = [
        layer["encoding"]["x"]["scale"]["domain"]
        for layer in specification["layer"]
        if "x" in layer["encoding"]
    ]
    assert domains
    assert all(domain == ["2024-01-01", "2024-01-08", "2024-01-15"] for domain in domains)


def test_labels_are_drawn_in_their_order() -> None:
    labels = pd.DataFrame({"label": ["b", "a"], "new_threads": [2, 1], "rank": [1, 2]})
    specification = draw_labels(labels).to_dict()
    assert specification["layer"][0]["encoding"]["y"]["sort"] == ["b", "a"]
