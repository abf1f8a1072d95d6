"""The bridge from our definition of a number to another: a waterfall of what each axis changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from orchestration.publishing.definitions import NAMES, STEPS, describe_defined, describe_step
from orchestration.publishing.presentation import with_minus
from orchestration.report_page.charts.axes import DAY, DURATION_LABELS, HOUR, MINUTE
from orchestration.report_page.charts.registry import MEASURES

HEIGHT = 240
MOST_TICKS = 6
# Seconds from tick to tick, whose multiples are told in a few letters.
TICK_STEPS = (
    *(1, 5, 15, 30),
    *(MINUTE * count for count in (1, 5, 15, 30)),
    *(HOUR * count for count in (1, 2, 4, 12)),
    *(DAY * count for count in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
)
# The themes' colours: of a value, of what leads up, and of what leads down.
VALUE, MORE, LESS = MEASURES["new_threads"], MEASURES["messages"], MEASURES["unique_users"]
COLUMNS = ["name", "order", "start", "end", "top", "kind", "text", "tooltip"]


def bridge_rows(number: str, ours: Mapping[Any, Any], theirs: Mapping[Any, Any]) -> pd.DataFrame:
    """A row a bar: our value, each axis that changes it, their value."""
    rows = [_bar("Ours", 0, ours["value"], VALUE, describe_defined(number, ours["value"]))]
    reached = float(ours["value"])
    for step, title in STEPS.items():
        change = theirs[step]
        if pd.isna(change) or change == 0:
            continue
        text = with_minus(describe_step(number, change))
        kind = MORE if change > 0 else LESS
        tooltip = f"by its {title}: {text}"
        rows.append(_bar(title.capitalize(), reached, reached + change, kind, text, tooltip))
        reached += float(change)
    name, said = name_of(theirs), describe_defined(number, theirs["value"])
    rows.append(_bar(name, 0, theirs["value"], VALUE, said))
    return pd.DataFrame(rows).assign(order=range(len(rows)))[COLUMNS]


def _bar(
    name: str, start: float, end: float, kind: str, text: str, tooltip: str = ""
) -> dict[str, Any]:
    return {
        "name": name,
        "start": float(start),
        "end": float(end),
        "top": max(float(start), float(end)),
        "kind": kind,
        "text": text,
        "tooltip": tooltip or text,
    }


def name_of(row: Mapping[Any, Any]) -> str:
    """What those whose definition it is call themselves."""
    return NAMES.get(str(row["definition"]), str(row["definition"]))


def can_be_bridged(row: Mapping[Any, Any]) -> bool:
    """Whether there is a value, and steps that lead to it."""
    return not pd.isna(row["value"]) and not pd.isna(row[next(iter(STEPS))])


def draw_bridge(number: str, rows: pd.DataFrame) -> dict[str, Any]:
    """The waterfall of rows of bridge_rows."""
    specification: dict[str, Any] = json.loads(_template())
    axis = _value_axis(number, float(rows["top"].max()))
    for layer in specification["layer"]:
        layer["encoding"]["x"]["scale"] = {"domain": list(rows["name"]), "padding": 0.25}
        if layer["encoding"]["y"].get("field") in ("start", "top"):
            layer["encoding"]["y"]["axis"] = axis
    return specification | {"datasets": {"bars": rows, "joints": _joints(rows)}}


def _joints(rows: pd.DataFrame) -> pd.DataFrame:
    """From each bar to the next the height that has been reached."""
    joints = [
        {"name": name, "value": end, "joint": position - (place == "next")}
        for position, (name, end, before) in enumerate(
            zip(rows["name"], rows["end"], rows["end"].shift(), strict=True)
        )
        for place, value in (("this", end), ("next", before))
        if not pd.isna(value)
        for end in [value]
    ]
    return pd.DataFrame(joints)


def _value_axis(number: str, most: float) -> dict[str, Any]:
    if not number.endswith("_seconds"):
        return {"tickCount": 5, "format": ",.2f" if number.endswith("_ratio") else ",d"}
    step = next((step for step in TICK_STEPS if most / step <= MOST_TICKS), most)
    return {
        "values": [step * count for count in range(int(most / step) + 1)],
        "labelExpr": DURATION_LABELS,
        "labelOverlap": False,
    }


@lru_cache(maxsize=1)
def _template() -> str:
    x = alt.X("name:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelLimit=90))
    colors = alt.Scale(domain=list(MEASURES.values()))
    bars = alt.Chart(alt.NamedData(name="bars"))
    drawn = bars.mark_bar(cornerRadius=2).encode(
        x=x,
        y=alt.Y("start:Q", title=None),
        y2="end:Q",
        color=alt.Color("kind:N", scale=colors, legend=None),
        tooltip=[
            alt.Tooltip("name:N", title="Definition"),
            alt.Tooltip("tooltip:N", title="Value"),
        ],
    )
    texts = bars.mark_text(
        baseline="bottom", dy=-4, fontSize=alt.expr("width < 360 ? 9 : 12")
    ).encode(x=x, y=alt.Y("top:Q", title=None), text="text:N")
    joints = (
        alt.Chart(alt.NamedData(name="joints"))
        .mark_line(strokeWidth=1, strokeDash=[2, 2], opacity=0.6, color="gray")
        .encode(x=x, y=alt.Y("value:Q", title=None), detail="joint:N")
    )
    layers = alt.layer(joints, drawn, texts)
    padding = {"left": 0, "right": 4, "top": 8, "bottom": 0}
    return json.dumps(layers.properties(height=HEIGHT, padding=padding).to_dict())
