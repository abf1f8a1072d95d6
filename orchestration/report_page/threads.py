"""The threads behind a number: which are counted, and why each other one is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from orchestration.publishing.presentation import describe_range, shorten_name
from orchestration.publishing.threads import with_links
from orchestration.report_page.answers import Answers
from orchestration.report_page.components.table import show_table
from orchestration.report_page.configured import page_settings
from orchestration.report_page.navigation import go, plain, show_download
from orchestration.report_page.tables import UNASSIGNED, UNASSIGNED_ID, threads_table
from orchestration.report_page.view import View
from orchestration.report_page.words import REASONS, TITLES

MOST_THREADS = 200


def toggle_threads(view: View, number: str) -> None:
    """Shows the threads behind a number of the range, or hides them again."""
    go(view.with_threads(None if number == view.number else number))


def open_threads(view: View, opened: Mapping[str, Any]) -> None:
    """Shows the threads behind a cell of a table, which says of what it tells."""
    period = opened.get("period")
    go(
        view.with_threads(
            opened["number"],
            None if period is None else date.fromisoformat(period),
            opened.get("whose"),
            opened.get("label"),
        )
    )


def show_threads(answers: Answers) -> None:
    """The threads behind the number that is chosen, if one is, before the page."""
    view = answers.view
    if view.number is None:
        return
    said = [TITLES[view.number], describe_range(*answers.days_of_threads), *_whose(answers)]
    dialog = st.dialog(
        plain(", ".join(said)), width="large", on_dismiss=lambda: go(view.with_threads(None))
    )
    dialog(lambda: _show(_of_cell(answers), str(view.number)))()


def _whose(answers: Answers) -> list[str]:
    """Of which agent and label the cell tells."""
    view = answers.view
    names = {UNASSIGNED_ID: UNASSIGNED, **answers.report.agent_names()}
    whose = [] if view.whose is None else [shorten_name(names.get(view.whose, view.whose))]
    return whose if view.label is None else [*whose, shorten_name(view.label)]


def _of_cell(answers: Answers) -> Answers:
    """The answers to what the cell tells: of its agent, and with its label."""
    view = answers.view
    if view.label is not None:
        view = replace(view, filters=view.filters.with_values("label", [view.label]))
    whose = view.whose if answers.agent_id is None else answers.agent_id
    return replace(answers, view=view, agent_id=whose)


def _show(answers: Answers, number: str) -> None:
    threads = with_links(answers.threads(number), page_settings().thread_url)
    st.markdown(f"{describe_threads(threads)}.")
    shown = threads[threads["is_counted"]].head(MOST_THREADS)
    if not shown.empty:
        table = threads_table(shown, number, answers.report.agent_names())
        show_table(table, key="threads_table")
    if len(shown) < len(threads):
        st.caption(
            f"The first {len(shown):,} that are counted; the CSV has all {len(threads):,} rows."
        )
    show_download(
        "All of them as CSV",
        lambda: with_links(threads, page_settings().thread_url),
        f"threads_{number}",
        answers.view,
    )


def describe_threads(threads: pd.DataFrame) -> str:
    """How many rows are counted, and how many are left out for which reason."""
    said = [f"{int(threads['is_counted'].sum()):,} counted"]
    reasons = threads.loc[~threads["is_counted"], "reason"].value_counts()
    said += [f"{count:,} {REASONS.get(str(reason), reason)}" for reason, count in reasons.items()]
    return ", ".join(said)
