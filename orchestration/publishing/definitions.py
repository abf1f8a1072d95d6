"""A number by the definitions of others, side by side with ours, and what makes the difference.

Belongs here: which numbers have definitions, asking for them, telling a step in words. Does not:
what a definition counts (the published function has that; docs/definitions.md has the sources).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from orchestration.publishing.presentation import NOTHING, describe_seconds
from orchestration.publishing.published_report import PublishedReport
from orchestration.publishing.report import asked_range, named_agent

DEFINED = {
    "first_response_seconds": "First response",
    "reply_seconds": "Reply",
    "closing_seconds": "Closing",
    "one_touch_threads": "One-touch threads",
    "csat_ratio": "Satisfaction",
}
"""The numbers that others count otherwise, with their titles."""

NAMES = {
    "ours": "Ours",
    "zendesk": "Zendesk",
    "zendesk_before": "Zendesk, before",
    "zendesk_first_resolution": "Zendesk, first resolution",
    "intercom": "Intercom",
    "chatwoot": "Chatwoot",
    "front": "Front",
    "help_scout": "Help Scout",
    "gorgias": "Gorgias",
    "plain": "Plain",
    "bird": "Bird",
    "richpanel": "Richpanel",
    "zammad": "Zammad",
    "freescout": "FreeScout",
    "frappe": "Frappe Helpdesk",
    "dbt_intercom": "dbt_intercom",
}
"""What those whose definitions they are call themselves."""

STEPS = {
    "step_day": "day",
    "step_start": "start",
    "step_stop": "stop",
    "step_bots": "bots",
    "step_closing": "closing",
    "step_statistic": "statistic",
    "step_clock": "clock",
}
"""The steps from our definition to another, in their order, with their titles."""


@dataclass(frozen=True)
class Definitions:
    """Each number by each definition, as inbox_definitions gives them, ours first."""

    first_date: date
    last_date: date
    agent_id: str | None
    tables: dict[str, pd.DataFrame]


def read_definitions(
    database: Path,
    first_date: date | None = None,
    last_date: date | None = None,
    agent_id: str | None = None,
) -> Definitions:
    """Every number by every definition; the range and the agent as in `read_report`.

    Raises WrongUse where the range or the agent is wrong.
    """
    return definitions_of(PublishedReport(database), first_date, last_date, agent_id)


def definitions_of(
    report: PublishedReport,
    first_date: date | None = None,
    last_date: date | None = None,
    agent_id: str | None = None,
) -> Definitions:
    """As `read_definitions`, of a publication that is open."""
    first, last = asked_range(report, first_date, last_date)
    agent_id = named_agent(report, agent_id)
    tables = {number: report.definitions(number, first, last, agent_id) for number in DEFINED}
    return Definitions(first, last, agent_id, tables)


def describe_defined(number: str, value: float | None) -> str:
    """A number as it is written beside those of others: their shares may be means of scores."""
    if value is None or pd.isna(value):
        return NOTHING
    if number.endswith("_seconds"):
        return describe_seconds(value)
    return f"{value:,.3f}" if number.endswith("_ratio") else f"{value:,.0f}"


def describe_step(number: str, change: float | None) -> str:
    """What turning an axis changes, with its sign; empty where it changes nothing."""
    if change is None or pd.isna(change) or change == 0:
        return ""
    return ("+" if change > 0 else "-") + describe_defined(number, abs(change))
