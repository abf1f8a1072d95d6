"""The bridge between two definitions: each step from where the one before left off, to theirs."""

from __future__ import annotations

from typing import Any

import pandas as pd

from orchestration.publishing.definitions import STEPS
from orchestration.report_page.charts.bridge import bridge_rows, draw_bridge
from orchestration.report_page.definitions import chosen_definition

NUMBER = "first_response_seconds"


def definition(name: str, value: float | None, **steps: float) -> dict[str, Any]:
    changes = {step: None if value is None else steps.get(step, 0.0) for step in STEPS}
    return {"definition": name, "value": value, **changes}


OURS = definition("ours", 3_600.0)
THEIRS = definition("help_scout", 9_000.0, step_day=-600.0, step_statistic=6_000.0)


def test_each_bar_begins_where_the_one_before_ends() -> None:
    bars = bridge_rows(NUMBER, OURS, THEIRS)
    assert bars[["name", "start", "end", "text"]].to_numpy().tolist() == [
        ["Ours", 0, 3_600, "1 h"],
        ["Day", 3_600, 3_000, "\N{MINUS SIGN}10 min"],
        ["Statistic", 3_000, 9_000, "+1 h 40 min"],
        ["Help Scout", 0, 9_000, "2 h 30 min"],
    ]
    joints = draw_bridge(NUMBER, bars)["datasets"]["joints"]
    assert joints.groupby("joint")["value"].nunique().max() == 1
    assert draw_bridge(NUMBER, bars)["layer"][1]["encoding"]["y"]["axis"]["values"] == [
        1_800 * count for count in range(6)
    ]


def test_the_bridge_leads_to_the_definition_that_is_chosen_else_to_one_that_differs() -> None:
    rows = pd.DataFrame([OURS, definition("zendesk", 3_600.0), definition("front", None), THEIRS])
    assert chosen_definition(rows, "zendesk") == 1
    assert chosen_definition(rows, None) == 3
    assert chosen_definition(rows, "front") == 3
    assert chosen_definition(rows.head(1), None) is None
