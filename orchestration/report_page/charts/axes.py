"""The axes of the charts: periods below, counts, durations, shares and ratings at the side."""

from __future__ import annotations

from datetime import date
from math import sqrt
from typing import Any

import altair as alt

from orchestration.report_page.charts.registry import MEASURES, PeriodChart

# Ticks that fit beside each other on a phone.
MOST_TICKS = 6
# With more periods than this, points run together.
MOST_POINTS = 62
AXIS_FORMATS = {"day": "%-d %b", "week": "%-d %b", "month": "%b %Y", "year": "%Y"}
MINUTE, HOUR, DAY = 60, 3_600, 86_400
DURATION_TICKS = (
    *(MINUTE * count for count in (1, 5, 15, 30)),
    *(HOUR * count for count in (1, 2, 4, 8, 16)),
    *(DAY * count for count in (1, 2, 4, 7, 14, 30, 60, 90, 180, 365, 730, 1_825)),
)
DURATION_LABELS = (
    f"datum.value >= {DAY} ? datum.value / {DAY} + ' d' : "
    f"datum.value >= {HOUR} ? datum.value / {HOUR} + ' h' : "
    f"datum.value >= {MINUTE} ? datum.value / {MINUTE} + ' min' : datum.value + ' s'"
)


def period_axis(
    periods: list[str], starts: list[date], grain: str, is_bars: bool
) -> dict[str, Any]:
    """The periods, all of them: one without a number has no point, but its place."""
    return {
        "field": "period",
        "type": "ordinal",
        "sort": None,
        "title": None,
        "axis": {
            "values": axis_ticks(starts, grain),
            "labelExpr": f"utcFormat(toDate(datum.value), '{_axis_format(starts, grain)}')",
            "labelAngle": 0,
            "labelOverlap": True,
            "grid": False,
        },
        "scale": {
            "domain": periods,
            "paddingInner": 0.25 if is_bars else 0,
            "paddingOuter": 0.1,
        },
    }


def value_axis(chart: PeriodChart, most: float) -> dict[str, Any]:
    """The axis of a chart's values, of which `most` is the largest."""
    axis: dict[str, Any]
    match chart.kind:
        case "duration":
            # By square roots: the median of hours and the percentile of days are both read.
            domain = [0, max(most, MINUTE) * 1.05]
            scale = {"type": "sqrt", "domain": domain, "nice": False}
            axis = {"values": duration_ticks(most), "labelExpr": DURATION_LABELS}
        case "share":
            scale, axis = _plain_axis([0, 1], ".0%", 0.25)
        case "rating":
            scale, axis = _plain_axis([1, 5], "d", 1)
        case _:
            scale, axis = _plain_axis([0, max(most, 1)], ",d", 1, is_nice=True)
    return {"field": "value", "type": "quantitative", "title": None, "scale": scale, "axis": axis}


def _plain_axis(
    domain: list[float], form: str, step: float, is_nice: bool = False
) -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        {"domain": domain, "nice": is_nice},
        {"format": form, "tickMinStep": step, "tickCount": 5},
    )


def duration_ticks(most: float) -> list[int]:
    """Durations that people know, as far apart as their texts are high."""
    ticks = [0]
    for tick in DURATION_TICKS:
        if tick > max(most, MINUTE) * 1.05:
            break
        if sqrt(tick) - sqrt(ticks[-1]) >= sqrt(max(most, MINUTE)) / 6:
            ticks.append(tick)
    return ticks


def axis_ticks(starts: list[date], grain: str) -> list[str]:
    """The periods that are named at the axis: evenly spread, by months where days are many."""
    ticks = starts
    if grain == "day" and len(starts) > MOST_POINTS:
        ticks = [start for start in starts if start.day == 1]
    step = -(-len(ticks) // MOST_TICKS) or 1
    return [start.isoformat() for start in ticks[::step]]


def color(legend: alt.Legend | None = None) -> alt.Color:
    """The measure's colour of the theme that the page is seen in."""
    return alt.Color("measure:N", scale=alt.Scale(domain=list(MEASURES.values())), legend=legend)


def _axis_format(starts: list[date], grain: str) -> str:
    is_long = bool(starts) and (starts[-1] - starts[0]).days > 366
    return "%b %Y" if grain in ("day", "week") and is_long else AXIS_FORMATS[grain]
