"""What the published file says to a view: its range, filters, agent, and the days compared with.

Belongs here: asking what lies ready, or else the published functions, with the view's arguments.
Does not: how an answer is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from orchestration.publishing.comparison import change_of, compared_days
from orchestration.publishing.published_report import PublishedReport
from orchestration.publishing.ready_numbers import within_periods
from orchestration.publishing.ready_queries import Scope, scope_of
from orchestration.report_page.view import View

# What a first response should not take longer than.
WITHIN_SECONDS = 3_600
TOP_LABELS = 10
CARDS = (
    "new_threads",
    "messages",
    "unique_users",
    "labeled_threads",
    "average_rating",
    "ratings",
)
CARD_COLUMNS = ["metric", "current_value", "previous_value", "change", "change_ratio"]
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

    @cached_property
    def scope(self) -> Scope | None:
        """Whose numbers lie ready; None where only the functions know them."""
        return scope_of(self.agent_id, self.view.filters)

    def cards(self) -> pd.DataFrame:
        """A row a card: what it says now, what it said, and the change."""
        now = self._cards(self.view.first_date, self.view.last_date)
        before = self._cards_compared()
        rows = [
            (name, now[name], before.get(name), *change_of(now[name], before.get(name)))
            for name in CARDS
        ]
        return pd.DataFrame(rows, columns=CARD_COLUMNS)

    def _cards(self, first: date, last: date) -> dict[str, Any]:
        if self.scope is not None:
            return self.report.range_numbers(self.scope, first, last)
        cards = self.report.cards(first, last, self.agent_id, self.view.filters)
        return dict(zip(cards["metric"], cards["current_value"], strict=True))

    def _cards_compared(self) -> dict[str, Any]:
        if self.days_compared is None or not self.is_comparable:
            return {}
        if self.scope is None and self.view.comparison == "before":
            cards = self._cards_of_function
            return dict(zip(cards["metric"], cards["previous_value"], strict=True))
        return self._cards(*self.days_compared)

    def cards_in_full(self) -> pd.DataFrame:
        """The same with the other columns of the function."""
        shown = self.cards().set_index("metric")
        full, days = self._cards_of_function, self.days_compared
        return full.assign(
            previous_start_date=days[0] if days else None,
            previous_is_complete=self.is_comparable if days else None,
            **{name: full["metric"].map(shown[name]) for name in CARD_COLUMNS[2:]},
        )

    @cached_property
    def _cards_of_function(self) -> pd.DataFrame:
        view = self.view
        return self.report.cards(view.first_date, view.last_date, self.agent_id, view.filters)

    @cached_property
    def series(self) -> pd.DataFrame:
        """A row a period of the range, with the numbers that are shown."""
        return self._series(self.view.first_date, self.view.last_date)

    @cached_property
    def series_compared(self) -> pd.DataFrame | None:
        """The same of the days compared with, for those who read whole periods."""
        if self.days_compared is None or not self.is_comparable:
            return None
        return self._series(*self.days_compared, with_cut=False)

    def _series(self, first: date, last: date, *, with_cut: bool = True) -> pd.DataFrame:
        grain, series = self.view.grain, None
        if self.scope is not None:
            series = self.report.ready_series(self.scope, grain, first, last, with_cut=with_cut)
        if series is None:
            series = self._from_function(first, last)
        return series.assign(**within_periods(self._within_by_day, series))

    def _from_function(self, first: date, last: date) -> pd.DataFrame:
        """The periods of a range; with those compared with in one call, where none is cut."""
        view, (begin, end) = self.view, (first, last)
        if view.grain == "day" and view.comparison == "before" and self.is_comparable:
            begin, _ = self.days_compared or (first, last)
            end = view.last_date
        series = self.report.series(view.grain, begin, end, self.agent_id, view.filters)
        if (begin, end) == (first, last):
            return series
        days = series["period_start_date"]
        is_asked = (days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last))
        return series[is_asked].reset_index(drop=True)

    def series_in_full(self) -> pd.DataFrame:
        """The periods of the range as the function tells them, with all its columns."""
        view = self.view
        series = self.report.series(
            view.grain, view.first_date, view.last_date, self.agent_id, view.filters
        )
        return series.assign(**within_periods(self._within_by_day, series))

    @cached_property
    def _within_by_day(self) -> pd.DataFrame:
        """A row a day, which the days of any period add up from; of all data where it is kept."""
        reach, view = self.report.reach, self.view
        first, last = reach.first_date or reach.as_of_date, reach.last_date or reach.as_of_date
        if self.scope is None:
            compared = (self.days_compared if self.is_comparable else None) or ()
            first, last = min(view.first_date, *compared), view.last_date
        return self.report.within(
            "first_response",
            WITHIN_SECONDS,
            "day",
            first,
            last,
            self.agent_id,
            view.filters,
            view.clock if view.clock != "calendar" else None,
        )

    def agents(self) -> pd.DataFrame:
        """A row an agent, with how many durations are behind its medians."""
        return self._agents(self.view.first_date, self.view.last_date)

    def everyone(self) -> dict[str, Any]:
        """The numbers of all agents together."""
        view = self.view
        days, filters = (view.first_date, view.last_date), view.filters
        if not filters:
            rows = self.report.ready_agents(*days)
            (ready,) = rows[rows["is_everyone"]].to_dict("records")
            return {str(name): value for name, value in ready.items()}
        cards = self.report.cards(*days, None, filters)
        everyone = dict(zip(cards["metric"], cards["current_value"], strict=True))
        everyone["messages_sent"] = self._agents(*days)["messages_sent"].sum()
        for number, column in COUNTED.items():
            counted = self.report.counted(number, *days, filters)
            total = counted[counted["is_everyone"]].iloc[0]
            everyone |= {number: total["median"], column: total["counted"]}
        return everyone

    def agent_compared(self) -> dict[str, Any] | None:
        """The agent's numbers of the days that the range is compared with."""
        if self.days_compared is None or not self.is_comparable:
            return None
        if self.scope is None:
            return row_of_agent(self._agents(*self.days_compared), str(self.agent_id))
        return self.report.agent_numbers(self.scope, *self.days_compared)

    def _agents(self, first: date, last: date) -> pd.DataFrame:
        filters = self.view.filters
        if not filters:
            rows = self.report.ready_agents(first, last)
            return rows[~rows["is_everyone"]].reset_index(drop=True)
        agents = self.report.agents(first, last, filters)
        keys = agents["agent_id"].fillna("")
        for number, column in COUNTED.items():
            counted = self.report.counted(number, first, last, filters)
            of_agents = counted[~counted["is_everyone"]]
            by_agent = of_agents.set_index(of_agents["agent_id"].fillna(""))["counted"]
            agents = agents.assign(**{column: keys.map(by_agent)})
        return agents

    @cached_property
    def days_of_threads(self) -> tuple[date, date]:
        """The days whose threads are shown: of the period that was clicked, else of the range."""
        view, series = self.view, self.series
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
        if self.scope is not None:
            return self.report.ready_hours(self.scope, view.first_date, view.last_date)
        number = "user_messages" if self.agent_id is None else "messages_sent"
        return self.report.hours(
            number, view.first_date, view.last_date, self.agent_id, view.filters
        )


def row_of_agent(agents: pd.DataFrame, agent_id: str) -> dict[str, Any]:
    """The agent's row; where there is none, nothing was done."""
    rows = agents[agents["agent_id"].fillna("") == agent_id].to_dict("records")
    nothing = {"new_threads": 0, "messages_sent": 0, "ratings": 0}
    return {str(name): value for name, value in rows[0].items()} if rows else nothing
