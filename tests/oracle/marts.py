"""The marts: one row a period, or a period and agent, channel, team or label."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from tests.oracle.clock import Schedule
from tests.oracle.coverage import Coverage
from tests.oracle.entries import AGES, END_NUMBERS, SCOPES
from tests.oracle.facts import frame
from tests.oracle.layout import COLUMNS
from tests.oracle.numbers import Numbers
from tests.oracle.periods import ONE_DAY, period_end, period_start
from tests.oracle.read import Records

NOTHING_AT_END: dict[str, Any] = {
    name: 0 if name.endswith("threads") else None for name in END_NUMBERS
}
# Ages and the longest wait are told by the functions; marts would work out each day of each value.
NO_AGES = dict.fromkeys(AGES)


class Marts(Numbers):
    """Every mart of an inbox.

    week_start is 'monday' or 'sunday', as_of_date the last export day; coverage tells which days
    have come. Both are those of the records unless given.
    """

    def __init__(
        self,
        records: Records,
        zone: str = "UTC",
        week_start: str = "monday",
        as_of_date: date | None = None,
        *,
        schedules: dict[str, Schedule] | None = None,
        coverage: Coverage | None = None,
    ) -> None:
        if week_start not in ("monday", "sunday"):
            raise ValueError(f"a week starts on monday or sunday, not on {week_start}")
        super().__init__(records, zone, as_of_date, schedules)
        self.week_start = week_start
        self.coverage = coverage or Coverage(records.days)

    # Periods.

    def start_of(self, day: date, grain: str) -> date:
        """The first day of the period that holds a day."""
        return period_start(day, grain, self.week_start)

    def end_of(self, day: date, grain: str) -> date:
        """The last day of the period that holds a day."""
        return period_end(day, grain, self.week_start)

    def periods(self, grain: str, first_day: date, last_day: date) -> list[date]:
        """The first days of every period from that of one day to that of another."""
        starts = []
        day = first_day
        while day <= last_day:
            starts.append(self.start_of(day, grain))
            day = self.end_of(day, grain) + ONE_DAY
        return starts

    def active_days(self) -> tuple[date, date] | None:
        """The first day with activity, and the later of the last one and `as_of_date`.

        Activity is a thread created or closed, a counted message sent, a rating.
        """
        names = ("new_threads", "threads_closed", "closings", "messages", "ratings")
        days = [entry.day for name in names for entry in self.entries[name]]
        if not days:
            return None
        return min(days), max([*days, self.as_of_date or max(days)])

    def spine(self, grain: str) -> list[date]:
        """The first days of every period that mart_inbox has.

        None is left out up to `as_of_date`; after it those in which nothing but backlog lies.
        """
        days = self.active_days()
        if days is None:
            return []
        starts = self.periods(grain, *days)
        if self.as_of_date is None:
            return starts
        active = {
            self.start_of(entry.day, grain) for name in self.entries.values() for entry in name
        }
        return [start for start in starts if start <= self.as_of_date or start in active]

    def days_missing(self, first_day: date, last_day: date) -> int:
        """The export days of a range that should have come and have not."""
        return len(self.coverage.missing(first_day, last_day))

    def is_complete(self, first_day: date, last_day: date) -> bool:
        """Whether a range of days is over and all of it has come."""
        return self.coverage.is_complete(first_day, last_day)

    def period(self, start: date, grain: str) -> dict[str, Any]:
        """A period's first and last day, and whether it is over."""
        end = self.end_of(start, grain)
        return {
            "period_start_date": start,
            "period_end_date": end,
            "is_complete": self.is_complete(start, end),
        }

    def backlog_day(self, *days: date) -> date:
        """The earliest of some days and `as_of_date`."""
        return min([*days, self.as_of_date or date.max])

    # Marts.

    def mart_inbox(self, grain: str) -> pd.DataFrame:
        """One row a period of the spine: the period and every number of the inbox."""
        groups = self.grouped(lambda entry: [self.start_of(entry.day, grain)])
        new_users: dict[date, int] = defaultdict(int)
        for day in self.first_activity().values():
            new_users[self.start_of(day, grain)] += 1
        rows = []
        for start in self.spine(grain):
            period = self.period(start, grain)
            end = period["period_end_date"]
            day, with_ages = self.backlog_day(end), grain == "daily"
            at_end = self.at_end(day, with_ages=with_ages).get(None, NOTHING_AT_END)
            rows.append(
                {
                    **period,
                    **self.numbers(groups.get(start, {})),
                    **at_end,
                    **({} if with_ages else NO_AGES),
                    "new_users": new_users[start],
                    "days_missing": self.days_missing(start, end),
                }
            )
        return frame(rows, COLUMNS["mart_inbox"])

    def mart_by(self, scope: str, grain: str) -> list[dict[str, Any]]:
        """One row a period of the spine and value with any number: value and numbers."""
        groups = self.grouped(
            lambda entry: [
                (self.start_of(entry.day, grain), value) for value in SCOPES[scope](entry)
            ]
        )
        values_by_period: dict[date, set[str | None]] = defaultdict(set)
        for start, value in groups:
            values_by_period[start].add(value)
        rows = []
        for start in self.spine(grain):
            period = self.period(start, grain)
            end = period["period_end_date"]
            at_end = self.at_end(self.backlog_day(end), scope, with_ages=False)
            days_missing = self.days_missing(start, end)
            for value in nobody_last(values_by_period[start] | set(at_end)):
                rows.append(
                    {
                        **period,
                        "value": value,
                        **self.numbers(groups.get((start, value), {})),
                        **at_end.get(value, NOTHING_AT_END),
                        **NO_AGES,
                        "days_missing": days_missing,
                    }
                )
        return rows

    def mart_agents(self, grain: str) -> pd.DataFrame:
        """One row a period of the spine and agent with a count above zero or an average."""
        rows = [
            {**row, "agent_id": row["value"], "agent_name": self.agent_name(row["value"])}
            for row in self.mart_by("agent", grain)
        ]
        return frame(rows, COLUMNS["mart_agents"])

    def mart_channels(self, grain: str) -> pd.DataFrame:
        """One row a period of the spine and channel; null is that of no thread."""
        rows = [{**row, "channel": row["value"]} for row in self.mart_by("channel", grain)]
        return frame(rows, COLUMNS["mart_channels"])

    def mart_teams(self, grain: str) -> pd.DataFrame:
        """One row a period of the spine and team; null is nobody's."""
        rows = [
            {**row, "team_id": row["value"], "team_name": self.team_name(row["value"])}
            for row in self.mart_by("team", grain)
        ]
        return frame(rows, COLUMNS["mart_teams"])

    def mart_labels(self, grain: str) -> pd.DataFrame:
        """One row a period and label: new_threads and their rank, 1 for the most."""
        labels_by_period: dict[date, list[str]] = defaultdict(list)
        for row in self.thread_labels:
            labels_by_period[self.start_of(row["created_date"], grain)].append(row["label"])
        rows = []
        for start in sorted(labels_by_period):
            for ranked in ranked_labels(labels_by_period[start]):
                rows.append({**self.period(start, grain), **ranked})
        return frame(rows, COLUMNS["mart_labels"])

    def dim_dates(self) -> pd.DataFrame:
        """One row a day of mart_inbox_daily: date and the first days of its longer periods."""
        rows = [
            {
                "date": day,
                "week_start_date": self.start_of(day, "weekly"),
                "month_start_date": self.start_of(day, "monthly"),
                "year_start_date": self.start_of(day, "yearly"),
            }
            for day in self.spine("daily")
        ]
        return frame(rows, COLUMNS["dim_dates"])


def nobody_last(values: Iterable[str | None]) -> list[str | None]:
    """Values in order, nobody's last."""
    return sorted(values, key=lambda value: (value is None, value or ""))


def ranked_labels(labels: list[str]) -> list[dict[str, Any]]:
    """Labels by how often they come, ties in code-point order, with their rank."""
    counts: dict[str, int] = defaultdict(int)
    for label in labels:
        counts[label] += 1
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        {"label": label, "new_threads": count, "rank": rank}
        for rank, (label, count) in enumerate(ordered, start=1)
    ]
