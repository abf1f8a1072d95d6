"""Every published table and function, computed from the records that stand, from the definitions.

`Report` is made of records, a zone, the first day of the week and the last export day; what it
counts is told in `facts`, `durations` and `numbers`, what it tells in `marts` and, for any range of
days, in `moments` and here.
"""

from datetime import date

import pandas as pd

from tests.oracle.entries import NO_FILTERS, SCOPES, Filters
from tests.oracle.facts import UNASSIGNED, frame
from tests.oracle.layout import AGENTS_TABLE_NUMBERS, CARDS, COLUMNS, KEYS
from tests.oracle.marts import NOTHING_AT_END, nobody_last, ranked_labels
from tests.oracle.moments import Moments
from tests.oracle.periods import GRAINS, ONE_DAY, period_end, period_start, quantile

__all__ = [
    "GRAINS",
    "KEYS",
    "Filters",
    "Report",
    "period_end",
    "period_start",
    "quantile",
]

CARD_DAYS = 30


class Report(Moments):
    """Every number of an inbox."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every published table by name; KEYS tells what sets their rows apart."""
        tables = {
            "fct_threads": frame(self.threads, COLUMNS["fct_threads"]),
            "fct_messages": frame(self.messages, COLUMNS["fct_messages"]),
            "fct_ratings": frame(self.ratings, COLUMNS["fct_ratings"]),
            "fct_agent_timings": frame(self.agent_timings, COLUMNS["fct_agent_timings"]),
            "fct_thread_labels": frame(self.thread_labels, COLUMNS["fct_thread_labels"]),
            "fct_durations": frame(self.durations, COLUMNS["fct_durations"]),
            "dim_agents": frame(self.agents, COLUMNS["dim_agents"]),
            "dim_teams": frame(self.teams(), COLUMNS["dim_teams"]),
            "dim_dates": self.dim_dates(),
            "mart_inbox_cards": self.mart_inbox_cards(),
        }
        for grain in GRAINS:
            tables[f"mart_inbox_{grain}"] = self.mart_inbox(grain)
            tables[f"mart_agents_{grain}"] = self.mart_agents(grain)
            tables[f"mart_labels_{grain}"] = self.mart_labels(grain)
            tables[f"mart_channels_{grain}"] = self.mart_channels(grain)
            tables[f"mart_teams_{grain}"] = self.mart_teams(grain)
        return tables

    def mart_inbox_cards(self) -> pd.DataFrame:
        """The cards of the 30 days that end on `as_of_date`."""
        if self.as_of_date is None:
            return frame([], COLUMNS["mart_inbox_cards"])
        return self.inbox_cards(self.as_of_date - (CARD_DAYS - 1) * ONE_DAY, self.as_of_date)

    # Functions for any range, both days included.

    def inbox_cards(
        self,
        start_date: date,
        end_date: date,
        agent: str | None = None,
        filters: Filters = NO_FILTERS,
    ) -> pd.DataFrame:
        """One row a card: the range against as many days just before it.

        current_value, previous_value, change: float, or null for an average of nothing. There is
        no change where the days before are not all there.
        """
        previous_start = start_date - (end_date - start_date + ONE_DAY)
        previous_end = start_date - ONE_DAY
        current = self.numbers(self.select(start_date, end_date, agent, filters))
        previous = self.numbers(self.select(previous_start, previous_end, agent, filters))
        previous_is_complete = self.is_complete(previous_start, previous_end)
        rows = []
        for order, (metric, label) in enumerate(CARDS, start=1):
            now, before = as_double(current[metric]), as_double(previous[metric])
            change = None
            if previous_is_complete and now is not None and before is not None:
                change = now - before
            rows.append(
                {
                    "card_order": order,
                    "metric": metric,
                    "label": label,
                    "as_of_date": self.as_of_date,
                    "current_start_date": start_date,
                    "current_end_date": end_date,
                    "current_value": now,
                    "current_days_missing": self.days_missing(start_date, end_date),
                    "previous_start_date": previous_start,
                    "previous_end_date": previous_end,
                    "previous_value": before,
                    "previous_is_complete": previous_is_complete,
                    "change": change,
                    "change_ratio": change / before if change is not None and before else None,
                }
            )
        return frame(rows, COLUMNS["mart_inbox_cards"])

    def inbox_series(
        self,
        grain: str,
        start_date: date,
        end_date: date,
        agent: str | None = None,
        filters: Filters = NO_FILTERS,
        day_of: str = "created",
    ) -> pd.DataFrame:
        """One row a period that overlaps the range, with the numbers of its days in the range.

        With an agent, '' being nobody, or with filters new_users is null; messages_sent is the sum
        over agents unless one is given.
        """
        inside = self.select(start_date, end_date, agent, filters, day_of)
        groups = self.grouped(lambda entry: [self.start_of(entry.day, grain)], inside)
        first_days = list(self.first_activity().values())
        rows = []
        for period in self.cut_periods(grain, start_date, end_date):
            from_date, to_date = period["from_date"], period["to_date"]
            at_end = self.at_end(self.backlog_day(to_date), "inbox", agent, filters)
            new_users = None
            if agent is None and not filters.are_set:
                new_users = sum(from_date <= day <= to_date for day in first_days)
            rows.append(
                {
                    **period,
                    **self.numbers(groups.get(period["period_start_date"], {})),
                    **at_end.get(None, NOTHING_AT_END),
                    "new_users": new_users,
                    "days_missing": self.days_missing(from_date, to_date),
                }
            )
        return frame(rows, COLUMNS["inbox_series"])

    def inbox_agents(
        self,
        start_date: date,
        end_date: date,
        filters: Filters = NO_FILTERS,
        day_of: str = "created",
    ) -> pd.DataFrame:
        """One row an agent with any number of this table, most new threads first."""
        inside = self.select(start_date, end_date, None, filters, day_of)
        rows = []
        for agent_id, entries in self.grouped(SCOPES["agent"], inside).items():
            numbers = self.numbers(entries)
            counts = [numbers[name] for name in ("ratings", "new_threads", "messages_sent")]
            seconds = [numbers[name] for name in AGENTS_TABLE_NUMBERS if "seconds" in name]
            if not any(counts) and all(value is None for value in seconds):
                continue
            rows.append({"agent_id": agent_id, "agent_name": self.agent_name(agent_id), **numbers})
        rows.sort(
            key=lambda row: (-row["new_threads"], row["agent_id"] is None, row["agent_id"] or "")
        )
        return frame(rows, COLUMNS["inbox_agents"])

    def inbox_top_labels(
        self,
        start_date: date,
        end_date: date,
        top: int,
        agent: str | None = None,
        filters: Filters = NO_FILTERS,
    ) -> pd.DataFrame:
        """The labels of most new threads: label, new_threads, rank (1 is the most)."""
        labels = [
            row["label"]
            for row in self.thread_labels
            if start_date <= row["created_date"] <= end_date
            and (agent is None or row["assigned_agent_id"] == (agent or None))
            and filters.keep(row)
        ]
        return frame(ranked_labels(labels)[:top], COLUMNS["inbox_top_labels"])

    def inbox_breakdown(
        self,
        dimension: str,
        start_date: date,
        end_date: date,
        agent: str | None = None,
        filters: Filters = NO_FILTERS,
        day_of: str = "created",
    ) -> pd.DataFrame:
        """One row a value of a dimension with any number in the range; null is nobody's."""
        inside = self.select(start_date, end_date, agent, filters, day_of)
        groups = self.grouped(SCOPES[dimension], inside)
        at_end = self.at_end(self.backlog_day(end_date), dimension, agent, filters)
        rows = [
            {
                "dimension": dimension,
                "value": value,
                "label": self.shown_name(dimension, value),
                "is_overlapping": dimension == "label",
                **self.numbers(groups.get(value, {})),
                **at_end.get(value, NOTHING_AT_END),
                "new_users": None,
            }
            for value in nobody_last(set(groups) | set(at_end))
        ]
        return frame(rows, COLUMNS["inbox_breakdown"])

    def shown_name(self, dimension: str, value: str | None) -> str:
        """What a value of a dimension is shown as."""
        if dimension == "agent":
            return self.agent_name(value)
        if dimension == "team":
            return self.team_name(value)
        return UNASSIGNED if value is None else value


def as_double(value: float | None) -> float | None:
    """A number as a double; null stays null."""
    return None if value is None else float(value)
