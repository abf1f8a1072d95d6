"""The charts of the page, as Vega-Lite specifications made with Altair.

Belongs here: what is drawn for which columns, and how a period that is not complete looks. Does
not: numbers, or the colours of the two themes (see serve).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import pandas as pd

from orchestration.publishing.presentation import (
    describe_number,
    describe_period,
    describe_range,
)

HEIGHT = 250
PADDING = {"left": 0, "right": 4, "top": 4, "bottom": 0}
# Ticks that fit beside each other on a phone.
MOST_TICKS = 6
# With more periods than this, points run together.
MOST_POINTS = 62
COMPLETE = "complete"
PART = "part of the period"
# The themes' colours are given out in this order, so a measure has one colour on the whole page.
MEASURES = {
    "new_threads": "New threads",
    "messages": "Messages",
    "unique_users": "Users",
    "average_rating": "Average rating",
    "labels": "Labels",
}
AXIS_FORMATS = {"day": "%-d %b", "week": "%-d %b", "month": "%b %Y", "year": "%Y"}


def with_gaps(series: pd.DataFrame) -> pd.DataFrame:
    """Rows of inbox_series in which nothing is known of a day that has not come, instead of 0."""
    series = series.copy()
    is_gap = (series["days_missing"] > 0) & (
        series["period_start_date"] == series["period_end_date"]
    )
    for measure in MEASURES.keys() & set(series.columns):
        is_nothing = is_gap & (series[measure] == 0)
        series[measure] = series[measure].astype("float64").mask(is_nothing)
    return series


@dataclass(frozen=True)
class PeriodChart:
    """A chart over periods: its title, its measures, and what else its tooltip tells."""

    title: str
    measures: tuple[str, ...]
    also_told: tuple[tuple[str, str], ...] = ()
    is_bars: bool = False
    value_range: tuple[float, float] | None = None


PERIOD_CHARTS = (
    PeriodChart("New threads and messages", ("new_threads", "messages")),
    PeriodChart("Users", ("unique_users",), is_bars=True),
    PeriodChart(
        "Average rating",
        ("average_rating",),
        also_told=(("ratings", "Ratings"),),
        value_range=(1, 5),
    ),
)


def draw_periods(
    series: pd.DataFrame, grain: str, chart: PeriodChart
) -> alt.LayerChart | alt.FacetChart:
    """A chart of rows of inbox_series; complete periods are solid, others dashed and light."""
    periods = described_periods(series, grain, chart)
    points = pd.concat(
        [measured(periods, measure) for measure in chart.measures], ignore_index=True
    )
    starts = [value.date() for value in series["period_start_date"]]
    x = alt.X(
        "period:O",
        sort=None,
        title=None,
        axis=alt.Axis(
            values=axis_ticks(starts, grain),
            labelExpr=f"utcFormat(toDate(datum.value), '{_axis_format(starts, grain)}')",
            labelAngle=0,
            labelOverlap=True,
            grid=False,
        ),
        # Named in full: a period without a number has no point, but its place.
        scale=alt.Scale(
            domain=list(periods["period"]),
            paddingInner=0.25 if chart.is_bars else 0,
            paddingOuter=0.1,
        ),
    )
    is_count = chart.value_range is None
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(zero=True, nice=True)
        if chart.value_range is None
        else alt.Scale(domain=list(chart.value_range), nice=False),
        axis=alt.Axis(
            format=",d" if is_count else "d",
            tickMinStep=1,
            tickCount=5,
        ),
    )
    legend = alt.Legend(
        title=None,
        orient="top",
        offset=4,
        padding=0,
        values=[MEASURES[measure] for measure in chart.measures],
    )
    shown_legend = legend if len(chart.measures) > 1 else None
    layers = (
        _bars(points, x, y) if chart.is_bars else _lines(points, x, y, shown_legend, len(periods))
    )
    return alt.layer(*layers, _hover(periods, x, chart)).properties(height=HEIGHT, padding=PADDING)


def draw_labels(labels: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """A bar for each row of inbox_top_labels, the most used on top."""
    rows = labels.assign(
        measure=MEASURES["labels"],
        text=[describe_number("new_threads", number) for number in labels["new_threads"]],
    )
    base = alt.Chart(rows).encode(
        y=alt.Y(
            "label:N",
            sort=list(labels["label"]),
            title=None,
            axis=alt.Axis(labelLimit=150, ticks=False, domain=False, labelPadding=8),
        ),
        x=alt.X(
            "new_threads:Q",
            title=None,
            axis=None,
            # Room for the number beside the longest bar.
            scale=alt.Scale(domain=[0, float(labels["new_threads"].max()) * 1.18], nice=False),
        ),
        tooltip=[
            alt.Tooltip("label:N", title="Label"),
            alt.Tooltip("text:N", title="New threads"),
            alt.Tooltip("rank:Q", title="Rank"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=3, height={"band": 0.68}).encode(color=_color(None))
    numbers = base.mark_text(align="left", dx=6).encode(text="text:N")
    return alt.layer(bars, numbers).properties(height=HEIGHT, padding=PADDING)


def described_periods(series: pd.DataFrame, grain: str, chart: PeriodChart) -> pd.DataFrame:
    """A row a period with its key, its numbers, and the texts of its tooltip."""
    texts = {
        column: [describe_number(column, value) for value in series[column]]
        for column in (*chart.measures, *(column for column, _ in chart.also_told))
    }
    rows = zip(
        series["period_start_date"],
        series["period_end_date"],
        series["from_date"],
        series["to_date"],
        series["is_complete"],
        strict=True,
    )
    names, states = [], []
    for start, end, first, last, is_complete in rows:
        names.append(describe_period(grain, start.date()))
        cut = (start, end) != (first, last)
        states.append(
            COMPLETE
            if is_complete
            else f"only {describe_range(first.date(), last.date())}"
            if cut
            else "the data end before it does"
        )
    return pd.DataFrame(
        {
            "period": [start.date().isoformat() for start in series["period_start_date"]],
            "name": names,
            "state": states,
            "is_complete": series["is_complete"].astype(bool).to_numpy(),
            **{measure: series[measure].to_numpy() for measure in chart.measures},
            **{f"{column}_text": text for column, text in texts.items()},
        }
    )


def measured(periods: pd.DataFrame, measure: str) -> pd.DataFrame:
    """A measure's points, joined by stretches.

    A stretch is a run of complete periods, or two neighbours of which one is not complete: so it
    is solid or dashed as a whole. A period without a number parts its neighbours.
    """
    records = periods.to_dict("records")
    rows: list[dict[str, Any]] = []
    stretch = 0

    def put(position: int, is_solid: bool, is_point: bool) -> None:
        period = records[position]
        rows.append(
            {
                "period": period["period"],
                "measure": MEASURES[measure],
                "value": float(period[measure]),
                "state": COMPLETE if period["is_complete"] else PART,
                "line": COMPLETE if is_solid else PART,
                "stretch": f"{measure}-{stretch}",
                "is_point": is_point,
            }
        )

    present = periods[measure].notna().to_numpy()
    complete = periods["is_complete"].to_numpy()
    for position in range(len(periods)):
        if not present[position]:
            continue
        follows = position > 0 and present[position - 1]
        if follows and not (complete[position] and complete[position - 1]):
            stretch += 1
            put(position - 1, is_solid=False, is_point=False)
            put(position, is_solid=False, is_point=not complete[position])
            if complete[position]:
                stretch += 1
                put(position, is_solid=True, is_point=True)
        else:
            stretch += not follows
            put(position, is_solid=bool(complete[position]), is_point=True)
    return pd.DataFrame(
        rows,
        columns=["period", "measure", "value", "state", "line", "stretch", "is_point"],
    )


def axis_ticks(starts: list[date], grain: str) -> list[str]:
    """The periods that are named at the axis: evenly spread, by months where days are many."""
    ticks = starts
    if grain == "day" and len(starts) > MOST_POINTS:
        ticks = [start for start in starts if start.day == 1]
    step = -(-len(ticks) // MOST_TICKS) or 1
    return [start.isoformat() for start in ticks[::step]]


def _axis_format(starts: list[date], grain: str) -> str:
    is_long = bool(starts) and (starts[-1] - starts[0]).days > 366
    return "%b %Y" if grain in ("day", "week") and is_long else AXIS_FORMATS[grain]


def _color(legend: alt.Legend | None) -> alt.Color:
    """The measure's colour of the theme that the page is seen in."""
    return alt.Color("measure:N", scale=alt.Scale(domain=list(MEASURES.values())), legend=legend)


def _lines(
    points: pd.DataFrame, x: alt.X, y: alt.Y, legend: alt.Legend | None, periods: int
) -> list[alt.Chart]:
    color = _color(legend)
    base = alt.Chart(points).encode(x=x, y=y, color=color)
    line = base.mark_line(strokeWidth=2, interpolate="linear").encode(
        detail="stretch:N",
        strokeDash=alt.StrokeDash(
            "line:N", scale=alt.Scale(domain=[COMPLETE, PART], range=[[1, 0], [4, 4]]), legend=None
        ),
    )
    counts = points.groupby("stretch")["stretch"].transform("size")
    shown = points[points["is_point"] & ((counts == 1) | (periods <= MOST_POINTS))]
    shape = alt.Shape(
        "measure:N",
        scale=alt.Scale(
            domain=list(MEASURES.values()),
            range=["circle", "square", "circle", "circle", "circle"],
        ),
        legend=legend,
    )
    dots = [
        alt.Chart(points_of_state)
        .mark_point(size=36, filled=state == COMPLETE, strokeWidth=1.8, opacity=1)
        .encode(x=x, y=y, color=color, shape=shape)
        for state, points_of_state in shown.groupby("state")
    ]
    return [line, *dots]


def _bars(points: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    shown = points[points["is_point"]]
    is_complete = f"datum.state == '{COMPLETE}'"
    return [
        alt.Chart(shown)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=x,
            y=y,
            color=_color(None),
            opacity=alt.condition(is_complete, alt.value(1), alt.value(0.45)),
        )
    ]


def _hover(periods: pd.DataFrame, x: alt.X, chart: PeriodChart) -> alt.Chart:
    """A column over each period, seen and told about while it is pointed at."""
    pointed_at = alt.selection_point(on="pointerover", clear="pointerout", empty=False)
    told = [(measure, MEASURES[measure]) for measure in chart.measures] + list(chart.also_told)
    column: alt.Chart = (
        alt.Chart(periods)
        .mark_bar(color="gray", width={"band": 1})
        .encode(
            x=x,
            y=alt.value(0),
            y2=alt.value("height"),
            opacity=alt.condition(pointed_at, alt.value(0.18), alt.value(0)),
            tooltip=[
                alt.Tooltip("name:N", title="Period"),
                *(alt.Tooltip(f"{column}_text:N", title=title) for column, title in told),
                alt.Tooltip("state:N", title="State"),
            ],
        )
        .add_params(pointed_at)
    )
    return column
