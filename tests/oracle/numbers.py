"""Numbers of chosen entries, and what stands at the end of a day.

Each number is first written down as a list of `entries`; every mart and every function then does
nothing but select entries and count them.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from tests.oracle.entries import (
    COUNTED,
    MOVED,
    NO_FILTERS,
    SCOPES,
    TIMED,
    Counted,
    Entries,
    Entry,
    Filters,
)
from tests.oracle.periods import ONE_DAY, mean, quantile
from tests.oracle.zones import start_of_day


class Numbers(Counted):
    """Every entry of an inbox, and the numbers of any of them."""

    # Numbers of chosen entries.

    def select(
        self,
        start_date: date,
        end_date: date,
        agent: str | None = None,
        filters: Filters = NO_FILTERS,
        day_of: str = "created",
    ) -> Entries:
        """The entries of a range of days, an agent ('' is nobody) and some threads."""
        selected: Entries = {}
        for name, entries in self.entries.items():
            if day_of == "ended" and name in MOVED:
                entries = [replace(entry, day=entry.ended_day) for entry in entries]
            selected[name] = [
                entry
                for entry in entries
                if start_date <= entry.day <= end_date
                and (agent is None or entry.agent_id == (agent or None))
                and filters.keep(entry.thread)
            ]
        return selected

    def grouped(
        self, groups_of: Callable[[Entry], list[Any]], entries: Entries | None = None
    ) -> dict[Any, Entries]:
        """Entries by group, and by number within it."""
        groups: dict[Any, Entries] = defaultdict(lambda: defaultdict(list))
        for name, listed in (self.entries if entries is None else entries).items():
            for entry in listed:
                for group in groups_of(entry):
                    groups[group][name].append(entry)
        return groups

    @staticmethod
    def numbers(entries: Entries) -> dict[str, Any]:
        """Every number of some entries but new_users and what is told at the end of a day."""
        if not entries and NUMBERS_OF_NOTHING:
            return dict(NUMBERS_OF_NOTHING)  # as most days of most agents have it

        def values(name: str) -> list[Any]:
            return [entry.value for entry in entries.get(name, [])]

        scores = values("ratings")
        return {
            **{name: len(values(name)) for name in COUNTED},
            **{f"{name}_median": quantile(values(name), 0.5) for name in TIMED},
            **{f"{name}_p90": quantile(values(name), 0.9) for name in TIMED},
            "unique_users": len(set(values("users"))),
            "average_rating": mean(scores),
            "csat_ratio": len(values("satisfied_ratings")) / len(scores) if scores else None,
        }

    # What stands at the end of a day.

    def end_of_day(self, day: date) -> datetime:
        """The first instant of the next local day."""
        return start_of_day(day + ONE_DAY, self.zone)

    @cached_property
    def _ends(self) -> dict[date, tuple[list[Entry], list[Entry]]]:
        return {}

    def standing(self, day: date) -> tuple[list[Entry], list[Entry]]:
        """The threads that are open and the waits that run at the end of a day.

        The value is the instant from which on; both belong to the thread's assignee.
        """
        if day not in self._ends:
            end = self.end_of_day(day)
            threads, waits = [], []
            for thread in self.threads:
                assignee = thread["assigned_agent_id"]
                is_closed = thread["closed_date"] is not None and thread["closed_date"] <= day
                opened = Entry(
                    day, assignee, thread["created_at"], thread, record_id=thread["thread_id"]
                )
                if thread["created_date"] <= day and not is_closed:
                    threads.append(opened)
                for wait in self.waits[thread["thread_id"]]:
                    ended_at = wait.ended_at
                    if wait.started_at < end and not (ended_at is not None and ended_at < end):
                        waits.append(replace(opened, value=wait.started_at))
            self._ends[day] = (threads, waits)
        return self._ends[day]

    def at_end(
        self,
        day: date,
        scope: str = "inbox",
        agent: str | None = None,
        filters: Filters = NO_FILTERS,
        *,
        with_ages: bool = True,
    ) -> dict[Any, dict[str, Any]]:
        """The numbers of the end of a day, by value of a scope; values without any are left out."""
        since: tuple[dict[Any, list[datetime]], ...] = (defaultdict(list), defaultdict(list))
        for instants, entries in zip(since, self.standing(day), strict=True):
            for entry in entries:
                if agent is not None and entry.agent_id != (agent or None):
                    continue
                if filters.keep(entry.thread):
                    for value in SCOPES[scope](entry):
                        instants[value].append(entry.value)
        opened, waiting = since
        return {
            value: {
                "open_threads": len(opened[value]),
                "waiting_threads": len(waiting[value]),
                **(self._ages_at_end(day, opened[value], waiting[value]) if with_ages else {}),
            }
            for value in [*opened, *waiting]
        }

    def _ages_at_end(
        self, day: date, opened: list[datetime], waiting: list[datetime]
    ) -> dict[str, float | None]:
        end = self.end_of_day(day)
        ages, waits = (
            [(end - instant).total_seconds() for instant in instants]
            for instants in (opened, waiting)
        )
        return {
            "longest_wait_seconds": max(waits, default=None),
            "backlog_age_seconds_median": quantile(ages, 0.5),
            "backlog_age_seconds_p90": quantile(ages, 0.9),
        }


NUMBERS_OF_NOTHING: dict[str, Any] = {}
NUMBERS_OF_NOTHING.update(Numbers.numbers({}))
