"""The hours of the week as a heat map."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from orchestration.report_page.charts.axes import color
from orchestration.report_page.charts.registry import MEASURES

HEIGHT = 200
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def draw_hours(hours: pd.DataFrame, week_start: str) -> dict[str, Any]:
    """Rows of inbox_hours: the more happened in an hour, the fuller its colour."""
    specification: dict[str, Any] = json.loads(_template(week_start))
    return specification | {"datasets": {"cells": described_hours(hours)}}


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


def described_hours(hours: pd.DataFrame) -> pd.DataFrame:
    """A row an hour of the week with its texts; one that never came has none."""
    cells = hours[hours["hours"] > 0]
    days = [WEEKDAYS[int(weekday) - 1] for weekday in cells["weekday"]]
    return pd.DataFrame(
        {
            "day": days,
            "hour": cells["hour"].astype(int).to_numpy(),
            "measure": MEASURES["new_threads"],
            "per_hour": cells["per_hour"].astype("float64").to_numpy(),
            "name": [
                f"{day} {int(hour)}:00 to {int(hour) + 1}:00"
                for day, hour in zip(days, cells["hour"], strict=True)
            ],
            "per_hour_text": [f"{value:,.1f} an hour" for value in cells["per_hour"]],
            "value_text": [f"{value:,.0f}" for value in cells["value"]],
        }
    )


def busiest(hours: pd.DataFrame) -> str:
    """The hour in which most happens, in words; empty where nothing does."""
    cells = described_hours(hours)
    if cells.empty or not cells["per_hour"].max() > 0:
        return ""
    top = cells.iloc[int(cells["per_hour"].to_numpy().argmax())]
    return f"most on {top['name']}, {top['per_hour_text']}"
