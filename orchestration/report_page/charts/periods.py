"""Charts over periods: lines, areas and bars, with the days compared with as a dashed line.

Altair makes and checks each kind of chart once, as a template over named data; a view only puts its
periods, values and axes into it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import altair as alt

from orchestration.report_page.charts.axes import MOST_POINTS, color, period_axis, value_axis
from orchestration.report_page.charts.columns import Columns, table_of, texts_of
from orchestration.report_page.charts.described import (
    COMPLETE,
    FEW,
    PART,
    RESTATED,
    Restated,
    compared_measures,
    days_of,
    described_periods,
    is_restated,
)
from orchestration.report_page.charts.points import BEFORE, POINTS, compared_points, points_of
from orchestration.report_page.charts.registry import MEASURES, PeriodChart

HEIGHT = 230
PADDING = {"left": 0, "right": 4, "top": 4, "bottom": 0}
# A bar is no wider, however few there are.
WIDEST_BAR = 44
FEW_BARS = 8
# The pattern that components/shared.js draws.
HATCH = "url(#inbox-hatch)"
# The selection of a period by a click.
PICKED = "picked"
LINE, AREA, BARS = "line", "area", "bars"
X, Y = alt.X("period:O"), alt.Y("value:Q")


def draw_periods(
    series: Columns,
    grain: str,
    chart: PeriodChart,
    compared: Columns | None = None,
    restated: Restated | None = None,
) -> dict[str, Any]:
    """A chart of rows of inbox_series; what is not complete is hatched, or dashed and hollow.

    series: of with_names. compared: columns of the days compared with. restated: by period and
    number, what is told of one that has moved since it was published.
    """
    moved = restated if restated and is_restated(chart, restated) else None
    periods = described_periods(series, chart, compared, moved)
    points = points_of(periods, chart)
    before = compared_points(periods, chart)
    form = form_of(chart, grain, len(periods["period"]))
    x = period_axis(periods["period"], days_of(series), grain, form == BARS)
    y = value_axis(chart, max((row["value"] for row in (*points, *before)), default=0))
    specification: dict[str, Any] = json.loads(
        _template(chart, form, form == BARS and len(periods["period"]) <= FEW_BARS)
    )
    without = [
        *(["_compared_text"] if compared is None else []),
        *(["restated"] if not moved else []),
    ]
    specification["layer"] = _pruned(specification["layer"], without)
    for layer in specification["layer"]:
        layer["encoding"]["x"] = x
        if "field" in layer["encoding"]["y"]:
            layer["encoding"]["y"] = y
    return specification | {
        "datasets": {
            "points": table_of(points, POINTS),
            "before": table_of(before, BEFORE),
            "periods": texts_of(periods),
        }
    }


def form_of(chart: PeriodChart, grain: str, periods: int) -> str:
    """Bars for counts of months, years and few days; what would be hairlines is an area."""
    if chart.kind != "count":
        return LINE
    if grain in ("month", "year"):
        return BARS
    if len(chart.measures) > 1:
        return LINE
    return BARS if periods <= MOST_POINTS else AREA


@lru_cache(maxsize=128)
def _template(chart: PeriodChart, form: str, is_few: bool) -> str:
    """The chart without its data and axes, but with all that it may say, as JSON."""
    legend = _legend(chart)
    if form == BARS:
        drawn = _bars(chart, legend, is_few)
    else:
        drawn = _area() if form == AREA else _lines(chart, legend)
    layers = [*drawn, _dashed(), _moved(), _hover(chart)]
    return json.dumps(alt.layer(*layers).properties(height=HEIGHT, padding=PADDING).to_dict())


def _pruned(layers: list[dict[str, Any]], without: list[str]) -> list[dict[str, Any]]:
    """The layers but for what is told of fields that the data do not have.

    Making a template costs more than all else of a chart, so there is one for all views.
    """
    for layer in layers:
        encoding = layer["encoding"]
        if "tooltip" in encoding:
            encoding["tooltip"] = [
                entry
                for entry in encoding["tooltip"]
                if not any(field in entry["field"] for field in without)
            ]
    names = {"_compared_text": "before", "restated": "moved"}
    left_out = {names[field] for field in without}
    return [layer for layer in layers if layer.get("name") not in left_out]


def _chart(name: str, *filters: str) -> alt.Chart:
    chart = alt.Chart(alt.NamedData(name=name))
    for condition in filters:
        chart = chart.transform_filter(condition)
    return chart


def _lines(chart: PeriodChart, legend: alt.Legend | None) -> list[alt.Chart]:
    dash = alt.StrokeDash(
        "line:N",
        scale=alt.Scale(domain=[COMPLETE, PART], range=[[1, 0], [4, 4]]),
        legend=None,
    )
    line = (
        _chart("points")
        .mark_line(strokeWidth=2, interpolate="linear")
        .encode(x=X, y=Y, color=color(legend), detail="stretch:N", strokeDash=dash)
    )
    return [line, *_marks(legend, is_sized=chart.kind == "rating")]


def _marks(legend: alt.Legend | None, is_sized: bool = False) -> list[alt.Chart]:
    """Whole periods filled, others hollow, those of few small and light.

    is_sized: whether a point is the larger the more is behind it.
    """
    size = alt.Size(
        "behind:Q", legend=None, scale=alt.Scale(type="sqrt", zero=True, range=[12, 130])
    )
    sized = {"size": size} if is_sized else {}
    shape = alt.Shape(
        "measure:N",
        scale=alt.Scale(
            domain=list(MEASURES.values()),
            range=["square" if name in ("messages", "p90") else "circle" for name in MEASURES],
        ),
        legend=legend,
    )
    looks: dict[str, dict[str, Any]] = {
        COMPLETE: {"size": 34, "filled": True, "opacity": 1},
        PART: {"size": 36, "filled": False, "strokeWidth": 1.8, "opacity": 1},
        FEW: {"size": 22, "filled": False, "strokeWidth": 1.2, "opacity": 0.45},
    }
    return [
        _chart("points", f"datum.is_marked && datum.state == '{state}'")
        .mark_point(**look)
        .encode(x=X, y=Y, color=color(legend), shape=shape, **({} if state == FEW else sized))
        for state, look in looks.items()
    ]


def _area() -> list[alt.Chart]:
    area = (
        _chart("points", f"datum.state == '{COMPLETE}'")
        .mark_area(opacity=0.25, line={"strokeWidth": 1.5}, interpolate="linear")
        .encode(x=X, y=Y, color=color(), detail="stretch:N")
    )
    return [area, *_marks(None)]


def _bars(chart: PeriodChart, legend: alt.Legend | None, is_few: bool) -> list[alt.Chart]:
    is_grouped = len(chart.measures) > 1
    width: dict[str, Any] = {"size": WIDEST_BAR * (0.6 if is_grouped else 1)} if is_few else {}
    names = list(chart.names().values())
    offset: dict[str, Any] = {"xOffset": alt.XOffset("measure:N", sort=names)} if is_grouped else {}
    bars = (
        _chart("points", "datum.is_point")
        .mark_bar(cornerRadiusEnd=2, **width)
        .encode(
            x=X,
            y=Y,
            color=color(legend),
            opacity=alt.condition(f"datum.state == '{COMPLETE}'", alt.value(1), alt.value(0.4)),
            **offset,
        )
    )
    hatched = (
        _chart("points", f"datum.is_point && datum.state == '{PART}'")
        .mark_bar(fill=HATCH, **width)
        .encode(x=X, y=Y, **offset)
    )
    return [bars, hatched]


def _dashed() -> alt.Chart:
    """The days compared with."""
    line: alt.Chart = (
        _chart("before")
        .mark_line(strokeWidth=1.5, strokeDash=[2, 3], opacity=0.65, interpolate="linear")
        .encode(x=X, y=Y, color=color(), detail=["measure:N", "stretch:N"])
        .properties(name="before")
    )
    return line


def _moved() -> alt.Chart:
    """The sign of a number that has moved, over its period."""
    sign: alt.Chart = (
        _chart("periods", "datum.restated != ''")
        .mark_text(text=RESTATED, fontSize=13, baseline="bottom")
        .encode(x=X, y=alt.value(8), color=alt.ColorDatum(MEASURES["messages"]))
        .properties(name="moved")
    )
    return sign


def _legend(chart: PeriodChart) -> alt.Legend | None:
    if len(chart.measures) == 1:
        return None
    return alt.Legend(
        title=None, orient="top", offset=4, padding=0, values=list(chart.names().values())
    )


def _hover(chart: PeriodChart) -> alt.Chart:
    """A column over each period, seen and told about while it is pointed at; a click picks it."""
    picked = alt.selection_point(name=PICKED, fields=["period"], on="click", empty=False)
    pointed_at = alt.selection_point(on="pointerover", clear="pointerout", empty=False)
    columns = [
        *chart.names().items(),
        *chart.tooltip_columns,
        *(
            (f"{measure}_compared", f"{chart.names()[measure]}, compared")
            for measure in compared_measures(chart)
        ),
    ]
    column: alt.Chart = (
        _chart("periods")
        .mark_bar(color="gray", width={"band": 1})
        .encode(
            x=X,
            y=alt.value(0),
            y2=alt.value("height"),
            opacity=alt.condition(pointed_at, alt.value(0.18), alt.value(0)),
            tooltip=[
                alt.Tooltip("name:N", title="Period"),
                *(alt.Tooltip(f"{name}_text:N", title=title) for name, title in columns),
                alt.Tooltip("state:N", title="State"),
                alt.Tooltip("restated_text:N", title="First published"),
            ],
        )
        .add_params(pointed_at, picked)
    )
    return column
