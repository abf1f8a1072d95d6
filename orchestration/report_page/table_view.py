"""A table in the page: sorted by its headings, a row chosen by a click, usable by keyboard.

Streamlit's own table is drawn on a canvas: it can neither tell seconds behind a duration nor choose
a row by its name. What the table says is in tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from orchestration.report_page.tables import Table

HERE = Path(__file__).parent


def show_table(
    table: Table,
    key: str,
    chosen: str | None = None,
    on_chosen: Callable[[str], None] | None = None,
    on_sorted: Callable[[str], None] | None = None,
) -> None:
    """Shows the table; the callbacks get a row's id and a column's key."""
    _component()(
        key=key,
        data=asdict(table) | {"chosen": chosen},
        on_chosen_change=lambda: _tell(key, "chosen", on_chosen),
        on_sorted_change=lambda: _tell(key, "sorted", on_sorted),
    )


def _tell(key: str, trigger: str, told: Callable[[str], None] | None) -> None:
    value = st.session_state[key].get(trigger)
    if told is not None and value is not None:
        told(value)


@cache
def _component() -> Any:
    return st.components.v2.component(
        "inbox_warehouse.table",
        html='<div class="frame" role="region" tabindex="0"></div>',
        css=(HERE / "table_view.css").read_text(encoding="utf-8"),
        js=(HERE / "table_view.js").read_text(encoding="utf-8"),
    )
