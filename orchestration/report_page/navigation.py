"""What every part of the page does: goes to another view, says names as they are, gives a CSV."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st

from orchestration.publishing.presentation import to_csv
from orchestration.report_page.view import View

HERE = Path(__file__).parent


def go(view: View) -> None:
    """Puts the view into the URL; the page is shown anew from there."""
    st.query_params.from_dict(view.parameters)


def plain(text: str) -> str:
    """A text from the data as Markdown that shows just it: no links, images or styles."""
    return "".join(
        f"\\{letter}" if letter in "\\`*_{}[]()#+-.!|<>~$:&" else letter for letter in text
    )


def show_heading(title: str, help_text: str, said: str = "") -> None:
    """The heading of a chart, with a question mark that tells of what it is the help."""
    st.html(
        f'<div class="chart-head"><h3>{escape(title)}</h3>'
        f'<span class="helped"><button type="button" class="help" '
        f'aria-label="Help for {escape(title, quote=True)}">?</button>'
        f'<span role="tooltip" class="tip">{escape(help_text)}</span></span>'
        f'<span class="said">{escape(said)}</span></div>'
    )


def show_empty(text: str) -> None:
    """In place of a chart or table that has nothing to show."""
    with st.container(height=180, border=False, vertical_alignment="center"):
        st.markdown(f":gray[{text}]", text_alignment="center")


def show_download(
    label: str,
    table: Callable[[], pd.DataFrame],
    name: str,
    view: View,
    agent_id: str | None = None,
) -> None:
    """A button for a table as CSV; the file is made when it is asked for."""
    whose = "" if agent_id is None else "_agent"
    st.download_button(
        f"{label} \N{DOWNWARDS ARROW}",
        lambda: to_csv(table()),
        file_name=f"inbox_{name}{whose}_{view.first_date}_{view.last_date}.csv",
        mime="text/csv",
        type="tertiary",
        key=f"download_{name}",
        on_click="ignore",
    )
