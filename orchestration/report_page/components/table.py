"""A table in the page: sorted by its headings, a row chosen by a click, usable by keyboard.

Streamlit's own table is drawn on a canvas: it can neither tell seconds behind a duration nor choose
a row by its name. What the table says is in tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from orchestration.report_page.components.component import component, hand_on
from orchestration.report_page.tables import Table


def show_table(
    table: Table,
    key: str,
    chosen: str | None = None,
    on_chosen: Callable[[str], None] | None = None,
    on_sorted: Callable[[str], None] | None = None,
    on_opened: Callable[[Mapping[str, Any]], None] | None = None,
) -> None:
    """Shows the table; the callbacks get a row's id, a column's key, and what a cell opens."""
    component("table")(
        key=key,
        data=asdict(table) | {"chosen": chosen},
        on_chosen_change=lambda: hand_on(key, "chosen", on_chosen),
        on_sorted_change=lambda: hand_on(key, "sorted", on_sorted),
        on_opened_change=lambda: hand_on(key, "opened", on_opened),
    )
