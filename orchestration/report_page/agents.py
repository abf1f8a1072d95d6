"""The agents: their table, and beside it the numbers and charts of the one that is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from orchestration.publishing.presentation import distinct_names
from orchestration.publishing.published_report import PublishedReport
from orchestration.report_page.agents_table import (
    AGENTS_TABLE,
    SHRUNK_TABLE,
    agents_table,
    agents_to_choose,
    sorted_agents,
)
from orchestration.report_page.answers import Answers, row_of_agent
from orchestration.report_page.cards import agent_cards, with_restated
from orchestration.report_page.components.cards import show_cards
from orchestration.report_page.components.table import show_table
from orchestration.report_page.header import describe_view
from orchestration.report_page.navigation import go, plain, show_download, show_empty
from orchestration.report_page.restated import restated_cards
from orchestration.report_page.stats import numbers_of, show_stats
from orchestration.report_page.tables import UNASSIGNED, UNASSIGNED_ID
from orchestration.report_page.threads import open_threads, show_threads, toggle_threads
from orchestration.report_page.view import View


def show_agents(report: PublishedReport, view: View) -> None:
    """The agents' table; with an agent chosen, that agent and the table shrunk beside."""
    answers = Answers(report, view)
    agents = answers.agents()
    total = answers.everyone()
    names = distinct_names({UNASSIGNED_ID: UNASSIGNED, **report.agent_names()})
    if view.agent_id is not None and view.agent_id not in names:
        st.warning("The agent of this link is not in the data.")
    if view.agent_id not in names:
        show_all_agents(view, agents, names, total)
        show_threads(answers)
        return
    with st.container(key="agent_layout"):
        with st.container(key="agent_list"):
            show_choice(view, names)
            if not agents.empty:
                show_agents_table(view, agents, names, None)
        with st.container(key="agent_panel"):
            show_agent(Answers(report, view, view.agent_id), names, agents, total)


def show_all_agents(
    view: View, agents: pd.DataFrame, names: Mapping[str, str], total: Mapping[str, Any]
) -> None:
    """The whole table, everyone's numbers on top."""
    if agents.empty:
        show_empty("No agent has done anything in this range.")
    else:
        show_agents_table(view, agents, names, total)
        show_download(
            "Agents as CSV",
            lambda: sorted_agents(agents, view.order)[["agent_id", *AGENTS_TABLE]],
            "agents",
            view,
        )
    show_choice(view, names)


def show_agents_table(
    view: View, agents: pd.DataFrame, names: Mapping[str, str], total: Mapping[str, Any] | None
) -> None:
    """The table; a click on an agent shows that one, a second one all of them again."""
    titles = AGENTS_TABLE if total is not None else SHRUNK_TABLE
    table = agents_table(agents, view.order, names, total, titles)
    show_table(
        table,
        key="agents_table",
        chosen=view.agent_id,
        on_chosen=lambda agent_id: go(
            replace(view, agent_id=None if agent_id == view.agent_id else agent_id)
        ),
        on_sorted=lambda column: go(view.with_column_sorted(column)),
        on_opened=lambda opened: open_threads(view, opened),
    )
    if table.left_out:
        st.caption(
            f"The first {len(agents) - table.left_out:,} of {len(agents):,} agents, in this order; "
            "the CSV has them all."
        )


def show_choice(view: View, names: Mapping[str, str]) -> None:
    """All agents to choose from, also those without anything in the range."""
    st.session_state["agent"] = view.agent_id if view.agent_id in names else None
    st.selectbox(
        "Agent",
        agents_to_choose(names, st.session_state["agent"]),
        format_func=lambda agent_id: names[agent_id],
        key="agent",
        placeholder="Choose an agent, here or in the table",
        on_change=lambda: go(replace(view, agent_id=st.session_state["agent"])),
        width=360,
    )


def show_agent(
    answers: Answers,
    names: Mapping[str, str],
    agents: pd.DataFrame,
    total: Mapping[str, Any],
) -> None:
    """An agent's six numbers and charts."""
    view, agent_id = answers.view, str(answers.agent_id)
    numbers = numbers_of(answers)
    with st.container(key="agent_head", horizontal=True, vertical_alignment="center"):
        st.subheader(plain(names[agent_id]), anchor=False)
        st.button(
            "\N{LEFTWARDS ARROW} All agents",
            type="tertiary",
            key="all_agents",
            on_click=go,
            args=(replace(view, agent_id=None),),
        )
    now = row_of_agent(agents, agent_id)
    shown = agent_cards(
        now,
        answers.agent_compared(),
        total,
        numbers.series,
        numbers.compared,
    )
    show_cards(
        with_restated(shown, restated_cards(answers, now)),
        caption=f"{names[agent_id]}, {describe_view(answers)}",
        key="agent_cards",
        chosen=view.number,
        on_chosen=lambda number: toggle_threads(view, number),
    )
    st.caption(describe_view(answers))
    show_threads(answers)
    show_stats(numbers)
