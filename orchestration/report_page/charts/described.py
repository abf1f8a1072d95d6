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
COLUMNS = ["period", "measure", "value", "state", "line", "stretch", "is_point", "behind"]
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
    series = series.copy()
    is_gap = (series["days_missing"] > 0) & (
        series["period_start_date"] == series["period_end_date"]
    )
    for measure in GAPS:
        is_nothing = is_gap & (series[measure] == 0)
        series[measure] = series[measure].astype("float64").mask(is_nothing)
    return series


def with_names(series: pd.DataFrame, grain: str) -> pd.DataFrame:
    """Rows of inbox_series with what is told of a period in each chart, worked out once for all."""
    starts = days_of(series)
    told_by = series[[column for column in _STATE_COLUMNS if column in series]]
    return series.assign(
        period_key=[start.isoformat() for start in starts],
        period_name=[describe_period(grain, start) for start in starts],
        period_state=[_state(row) for row in told_by.to_dict("records")],
    )


def described_periods(
    series: pd.DataFrame,
    grain: str,
    chart: PeriodChart,
    compared: pd.DataFrame | None = None,
    restated: Restated | None = None,
) -> pd.DataFrame:
    """A row a period with its key, its numbers, and the texts of its tooltip.

    restated: by period and number, what is told of one that has moved since.
    """
    columns = [*chart.measures, *(column for column, _ in chart.told)]
    named = series if "period_name" in series else with_names(series, grain)
    described = pd.DataFrame(
        {
            "period": named["period_key"].to_numpy(),
            "name": named["period_name"].to_numpy(),
            "state": named["period_state"].to_numpy(),
            "is_complete": series["is_complete"].astype(bool).to_numpy(),
            "behind": series[chart.behind].to_numpy() if chart.behind else FEWEST,
            **{measure: series[measure].to_numpy() for measure in chart.measures},
            **{f"{column}_text": _texts(series, column) for column in columns},
        }
    )
    if restated:
        described["restated"] = [_moved(start, chart, restated) for start in days_of(series)]
        described["restated_text"] = [said or "the same" for said in described["restated"]]
    return described if compared is None else _with_compared(described, chart, compared)


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


def _with_compared(
    periods: pd.DataFrame, chart: PeriodChart, compared: pd.DataFrame
) -> pd.DataFrame:
    """With the periods in the same places of the days compared with, as far as they are whole."""
    aligned = compared.reset_index(drop=True).reindex(range(len(periods)))
    is_whole = aligned["is_complete"].fillna(value=False).astype(bool)
    if chart.behind:
        is_whole &= aligned[chart.behind] >= FEWEST
    for measure in compared_measures(chart):
        aligned[measure] = aligned[measure].astype("float64").where(is_whole)
        periods[f"{measure}_compared"] = aligned[measure].to_numpy()
        periods[f"{measure}_compared_text"] = _texts(aligned, measure)
    return periods


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


def _texts(table: pd.DataFrame, column: str) -> list[str]:
    describe = describe_share if column == "ratio" else None
    return [
        describe(value) if describe else describe_number(column, value) for value in table[column]
    ]


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
    periods: pd.DataFrame, measure: str, title: str, is_part_joined: bool = True
) -> pd.DataFrame:
    """A measure's points, joined by stretches.

    A stretch is a run of complete periods, or two neighbours of which one is not complete: so it
    is solid or dashed as a whole. A period without a number, or with one of few, parts its
    neighbours; so does one that is not complete where a part is not joined, as it would only seem
    to fall.
    """
    line = _Line(measure, title, [])
    before: dict[Any, Any] | None = None
    columns = ["period", measure, "behind", "is_complete"]
    for period in periods[columns].to_dict("records"):
        if pd.isna(period[measure]):
            before = None
            continue
        is_alone = period["behind"] < FEWEST or not (period["is_complete"] or is_part_joined)
        if before is None or is_alone:
            line.stretch += 1
            line.put(period, COMPLETE if period["is_complete"] else PART)
        else:
            _join(line, before, period)
        before = None if is_alone else period
    return pd.DataFrame(line.rows, columns=COLUMNS)


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


def days_of(series: pd.DataFrame) -> list[date]:
    """The first days of the periods."""
    return [value.date() for value in series["period_start_date"]]
