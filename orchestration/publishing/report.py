"""The Inbox Report's numbers, read from the published file by its own functions.

Belongs here: the days and periods that a report is asked for. Does not: asking the file
(`published_report`), any definition of a number (the published functions have them), or how a
number looks (`presentation`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from orchestration.errors import WrongUse
from orchestration.publishing.published_report import PublishedReport

GRAINS = ("day", "week", "month", "year")
# More periods than this are neither seen in a chart nor read in a table.
MOST_PERIODS = 1_100
DAYS_BY_GRAIN = {"day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True)
class Report:
    """One range of the report.

    cards, series, labels, agents: as inbox_cards, inbox_series, inbox_top_labels and inbox_agents
    give them, for the agent where one is chosen. missing_days: export days of the range that have
    not come.
    """

    as_of_date: date
    first_date: date
    last_date: date
    grain: str
    agent_id: str | None
    cards: pd.DataFrame
    series: pd.DataFrame
    labels: pd.DataFrame
    agents: pd.DataFrame
    missing_days: tuple[date, ...] = ()

    def tables(self) -> dict[str, pd.DataFrame]:
        """The four tables by name, in the order of the report."""
        return {
            "cards": self.cards,
            "series": self.series,
            "labels": self.labels,
            "agents": self.agents,
        }


def read_report(
    database: Path,
    first_date: date | None = None,
    last_date: date | None = None,
    grain: str | None = None,
    agent_id: str | None = None,
    top: int = 10,
) -> Report:
    """The report over a range, both days included; without one, the 30 days to `as_of_date`.

    database: the published file; opened read-only. grain: day, week, month or year; by the length
    of the range unless given.
    Raises NothingPublished where there is no file, ValueError where the range ends before it
    begins or the agent is not known.
    """
    report = PublishedReport(database)
    as_of_date = report.reach.as_of_date
    first, last = asked_range(report, first_date, last_date)
    agent_id = named_agent(report, agent_id)
    grain = grain or grain_for(first, last)
    agents = report.agents(first, last)
    return Report(
        as_of_date=as_of_date,
        first_date=first,
        last_date=last,
        grain=grain,
        agent_id=agent_id,
        cards=report.cards(first, last, agent_id),
        series=report.series(grain, first, last, agent_id),
        labels=report.labels(first, last, top, agent_id),
        agents=agents if agent_id is None else agents[agents["agent_id"].fillna("") == agent_id],
        missing_days=tuple(report.missing_days(first, last)),
    )


def asked_range(
    report: PublishedReport, first_date: date | None, last_date: date | None
) -> tuple[date, date]:
    """The first and the last day that are asked for; without any, the 30 days to `as_of_date`.

    Raises WrongUse where the range ends before it begins.
    """
    as_of_date = report.reach.as_of_date
    last = last_date or as_of_date
    first = first_date or min(last, as_of_date) - timedelta(days=29)
    if first > last:
        raise WrongUse(f"The range ends on {last}, before it begins on {first}")
    return first, last


def named_agent(report: PublishedReport, agent: str | None) -> str | None:
    """The identifier of an agent who is named by it, or by a name that nobody else has.

    As the published functions do; None is everyone, the empty text nobody. Raises WrongUse where
    there is no such agent, or several.
    """
    if not agent:
        return agent
    names = report.agent_names()
    if agent in names:
        return agent
    called = [agent_id for agent_id, name in names.items() if name == agent]
    if len(called) > 1:
        one_of = " or ".join(called[:2])
        raise WrongUse(f"Several agents are called {agent!r}: ask for one by id, such as {one_of}")
    if not called:
        raise WrongUse(f"There is no agent {agent!r}; `inbox report` lists them")
    return called[0]


def grain_for(first: date, last: date) -> str:
    """The finest grain that gives a range no more than some 31 periods."""
    days = (last - first).days + 1
    if days <= 31:
        return "day"
    if days <= 31 * 7:
        return "week"
    return "month" if days <= 366 * 3 else "year"


def possible_grain(grain: str, first: date, last: date) -> str:
    """The grain, or the finest coarser one that gives a range no more than MOST_PERIODS."""
    days = (last - first).days + 1
    for coarser in GRAINS[GRAINS.index(grain) :]:
        if days <= MOST_PERIODS * DAYS_BY_GRAIN[coarser]:
            return coarser
    return GRAINS[-1]
