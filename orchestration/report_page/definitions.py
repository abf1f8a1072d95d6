"""A number by the definitions of others: what they would say of the same threads, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from orchestration.publishing.definitions import DEFINED, STEPS, describe_defined, describe_step
from orchestration.publishing.presentation import describe_number, with_minus
from orchestration.report_page.answers import Answers
from orchestration.report_page.charts.bridge import (
    bridge_rows,
    can_be_bridged,
    draw_bridge,
    name_of,
)
from orchestration.report_page.components.table import show_table
from orchestration.report_page.navigation import go, show_download, show_heading
from orchestration.report_page.tables import Table
from orchestration.report_page.view import View

HELP = (
    "What the reports of others would say of the same threads. From ours to theirs leads one step "
    "after the other; their sum is the difference."
)
HELPS = {
    "definition": "By whose definition. A click on one draws the way from ours to theirs.",
    "threads": "How many threads the value is told of.",
    "step_day": "What changes if a thread counts on another day: on that of the answer, the "
    "closing or the rating, or on that on which it was started.",
    "step_start": "What changes if the time begins with something else.",
    "step_stop": "What changes if the time ends with something else, or other threads are told of.",
    "step_bots": "What changes if a bot's answer ends a wait.",
    "step_closing": "What changes if another closing counts: the first, or each.",
    "step_statistic": "What changes with the statistic, such as a mean instead of the median.",
    "step_clock": "What changes if only opening hours count.",
}


def show_definitions(answers: Answers) -> None:
    """The number that is chosen, by each definition, where somebody wants to see it."""
    view = answers.view
    if view.filters:
        return
    st.session_state["definitions"] = view.defined is not None
    st.toggle(
        "By the definitions of others",
        key="definitions",
        help=HELP,
        on_change=lambda: go(_toggled(view, st.session_state["definitions"])),
    )
    if view.defined is not None:
        with st.container(border=True, key="chart_definitions"):
            show_defined(answers, view.defined)


def _toggled(view: View, is_shown: bool) -> View:
    return replace(view, defined=next(iter(DEFINED)) if is_shown else None, definition=None)


def show_defined(answers: Answers, number: str) -> None:
    """The number by each definition, and the bridge from ours to one of them."""
    view = answers.view
    st.session_state["defined"] = number
    st.selectbox(
        "Number",
        list(DEFINED),
        format_func=DEFINED.__getitem__,
        key="defined",
        on_change=lambda: go(replace(view, defined=st.session_state["defined"], definition=None)),
        filter_mode=None,
        width=240,
    )
    rows = answers.report.definitions(number, view.first_date, view.last_date, answers.agent_id)
    chosen = chosen_definition(rows, view.definition)
    if chosen is not None:
        show_bridge(number, rows.iloc[0], rows.iloc[chosen])
    show_table(
        definitions_table(number, rows),
        key="definitions_table",
        chosen=None if chosen is None else str(rows["definition"].iloc[chosen]),
        on_chosen=lambda name: go(replace(view, definition=name)),
    )
    show_download(
        "Definitions as CSV", lambda: rows, f"definitions_{number}", view, answers.agent_id
    )


def chosen_definition(rows: pd.DataFrame, name: str | None) -> int | None:
    """The place of the definition that is asked for, else of the first that says otherwise."""
    known = [
        place
        for place, row in enumerate(rows.to_dict("records"))
        if place > 0 and can_be_bridged(row)
    ]
    asked = [place for place in known if rows["definition"].iloc[place] == name]
    others = [place for place in known if rows["value"].iloc[place] != rows["value"].iloc[0]]
    return next(iter([*asked, *others, *known]), None)


def show_bridge(number: str, ours: pd.Series, theirs: pd.Series) -> None:
    """How ours becomes theirs."""
    bars = bridge_rows(number, ours.to_dict(), theirs.to_dict())
    name = name_of(theirs.to_dict())
    same = "; both say the same" if len(bars) == 2 and ours["value"] == theirs["value"] else ""
    show_heading(f"{DEFINED[number]}: from ours to {name}", HELP, same.removeprefix("; "))
    st.vega_lite_chart(
        spec=draw_bridge(number, bars),
        alt=f"From ours to {name}: "
        + ", ".join(f"{row['name']} {row['text']}" for row in bars.to_dict("records")),
    )


def definitions_table(number: str, rows: pd.DataFrame) -> Table:
    """Rows of inbox_definitions; of the steps those that change something for anybody."""
    steps = [step for step in STEPS if rows[step].fillna(0).ne(0).any()]
    return Table(
        caption="Definitions",
        columns=[
            _column("definition", "Definition", is_text=True),
            _column("value", DEFINED[number]),
            _column("threads", "Threads"),
            *(_column(step, f"by its {STEPS[step]}") for step in steps),
        ],
        rows=[
            {
                "id": row["definition"],
                "cells": [{"text": text, "title": ""} for text in _texts(number, row, steps)],
            }
            for row in rows.to_dict("records")
        ],
    )


def _column(key: str, title: str, is_text: bool = False) -> dict[str, Any]:
    return {"key": key, "title": title, "help": HELPS.get(key, HELP), "is_text": is_text}


def _texts(number: str, row: Mapping[Any, Any], steps: list[str]) -> list[str]:
    return [
        name_of(row),
        describe_defined(number, row["value"]),
        describe_number("threads", row["threads"]),
        *(with_minus(describe_step(number, row[step])) for step in steps),
    ]
