"""What the published file says to a view: its range, filters, agent, and the days compared with.

Belongs here: asking the published functions with the view's arguments. Does not: how an answer is
shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from orchestration.publishing.comparison import change_of, compared_days
from orchestration.publishing.published_report import PublishedReport
from orchestration.report_page.view import View

# What a first response should not take longer than.
WITHIN_SECONDS = 3_600
TOP_LABELS = 10
# The medians of the agents' table, and what counts the durations behind them.
COUNTED = {
    "first_response_seconds_median": "first_responses",
    "closing_seconds_median": "closings_timed",
}


@dataclass(frozen=True)
class Answers:
    """A publication asked for a view; agent_id None is everyone, empty is nobody."""

    report: PublishedReport
    view: View
    agent_id: str | None = None

    @cached_property
    def days_compared(self) -> tuple[date, date] | None:
        """The days that the range is compared with; None where nothing is to be compared."""
        return compared_days(self.view.comparison, self.view.first_date, self.view.last_date)

    @cached_property
    def is_comparable(self) -> bool:
        """Whether there are such days, and all of them are in the data.

        Against days of which some have not come, or lie before the data, numbers only seem to grow.
        """
        return self.days_compared is not None and self.report.is_covered(*self.days_compared)

    def cards(self) -> pd.DataFrame:
        """A row a card: what it says now, what it said, and the change."""
        cards = self._cards(self.view.first_date, self.view.last_date)
        if self.view.comparison != "before" and self.days_compared is not None:
            cards = cards.assign(previous_value=self._cards(*self.days_compared)["current_value"])
        changes = [
            change_of(now, before) if self.is_comparable else (None, None)
            for now, before in zip(cards["current_value"], cards["previous_value"], strict=True)
        ]
        columns = ["change", "change_ratio"]
        return cards.assign(
            **pd.DataFrame(changes, columns=columns, dtype="float64", index=cards.index)
        )

    def series(self) -> pd.DataFrame:
        """A row a period of the range."""
        return self._series(self.view.first_date, self.view.last_date)

    def series_compared(self) -> pd.DataFrame | None:
        """The same of the days that the range is compared with, as far as periods are whole."""
        if self.days_compared is None or not self.is_comparable:
            return None
        view = self.view
        return self.report.whole_series(
            view.grain, *self.days_compared, self.agent_id, view.filters
        )

    def within(self) -> pd.DataFrame:
        """A row a period: the first responses, and how many took no longer than an hour."""
        both = self._within_both
        if not self._is_asked_at_once:
            return both
        is_now = both["period_start_date"] >= pd.Timestamp(self.view.first_date)
        return both[is_now].reset_index(drop=True)

    def within_compared(self) -> pd.DataFrame | None:
        """The same of the days that the range is compared with."""
        if self.days_compared is None or not self.is_comparable:
            return None
        if self._is_asked_at_once:
            both = self._within_both
            is_before = both["period_start_date"] < pd.Timestamp(self.view.first_date)
            return both[is_before].reset_index(drop=True)
        return self._within(*self.days_compared)

    @property
    def _is_asked_at_once(self) -> bool:
        """Whether the days compared with lead up to the range, and periods are never cut."""
        is_leading = self.view.comparison == "before" and self.is_comparable
        return is_leading and self.view.grain == "day"

    @cached_property
    def _within_both(self) -> pd.DataFrame:
        first = self.view.first_date
        if self._is_asked_at_once and self.days_compared is not None:
            first = self.days_compared[0]
        return self._within(first, self.view.last_date)

    def agents(self) -> pd.DataFrame:
        """A row an agent, with how many durations are behind its medians."""
        return self._agents(self.view.first_date, self.view.last_date)

    def agents_compared(self) -> pd.DataFrame | None:
        """The same of the days that the range is compared with."""
        if self.days_compared is None or not self.is_comparable:
            return None
        return self._agents(*self.days_compared)

    def everyone(self, agents: pd.DataFrame) -> dict[str, Any]:
        """The numbers of all agents together."""
        first, last, filters = self.view.first_date, self.view.last_date, self.view.filters
        cards = self.report.cards(first, last, None, filters)
        numbers = dict(zip(cards["metric"], cards["current_value"], strict=True))
        numbers["messages_sent"] = agents["messages_sent"].sum()
        for number, column in COUNTED.items():
            counted = self.report.counted(number, first, last, filters)
            total = counted[counted["is_everyone"]].iloc[0]
            numbers |= {number: total["median"], column: total["counted"]}
        return numbers

    def _agents(self, first: date, last: date) -> pd.DataFrame:
        agents = self.report.agents(first, last, self.view.filters)
        keys = agents["agent_id"].fillna("")
        for number, column in COUNTED.items():
            counted = self.report.counted(number, first, last, self.view.filters)
            of_agents = counted[~counted["is_everyone"]]
            by_agent = of_agents.set_index(of_agents["agent_id"].fillna(""))["counted"]
            agents = agents.assign(**{column: keys.map(by_agent)})
        return agents

    @cached_property
    def days_of_threads(self) -> tuple[date, date]:
        """The days whose threads are shown: of the period that was clicked, else of the range."""
        view, series = self.view, self.series()
        for start, first, last in zip(
            series["period_start_date"], series["from_date"], series["to_date"], strict=True
        ):
            if start.date() == view.period:
                return first.date(), last.date()
        return view.first_date, view.last_date

    def threads(self, number: str) -> pd.DataFrame:
        """What lies behind a number of those days."""
        return self.report.threads(number, *self.days_of_threads, self.agent_id, self.view.filters)

    def labels(self) -> pd.DataFrame:
        """The labels on the most threads of the range."""
        view = self.view
        return self.report.labels(
            view.first_date, view.last_date, TOP_LABELS, self.agent_id, view.filters
        )

    def hours(self) -> pd.DataFrame:
        """When users write; of an agent, when they write."""
        view = self.view
        number = "user_messages" if self.agent_id is None else "messages_sent"
        return self.report.hours(
            number, view.first_date, view.last_date, self.agent_id, view.filters
        )

    def _cards(self, first: date, last: date) -> pd.DataFrame:
        return self.report.cards(first, last, self.agent_id, self.view.filters)

    def _series(self, first: date, last: date) -> pd.DataFrame:
        return self.report.series(self.view.grain, first, last, self.agent_id, self.view.filters)

    def _within(self, first: date, last: date) -> pd.DataFrame:
        view = self.view
        return self.report.within(
            "first_response",
            WITHIN_SECONDS,
            view.grain,
            first,
            last,
            self.agent_id,
            view.filters,
            view.clock if view.clock != "calendar" else None,
        )
