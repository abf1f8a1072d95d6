"""The numbers, each as entries: the day it counts on, its agent, value and thread."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from tests.oracle.facts import Facts

# Entries that are counted one by one, with the column that shows how many there are.
COUNTED = [
    "new_threads",
    "messages",
    "user_messages",
    "agent_messages",
    "thread_messages",
    "messages_sent",
    "labeled_threads",
    "ratings",
    "responded_threads",
    "unanswered_threads",
    "agent_started_threads",
    "closed_threads",
    "threads_closed",
    "replies",
    "closings",
    "reopened_threads",
    "one_touch_threads",
    "satisfied_ratings",
]
# Entries whose values are seconds, with two columns: their median and 90th percentile.
TIMED = [
    "first_response_seconds",
    "closing_seconds",
    "reply_seconds",
    "first_response_business_seconds",
    "reply_business_seconds",
    "closing_business_seconds",
    "first_resolution_seconds",
]
# Of these the day of the event may be asked for instead of the thread's.
MOVED = [name for name in TIMED if not name.startswith("reply")]
# What is told at the end of a day.
END_NUMBERS = [
    "open_threads",
    "waiting_threads",
    "longest_wait_seconds",
    "backlog_age_seconds_median",
    "backlog_age_seconds_p90",
]
# Those of them that marts tell of whole days and of everyone only.
AGES = END_NUMBERS[2:]
INBOX_NUMBERS = [
    "new_threads",
    "messages",
    "user_messages",
    "agent_messages",
    "thread_messages",
    "unique_users",
    "new_users",
    "labeled_threads",
    "ratings",
    "average_rating",
    "first_response_seconds_median",
    "first_response_seconds_p90",
    "closing_seconds_median",
    "closing_seconds_p90",
    "responded_threads",
    "unanswered_threads",
    "agent_started_threads",
    "closed_threads",
    "threads_closed",
    "open_threads",
]
# Those of waits, closings, working time and missing days.
DURATION_NUMBERS = [
    "replies",
    "reply_seconds_median",
    "reply_seconds_p90",
    "first_response_business_seconds_median",
    "first_response_business_seconds_p90",
    "reply_business_seconds_median",
    "reply_business_seconds_p90",
    "closing_business_seconds_median",
    "closing_business_seconds_p90",
    "waiting_threads",
    "longest_wait_seconds",
    "first_resolution_seconds_median",
    "first_resolution_seconds_p90",
    "closings",
    "reopened_threads",
    "one_touch_threads",
    "satisfied_ratings",
    "csat_ratio",
    "backlog_age_seconds_median",
    "backlog_age_seconds_p90",
    "days_missing",
]
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


class Counted(Facts):
    """Every entry of an inbox."""

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
            entry = replace(entry, record_id=rating["rating_id"])
            entries["ratings"].append(entry)
            if entry.value >= SATISFIED:
                entries["satisfied_ratings"].append(entry)
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


def is_one_touch(thread: Thread) -> bool:
    """Whether one message of an agent was enough."""
    is_closed = thread["status"] == "closed"
    return is_closed and thread["agent_messages"] == 1 and not thread["is_reopened"]
