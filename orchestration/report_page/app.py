"""The page itself, as Streamlit runs it: from the top at each visit and after each click.

Belongs here: what stands where, and what is seen where there is nothing to report. The URL is the
only state: widgets are set from it before they are shown, and their callbacks write there. Does
not: numbers, texts of numbers, charts or tables, which are made by plain functions and tested
without Streamlit.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import streamlit as st

from orchestration.publishing.latest_report import LatestReport
from orchestration.publishing.published_report import (
    NothingPublished,
    PublishedReport,
    UnreadablePublication,
)
from orchestration.report_page.agents import show_agents
from orchestration.report_page.answers import Answers
from orchestration.report_page.cards import inbox_cards, with_restated
from orchestration.report_page.components.cards import show_cards
from orchestration.report_page.configured import page_settings, settings_problem
from orchestration.report_page.controls import show_controls
from orchestration.report_page.header import describe_view, show_header
from orchestration.report_page.navigation import go
from orchestration.report_page.restated import restated_cards
from orchestration.report_page.stats import numbers_of, show_stats
from orchestration.report_page.threads import show_threads, toggle_threads
from orchestration.report_page.view import SECTIONS, View, view_of

HERE = Path(__file__).parent
LOOK_EVERY_SECONDS = 10


# One entry: with settings that have changed, what was opened with those before is let go.
@st.cache_resource(show_spinner=False, max_entries=1)
def latest_report(database: Path, threads: int, memory_limit: str) -> LatestReport:
    """One for all visitors."""
    return LatestReport(database, {"threads": str(threads), "memory_limit": memory_limit})


def main() -> None:
    """Shows the whole page."""
    st.set_page_config(page_title="Inbox Report", page_icon=str(HERE / "icon.png"), layout="wide")
    st.html(HERE / "page.css")
    settings = page_settings()
    if settings_problem():
        st.caption(settings_problem())
    latest = latest_report(settings.published_database, settings.threads, settings.memory_limit)
    identity = latest.identity()
    try:
        report = latest.get()
        asked = {name: st.query_params.get_all(name) for name in st.query_params}
        show_report(report, view_of(asked, report.reach))
    except NothingPublished:
        show_nothing_published()
    except (UnreadablePublication, duckdb.Error) as error:
        show_unreadable(error)
    look_for_changes(latest, (identity, settings_problem()))


@st.fragment(run_every=LOOK_EVERY_SECONDS)
def look_for_changes(latest: LatestReport, shown: object) -> None:
    """Shows the page anew once there is another publication, or settings are right again."""
    if (latest.identity(), settings_problem()) != shown:
        st.rerun()


def show_nothing_published() -> None:
    """What is seen before the first publication."""
    st.title("Inbox Report", anchor=False)
    st.info(
        "**Nothing is published yet.** The report appears here by itself after the first "
        "successful run of `inbox run`.",
    )


def show_unreadable(error: Exception) -> None:
    """What is seen where the published file is damaged or another version's."""
    st.title("Inbox Report", anchor=False)
    st.error(
        "**The published file cannot be read.** It is damaged, or was written by another version. "
        "Publish again with `inbox run`; the page then shows it by itself.",
    )
    st.code(str(error).splitlines()[0], language=None, wrap_lines=True)


def show_report(report: PublishedReport, view: View) -> None:
    """The report of a publication, as the view asks for it."""
    show_header(report, view)
    show_controls(report, view)
    if report.reach.first_date is None:
        st.info(
            "**Nothing has happened in this inbox yet.** Export days are loaded, but they hold no "
            "thread, message or rating.",
        )
        return
    st.session_state["section"] = SECTIONS[view.section]
    general, agents = st.tabs(
        list(SECTIONS.values()),
        key="section",
        on_change=lambda: go(replace(view, section=_section(st.session_state["section"]))),
    )
    if view.section == "agents":
        with agents:
            show_agents(report, view)
    else:
        with general:
            show_general(Answers(report, view))


def show_general(answers: Answers) -> None:
    """The six cards and the charts of everyone."""
    cards, numbers = answers.cards(), numbers_of(answers)
    is_asked = answers.days_compared is not None
    values = dict(zip(cards["metric"], cards["current_value"], strict=True))
    show_cards(
        with_restated(
            inbox_cards(cards, numbers.series, numbers.compared, is_asked),
            restated_cards(answers, values),
        ),
        caption=describe_view(answers),
        key="cards",
        chosen=answers.view.number,
        on_chosen=lambda number: toggle_threads(answers.view, number),
    )
    st.caption(describe_view(answers))
    show_threads(answers)
    show_stats(numbers)


def _section(title: str) -> str:
    return next(key for key, text in SECTIONS.items() if text == title)


main()
