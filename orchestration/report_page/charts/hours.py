"""The hours of the week as a heat map."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd
import pyarrow as pa

from orchestration.report_page.charts.axes import color
from orchestration.report_page.charts.columns import Columns, columns_of
from orchestration.report_page.charts.registry import MEASURES

HEIGHT = 200
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def draw_hours(cells: Columns, week_start: str) -> dict[str, Any]:
    """Cells of described_hours: the more happened in an hour, the fuller its colour."""
    specification: dict[str, Any] = json.loads(_template(week_start))
    return specification | {"datasets": {"cells": pa.table(cells)}}


@lru_cache(maxsize=2)
def _template(week_start: str) -> str:
    days = list(WEEKDAYS) if week_start == "monday" else [WEEKDAYS[6], *WEEKDAYS[:6]]
    chart = (
        alt.Chart(alt.NamedData(name="cells"))
        .mark_rect(cornerRadius=2, stroke=None)
        .encode(
            x=alt.X(
                "hour:O",
                title=None,
                axis=alt.Axis(
                    labelAngle=0,
                    values=list(range(0, 24, 3)),
                    labelExpr="datum.value + ':00'",
                    ticks=False,
                    domain=False,
                ),
                scale=alt.Scale(paddingInner=0.08),
            ),
            y=alt.Y(
                "day:O",
                sort=days,
                title=None,
                axis=alt.Axis(ticks=False, domain=False),
                scale=alt.Scale(paddingInner=0.1),
            ),
            color=color(),
            opacity=alt.Opacity(
                "per_hour:Q", legend=None, scale=alt.Scale(zero=True, nice=False, range=[0.06, 1])
            ),
            tooltip=[
                alt.Tooltip("name:N", title="Hour"),
                alt.Tooltip("per_hour_text:N", title="On average"),
                alt.Tooltip("value_text:N", title="In the range"),
            ],
        )
        .properties(height=HEIGHT, padding={"left": 0, "right": 4, "top": 4, "bottom": 0})
    )
    return json.dumps(chart.to_dict())


def described_hours(hours: pd.DataFrame) -> Columns:
    """A row an hour of the week with its texts; one that never came has none."""
    cells = columns_of(hours[hours["hours"] > 0])
    days = [WEEKDAYS[int(weekday) - 1] for weekday in cells["weekday"]]
    starts = [int(hour) for hour in cells["hour"]]
    return {
        "day": days,
        "hour": starts,
        "measure": [MEASURES["new_threads"]] * len(days),
        "per_hour": [float(mean) for mean in cells["per_hour"]],
        "name": [
            f"{day} {hour}:00 to {hour + 1}:00" for day, hour in zip(days, starts, strict=True)
        ],
        "per_hour_text": [f"{mean:,.1f} an hour" for mean in cells["per_hour"]],
        "value_text": [f"{value:,.0f}" for value in cells["value"]],
    }


def busiest(cells: Columns) -> str:
    """The hour in which most happens, in words; empty where nothing does."""
    most = max(cells["per_hour"], default=0)
    if not most > 0:
        return ""
    top = cells["per_hour"].index(most)
    return f"most on {cells['name'][top]}, {cells['per_hour_text'][top]}"
