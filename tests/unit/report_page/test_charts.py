"""What is drawn: whole periods solid, parts of periods dashed, gaps as gaps."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from orchestration.report_page.charts.axes import axis_ticks, duration_ticks
from orchestration.report_page.charts.columns import columns_of
from orchestration.report_page.charts.described import (
    COMPLETE,
    FEW,
    PART,
    described_periods,
    measured,
    with_names,
)
from orchestration.report_page.charts.hours import busiest, described_hours, draw_hours
from orchestration.report_page.charts.periods import AREA, BARS, LINE, draw_periods, form_of
from orchestration.report_page.charts.registry import PeriodChart, period_charts

CHARTS = {chart.key: chart for chart in period_charts()}
RATING = CHARTS["average_rating"]


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
            **{
                column: numbers
                for chart in period_charts()
                for column in (*chart.measures, *(name for name, _ in chart.tooltip_columns))
                if column not in ("new_threads", "messages", "unique_users", "ratings")
            },
        }
    )


def drawn(series: pd.DataFrame, chart: PeriodChart, *more: Any) -> dict[str, Any]:
    """A chart of weeks, its tables as frames."""
    specification = draw_periods(with_names(series, "week"), "week", chart, *more)
    tables = {name: table.to_pandas() for name, table in specification["datasets"].items()}
    return specification | {"datasets": tables}


def points_of(
    series: pd.DataFrame, measure: str, chart: PeriodChart = RATING, is_part_joined: bool = True
) -> pd.DataFrame:
    periods = described_periods(with_names(series, "week"), chart)
    names = ["value", "state", "line", "stretch", "is_point"]
    points = measured(periods, measure, "A title", is_part_joined)
    return pd.DataFrame(points, columns=names)


def stretches(numbers: list[float], incomplete: set[int]) -> list[tuple[str, list[float]]]:
    points = points_of(series_of(numbers, incomplete), "average_rating")
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
    points = points_of(series_of([1, 2, math.nan, 4, 5], {0, 4}), "average_rating")
    assert list(points[points["is_point"]]["value"]) == [1, 2, 4, 5]


def test_a_tooltip_says_which_days_a_part_has() -> None:
    series = series_of([1, 2], {1})
    periods = described_periods(with_names(series, "week"), RATING)
    assert periods["state"] == ["complete", "only 8 to 12 January 2024"]
    assert periods["average_rating_text"] == ["1.00", "2.00"]
    series["to_date"] = series["period_end_date"]
    assert with_names(series, "week")["state"][1] == "the data end before it does"


def test_a_year_of_days_is_named_by_months() -> None:
    starts = [date(2023, 1, 15) + timedelta(days=n) for n in range(366)]
    ticks = axis_ticks(starts, "day")
    assert 4 <= len(ticks) <= 6
    assert all(tick.endswith("-01") for tick in ticks)
    assert axis_ticks(starts[:10], "day") == [day.isoformat() for day in starts[:10:2]]
    assert axis_ticks([], "day") == []


@pytest.mark.parametrize("chart", period_charts())
def test_charts_keep_a_place_for_periods_without_a_number(chart: PeriodChart) -> None:
    series = series_of([math.nan, 2, math.nan], {2})
    specification = drawn(series, chart)
    domains = [layer["encoding"]["x"]["scale"]["domain"] for layer in specification["layer"]]
    assert domains
    assert all(domain == ["2024-01-01", "2024-01-08", "2024-01-15"] for domain in domains)


def test_a_count_that_is_cut_does_not_fall() -> None:
    """The last point of a line of counts stands alone, as a part of its period."""
    series = series_of([1, 2, 3], {2})
    points = points_of(series, "unique_users", CHARTS["unique_users"], is_part_joined=False)
    assert list(points["state"]) == [COMPLETE, COMPLETE, PART]
    assert points["stretch"].nunique() == 2
    assert list(points.groupby("stretch", sort=False).size()) == [2, 1]


def test_a_mean_of_few_is_light_and_no_line_leads_to_it() -> None:
    series = series_of([4, 1, 4, 4]).assign(ratings=[9, 1, 9, 9])
    points = points_of(series, "average_rating")
    assert list(points["state"]) == [COMPLETE, FEW, COMPLETE, COMPLETE]
    assert list(points.groupby("stretch", sort=False).size()) == [1, 1, 2]


def test_the_days_compared_with_lie_under_their_places_as_far_as_they_are_whole() -> None:
    compared = columns_of(series_of([3, 2, 1], {2}).assign(new_threads=[7, 8, 9]))
    before = drawn(series_of([1, 2]), CHARTS["new_threads"], compared)["datasets"]["before"]
    threads = before[before["measure"] == "New threads"]
    assert list(zip(threads["period"], threads["value"], strict=True)) == [
        ("2024-01-01", 7),
        ("2024-01-08", 8),
    ]
    longer = drawn(series_of([1, 2, 3]), CHARTS["new_threads"], compared)
    assert (longer["datasets"]["before"]["measure"] == "New threads").sum() == 2


@pytest.mark.parametrize(
    ("chart", "grain", "periods", "form"),
    [
        ("unique_users", "day", 30, BARS),
        ("unique_users", "day", 366, AREA),
        ("unique_users", "month", 120, BARS),
        ("new_threads", "year", 2, BARS),
        ("new_threads", "week", 20, LINE),
        ("average_rating", "month", 3, LINE),
    ],
)
def test_months_and_years_are_bars_and_no_bar_is_a_hairline(
    chart: str, grain: str, periods: int, form: str
) -> None:
    assert form_of(CHARTS[chart], grain, periods) == form


def test_durations_are_told_in_units_that_people_know() -> None:
    assert duration_ticks(100_000) == [0, 3_600, 14_400, 57_600, 86_400]
    assert duration_ticks(0) == [0, 60]


def test_the_hours_begin_with_the_week_and_those_that_never_came_are_left_out() -> None:
    hours = pd.DataFrame(
        {
            "weekday": [1, 7],
            "hour": [9, 2],
            "value": [8, 0],
            "hours": [4, 0],
            "per_hour": [2.0, None],
        }
    )
    cells = described_hours(hours)
    assert cells["name"] == ["Mon 9:00 to 10:00"]
    assert busiest(cells) == "most on Mon 9:00 to 10:00, 2.0 an hour"
    assert draw_hours(cells, "sunday")["encoding"]["y"]["sort"][:2] == ["Sun", "Mon"]


def test_a_chart_tells_of_comparison_and_of_what_has_moved_only_where_there_is_any() -> None:
    series, chart = series_of([1, 2]), CHARTS["new_threads"]
    plain = json.dumps(drawn(series, chart)["layer"])
    assert "compared" not in plain
    assert "First published" not in plain
    start = series["period_start_date"].iloc[1].date()
    moved = drawn(series, chart, columns_of(series), {(start, "messages"): "7 as first"})
    assert "First published" in json.dumps(moved["layer"])
    assert "New threads, compared" in json.dumps(moved["layer"])
    assert list(moved["datasets"]["periods"]["restated"]) == ["", "Messages: 7 as first"]
