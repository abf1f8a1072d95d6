"""A number by the definitions of others: what they would say of the same threads, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from orchestration.publishing.definitions import DEFINED, STEPS, describe_defined, describe_step
from orchestration.publishing.presentation import describe_number, with_minus
from orchestration.report_page.answers import Answers
from orchestration.report_page.components.table import show_table
from orchestration.report_page.navigation import show_download
from orchestration.report_page.tables import Table

HELP = (
    "What the reports of others would say of the same threads. From ours to theirs leads one step "
    "after the other; their sum is the difference."
)


def show_definitions(answers: Answers) -> None:
    """The number that is chosen, by each definition, where somebody wants to see it."""
    if answers.view.filters or not st.toggle(
        "By the definitions of others", key="definitions", help=HELP
    ):
        return
    number = st.selectbox(
        "Number", list(DEFINED), format_func=DEFINED.__getitem__, key="defined", width=240
    )
    view = answers.view
    rows = answers.report.definitions(number, view.first_date, view.last_date, answers.agent_id)
    show_table(definitions_table(number, rows), key="definitions_table")
    show_download(
        "Definitions as CSV", lambda: rows, f"definitions_{number}", view, answers.agent_id
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
            {"cells": [{"text": text, "title": ""} for text in _texts(number, row, steps)]}
            for row in rows.to_dict("records")
        ],
    )


def _column(key: str, title: str, is_text: bool = False) -> dict[str, Any]:
    return {"key": key, "title": title, "help": HELP, "is_text": is_text}


def _texts(number: str, row: Mapping[Any, Any], steps: list[str]) -> list[str]:
    name = str(row["definition"]).replace("_", " ")
    return [
        name[0].upper() + name[1:],
        describe_defined(number, row["value"]),
        describe_number("threads", row["threads"]),
        *(with_minus(describe_step(number, row[step])) for step in steps),
    ]
