"""What a chart over periods draws: its points, which of them a line joins, and their tooltips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from orchestration.publishing.presentation import (
    describe_number,
    describe_period,
    describe_range,
    describe_share,
)
from orchestration.report_page.charts.columns import Columns, columns_of, is_known
from orchestration.report_page.charts.registry import PeriodChart

COMPLETE = "complete"
PART = "part of the period"
FEW = "few"
# The mark of a number that has moved since it was first published.
RESTATED = "↻"
Restated = Mapping[tuple[date, str], str]
# Of fewer than this a mean or a median says little.
FEWEST = 5
NOT_ARRIVED = "has not arrived"
_STATE_COLUMNS = [
    "is_complete",
    "from_date",
    "to_date",
    "period_start_date",
    "period_end_date",
    "days_missing",
]
# What is 0 where nothing is known.
GAPS = ("new_threads", "messages", "unique_users")


def with_gaps(series: pd.DataFrame) -> pd.DataFrame:
    """Rows of inbox_series in which nothing is known of a day that has not come, instead of 0."""
    is_gap = (series["days_missing"] > 0) & (
        series["period_start_date"] == series["period_end_date"]
    )
    if not is_gap.any():
        return series
    series = series.copy()
    for measure in GAPS:
        is_nothing = is_gap & (series[measure] == 0)
        series[measure] = series[measure].astype("float64").mask(is_nothing)
    return series


def with_names(series: pd.DataFrame, grain: str) -> Columns:
    """Rows of inbox_series with what is told of a period in each chart, worked out once for all."""
    columns = columns_of(series)
    starts = days_of(columns)
    state_columns = [name for name in _STATE_COLUMNS if name in columns]
    states = zip(*(columns[name] for name in state_columns), strict=True)
    return columns | {
        "period": [start.isoformat() for start in starts],
        "name": [describe_period(grain, start) for start in starts],
        "state": [_state(dict(zip(state_columns, values, strict=True))) for values in states],
    }


def described_periods(
    series: Columns,
    chart: PeriodChart,
    compared: Columns | None = None,
    restated: Restated | None = None,
) -> Columns:
    """A row a period with its key, its numbers, and the texts of its tooltip.

    series: of with_names. compared: of the days compared with. restated: by period and number,
    what is told of one that has moved since.
    """
    in_tooltip = [*chart.measures, *(column for column, _ in chart.tooltip_columns)]
    described = {
        "period": series["period"],
        "name": series["name"],
        "state": series["state"],
        "is_complete": series["is_complete"],
        "behind": series[chart.behind] if chart.behind else [FEWEST] * len(series["period"]),
        **{measure: series[measure] for measure in chart.measures},
        **{f"{column}_text": _texts(series[column], column) for column in in_tooltip},
    }
    if restated:
        described["restated"] = [_moved(start, chart, restated) for start in days_of(series)]
        described["restated_text"] = [said or "the same" for said in described["restated"]]
    if compared is not None:
        described |= _compared(len(series["period"]), chart, compared)
    return described


def _moved(start: date, chart: PeriodChart, restated: Restated) -> str:
    """What has moved of a period's numbers, each by its name where there are several."""
    names = chart.names()
    said = {name: restated.get((start, measure), "") for measure, name in names.items()}
    return "; ".join(
        f"{name}: {text}" if len(names) > 1 else text for name, text in said.items() if text
    )


def is_restated(chart: PeriodChart, restated: Restated) -> bool:
    """Whether any number of the chart has moved."""
    return any(measure in chart.measures for _, measure in restated)


def _compared(periods: int, chart: PeriodChart, compared: Columns) -> Columns:
    """The periods in the same places of the days compared with, as far as they are whole."""
    is_whole = [is_complete is True for is_complete in compared["is_complete"]]
    if chart.behind:
        is_whole = [
            whole and behind >= FEWEST
            for whole, behind in zip(is_whole, compared[chart.behind], strict=True)
        ]
    columns: Columns = {}
    for measure in compared_measures(chart):
        values = [
            value if whole else None
            for value, whole in zip(compared[measure], is_whole, strict=True)
        ]
        places = [*values, *[None] * periods][:periods]
        columns[f"{measure}_compared"] = places
        columns[f"{measure}_compared_text"] = _texts(places, measure)
    return columns


def compared_measures(chart: PeriodChart) -> tuple[str, ...]:
    """The measures that are drawn of the days compared with."""
    return chart.measures if chart.kind == "count" else chart.measures[:1]


def _state(period: dict[Any, Any]) -> str:
    if period["is_complete"]:
        return COMPLETE
    first, last = period["from_date"], period["to_date"]
    if (period["period_start_date"], period["period_end_date"]) != (first, last):
        return f"only {describe_range(first.date(), last.date())}"
    if period.get("days_missing"):
        return NOT_ARRIVED if first == last else "an export day of it has not arrived"
    return "the data end before it does"


def _texts(values: list[Any], column: str) -> list[str]:
    if column == "ratio":
        return [describe_share(value) for value in values]
    return [describe_number(column, value) for value in values]


@dataclass
class _Line:
    """The points of a measure while they are laid out."""

    measure: str
    title: str
    rows: list[dict[str, Any]]
    stretch: int = 0

    def put(self, period: dict[Any, Any], line: str, is_point: bool = True) -> None:
        is_few = period["behind"] < FEWEST
        self.rows.append(
            {
                "period": period["period"],
                "measure": self.title,
                "value": float(period[self.measure]),
                "state": FEW if is_few else COMPLETE if period["is_complete"] else PART,
                "line": line,
                "stretch": f"{self.measure}-{self.stretch}",
                "is_point": is_point,
                "behind": float(period["behind"]),
            }
        )


def measured(
    periods: Columns, measure: str, title: str, is_part_joined: bool = True
) -> list[dict[str, Any]]:
    """A measure's points, joined by stretches.

    A stretch is a run of complete periods, or two neighbours of which one is not complete: so it
    is solid or dashed as a whole. A period without a number, or with one of few, parts its
    neighbours; so does one that is not complete where a part is not joined, as it would only seem
    to fall.
    """
    line = _Line(measure, title, [])
    before: dict[str, Any] | None = None
    names = ["period", measure, "behind", "is_complete"]
    for values in zip(*(periods[name] for name in names), strict=True):
        period = dict(zip(names, values, strict=True))
        if not is_known(period[measure]):
            before = None
            continue
        is_alone = period["behind"] < FEWEST or not (period["is_complete"] or is_part_joined)
        if before is None or is_alone:
            line.stretch += 1
            line.put(period, COMPLETE if period["is_complete"] else PART)
        else:
            _join(line, before, period)
        before = None if is_alone else period
    return line.rows


def _join(line: _Line, before: dict[Any, Any], period: dict[Any, Any]) -> None:
    if before["is_complete"] and period["is_complete"]:
        line.put(period, COMPLETE)
        return
    line.stretch += 1
    line.put(before, PART, is_point=False)
    line.put(period, PART, is_point=not period["is_complete"])
    if period["is_complete"]:
        line.stretch += 1
        line.put(period, COMPLETE)


def days_of(series: Columns) -> list[date]:
    """The first days of the periods."""
    return [value.date() for value in series["period_start_date"]]
