"""Numbers of chosen entries, and what stands at the end of a day.

Each number is first written down as a list of entries (the day it counts on, the agent it belongs
to, its value, its thread); every mart and every function then does nothing but select entries and
count them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from tests.oracle.facts import Facts
from tests.oracle.layout import COUNTED, MOVED, TIMED
from tests.oracle.periods import ONE_DAY, mean, quantile
from tests.oracle.zones import start_of_day

SATISFIED = 4
# The number of seconds that each measure is, by the calendar and by the business clock.
MEASURES = {
    "first_response": ("first_response_seconds", "first_response_business_seconds"),
    "reply": ("reply_seconds", "reply_business_seconds"),
    "resolution": ("closing_seconds", "closing_business_seconds"),
    "first_resolution": ("first_resolution_seconds", None),
}

Thread = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One thing that is counted or averaged: on a day, for an agent (None is nobody).

    thread is its thread's row of fct_threads, null for a rating of none that stands; ended_day is
    the day of the event where `day` is the thread's; record_id is the message, rating or duration
    that is counted, else the thread.
    """

    day: date
    agent_id: str | None
    value: Any
    thread: Thread | None
    ended_day: date | None = None
    record_id: str = ""


Entries = dict[str, list[Entry]]


@dataclass(frozen=True)
class Filters:
    """Which threads are meant: null is all, else any of the values; the empty text is none."""

    channels: Collection[str] | None = None
    teams: Collection[str] | None = None
    labels: Collection[str] | None = None
    priorities: Collection[str] | None = None

    @property
    def are_set(self) -> bool:
        """Whether they leave anything out."""
        return self != Filters()

    def keep(self, thread: Thread | None) -> bool:
        """Whether a thread is meant; what belongs to none is so only where nothing is left out."""
        if self is NO_FILTERS:
            return True
        if thread is None:
            return not self.are_set
        return all(
            wanted is None or bool(set(wanted) & set(values))
            for wanted, values in (
                (self.channels, [thread["channel"]]),
                (self.teams, [thread["team_id"] or ""]),
                (self.labels, thread["labels"]),
                (self.priorities, [thread["priority"] or ""]),
            )
        )


NO_FILTERS = Filters()

# What a number is told by: the value of an entry, null being nobody. A thread has many labels.
SCOPES: dict[str, Callable[[Entry], list[Any]]] = {
    "inbox": lambda entry: [None],
    "agent": lambda entry: [entry.agent_id],
    "channel": lambda entry: [entry.thread and entry.thread["channel"]],
    "team": lambda entry: [entry.thread and entry.thread["team_id"]],
    "priority": lambda entry: [entry.thread and entry.thread["priority"]],
    "label": lambda entry: list(entry.thread["labels"] if entry.thread else ()) or [None],
}


class Numbers(Facts):
    """Every entry of an inbox, and the numbers of any of them."""

    # Entries: each number's day, agent and value.

    @cached_property
    def entries(self) -> Entries:
        """The entries of each number."""
        entries: Entries = {name: [] for name in [*COUNTED, *TIMED, "users"]}
        threads = self.threads_by_id
        for thread in self.threads:
            self._add_thread(entries, thread)
        for message in self.messages:
            if message["is_counted"]:
                self._add_message(entries, message, threads[message["thread_id"]])
        for rating in self.ratings:
            thread = threads.get(rating["thread_id"])
            entry = Entry(rating["rated_date"], rating["agent_id"], rating["score"], thread)
            entries["ratings"].append(replace(entry, record_id=rating["rating_id"]))
        for duration in self.durations:
            self._add_duration(entries, duration, threads[duration["thread_id"]])
        return entries

    def _add_thread(self, entries: Entries, thread: Thread) -> None:
        assignee, thread_id = thread["assigned_agent_id"], thread["thread_id"]
        is_closed = thread["status"] == "closed"
        created = Entry(thread["created_date"], assignee, thread_id, thread, record_id=thread_id)
        entries["new_threads"].append(created)
        for name, holds in (
            ("labeled_threads", thread["is_labeled"]),
            ("unanswered_threads", thread["is_unanswered"]),
            ("agent_started_threads", thread["is_agent_started"]),
            ("closed_threads", is_closed),
            ("reopened_threads", thread["is_reopened"]),
            ("one_touch_threads", is_one_touch(thread)),
        ):
            if holds:
                entries[name].append(created)
        if thread["user_id"] is not None:
            entries["users"].append(replace(created, value=thread["user_id"]))
        if is_closed:
            entries["threads_closed"].append(replace(created, day=thread["closed_date"]))
        if thread["first_response_seconds"] is not None:
            responder = thread["first_responder_id"]
            entries["responded_threads"].append(replace(created, agent_id=responder))
        for closing in self.closings[thread_id]:
            agent_id = closing.agent_id
            if agent_id is None and is_closed and closing.closed_at == thread["closed_at"]:
                agent_id = thread["closer_agent_id"]
            day = self.local_date(closing.closed_at)
            assert day is not None
            closed = replace(created, day=day, agent_id=agent_id or assignee)
            entries["closings"].append(closed)

    def _add_message(self, entries: Entries, message: dict[str, Any], thread: Thread) -> None:
        message_id = message["message_id"]
        sent = Entry(
            message["sent_date"],
            message["assigned_agent_id"],
            message_id,
            thread,
            record_id=message_id,
        )
        entries["messages"].append(sent)
        entries["thread_messages"].append(replace(sent, day=message["thread_created_date"]))
        if message["author_type"] == "user":
            entries["user_messages"].append(sent)
            if message["user_id"] is not None:
                entries["users"].append(replace(sent, value=message["user_id"]))
        else:
            entries["agent_messages"].append(sent)
            entries["messages_sent"].append(replace(sent, agent_id=message["agent_id"]))

    def _add_duration(self, entries: Entries, duration: dict[str, Any], thread: Thread) -> None:
        is_reply = duration["measure"] == "reply"
        ended_day = duration["ended_date"]
        day = ended_day if is_reply else duration["thread_created_date"]
        ended = Entry(day, duration["agent_id"], None, thread, ended_day, duration["duration_id"])
        clocks = (duration["seconds"], duration["business_seconds"])
        for name, seconds in zip(MEASURES[duration["measure"]], clocks, strict=True):
            if name is not None and seconds is not None:
                entries[name].append(replace(ended, value=seconds))
        if is_reply and duration["ended_by"] == "reply":
            entries["replies"].append(ended)

    def first_activity(self) -> dict[str, date]:
        """The day of each user's first activity ever."""
        first: dict[str, date] = {}
        for entry in self.entries["users"]:
            first[entry.value] = min(first.get(entry.value, entry.day), entry.day)
        return first

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
        satisfied = sum(score >= SATISFIED for score in scores)
        return {
            **{name: len(values(name)) for name in COUNTED},
            **{f"{name}_median": quantile(values(name), 0.5) for name in TIMED},
            **{f"{name}_p90": quantile(values(name), 0.9) for name in TIMED},
            "unique_users": len(set(values("users"))),
            "average_rating": mean(scores),
            "satisfied_ratings": satisfied,
            "csat_ratio": satisfied / len(scores) if scores else None,
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


def is_one_touch(thread: Thread) -> bool:
    """Whether one message of an agent was enough."""
    is_closed = thread["status"] == "closed"
    return is_closed and thread["agent_messages"] == 1 and not thread["is_reopened"]
