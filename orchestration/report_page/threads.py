"""The threads behind a number: which are counted, and why each other one is not."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from orchestration.publishing.presentation import describe_range
from orchestration.publishing.threads import with_links
from orchestration.report_page.answers import Answers
from orchestration.report_page.components.table import show_table
from orchestration.report_page.navigation import go, show_download
from orchestration.report_page.tables import threads_table
from orchestration.report_page.view import View
from orchestration.report_page.words import REASONS, TITLES
from orchestration.settings import load_settings

MOST_THREADS = 200


def toggle_threads(view: View, number: str) -> None:
    """Shows the threads behind a number of the range, or hides them again."""
    go(replace(view, number=None if number == view.number else number, period=None))


def show_threads(answers: Answers) -> None:
    """The threads behind the number that is chosen, if one is, before the page."""
    view = answers.view
    if view.number is None:
        return
    title = f"{TITLES[view.number]}, {describe_range(*answers.days_of_threads)}"
    dialog = st.dialog(
        title,
        width="large",
        on_dismiss=lambda: go(replace(view, number=None, period=None)),
    )
    dialog(lambda: _show(answers, str(view.number)))()


def _show(answers: Answers, number: str) -> None:
    threads = with_links(answers.threads(number), load_settings().thread_url)
    st.markdown(f"{describe_threads(threads)}.")
    shown = threads[threads["is_counted"]].head(MOST_THREADS)
    if not shown.empty:
        show_table(threads_table(shown), key="threads_table")
    if len(shown) < len(threads):
        st.caption(
            f"The first {len(shown):,} that are counted; the CSV has all {len(threads):,} rows."
        )
    show_download(
        "All of them as CSV",
        lambda: with_links(threads, load_settings().thread_url),
        f"threads_{number}",
        answers.view,
    )


def describe_threads(threads: pd.DataFrame) -> str:
    """How many rows are counted, and how many are left out for which reason."""
    said = [f"{int(threads['is_counted'].sum()):,} counted"]
    reasons = threads.loc[~threads["is_counted"], "reason"].value_counts()
    said += [f"{count:,} {REASONS.get(str(reason), reason)}" for reason, count in reasons.items()]
    return ", ".join(said)
