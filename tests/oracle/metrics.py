"""Every published table, computed from the records that stand, straight from the definitions.

`Report` is made of records, a zone, the first day of the week and the last export day. Each number
is first written down as a list of entries (the day it counts on, the agent it belongs to, its
value); every mart and every function then does nothing but select entries and count them.

Frames have dtype object throughout: counts are int, seconds and averages float, days date, times
aware datetimes in UTC, and a null is None.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from tests.oracle.read import Records

GRAINS = ("daily", "weekly", "monthly", "yearly")
UNASSIGNED = "Unassigned"
ONE_DAY = timedelta(days=1)
CARD_DAYS = 30

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
]
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
AGENT_NUMBERS = ["messages_sent"] + [name for name in INBOX_NUMBERS if name != "new_users"]
SERIES_NUMBERS = [*INBOX_NUMBERS, "messages_sent"]
AGENTS_TABLE_NUMBERS = [
    "average_rating",
    "ratings",
    "first_response_seconds_median",
    "closing_seconds_median",
    "new_threads",
    "messages_sent",
]
CARDS = [
    ("new_threads", "New threads"),
    ("messages", "Messages"),
    ("unique_users", "New inbox users"),
    ("labeled_threads", "Labeled threads"),
    ("average_rating", "Average rating"),
    ("ratings", "Ratings"),
]
PERIOD_COLUMNS = ["period_start_date", "period_end_date", "is_complete"]
COLUMNS = {
    "fct_threads": [
        "thread_id",
        "channel",
        "user_id",
        "assigned_agent_id",
        "closer_agent_id",
        "first_responder_id",
        "status",
        "created_at",
        "created_date",
        "closed_at",
        "closed_date",
        "first_closed_at",
        "first_user_message_at",
        "first_response_at",
        "first_response_seconds",
        "closing_seconds",
        "reopen_count",
        "messages",
        "user_messages",
        "agent_messages",
        "labels_count",
        "is_labeled",
        "is_agent_started",
        "is_unanswered",
        "is_time_inconsistent",
    ],
    "fct_messages": [
        "message_id",
        "thread_id",
        "user_id",
        "agent_id",
        "author_type",
        "sent_at",
        "sent_date",
        "thread_created_date",
        "assigned_agent_id",
        "is_private",
        "is_counted",
        "body_length",
    ],
    "fct_ratings": [
        "rating_id",
        "thread_id",
        "user_id",
        "agent_id",
        "score",
        "rated_at",
        "rated_date",
        "thread_created_date",
    ],
    "fct_agent_timings": [
        "thread_id",
        "agent_id",
        "created_date",
        "first_response_seconds",
        "closing_seconds",
    ],
    "fct_thread_labels": ["thread_id", "label", "assigned_agent_id", "created_date"],
    "dim_agents": ["agent_id", "name", "team", "is_active"],
    "dim_dates": ["date", "week_start_date", "month_start_date", "year_start_date"],
    "mart_inbox": [*PERIOD_COLUMNS, *INBOX_NUMBERS],
    "mart_agents": [*PERIOD_COLUMNS, "agent_id", "agent_name", *AGENT_NUMBERS],
    "mart_labels": [*PERIOD_COLUMNS, "label", "new_threads", "rank"],
    "mart_inbox_cards": [
        "card_order",
        "metric",
        "label",
        "as_of_date",
        "current_start_date",
        "current_value",
        "previous_start_date",
        "previous_value",
        "change",
        "change_ratio",
    ],
    "inbox_series": [*PERIOD_COLUMNS, "from_date", "to_date", *SERIES_NUMBERS],
    "inbox_agents": ["agent_id", "agent_name", *AGENTS_TABLE_NUMBERS],
    "inbox_top_labels": ["label", "new_threads", "rank"],
}
# What tells the rows of each published table apart.
KEYS = {
    "fct_threads": ["thread_id"],
    "fct_messages": ["message_id"],
    "fct_ratings": ["rating_id"],
    "fct_agent_timings": ["thread_id", "agent_id"],
    "fct_thread_labels": ["thread_id", "label"],
    "dim_agents": ["agent_id"],
    "dim_dates": ["date"],
    **{f"mart_inbox_{grain}": ["period_start_date"] for grain in GRAINS},
    **{f"mart_agents_{grain}": ["period_start_date", "agent_id"] for grain in GRAINS},
    **{f"mart_labels_{grain}": ["period_start_date", "label"] for grain in GRAINS},
    "mart_inbox_cards": ["card_order"],
    "inbox_cards": ["card_order"],
    "inbox_series": ["period_start_date"],
    "inbox_agents": ["agent_id"],
    "inbox_top_labels": ["label"],
}


@dataclass(frozen=True)
class Entry:
    """One thing that is counted or averaged: on a day, for an agent (None is nobody)."""

    day: date
    agent_id: str | None
    value: Any


def period_start(day: date, grain: str, week_start: str = "monday") -> date:
    """The first day of the period that holds a day."""
    if grain == "daily":
        return day
    if grain == "weekly":
        days_since_start = day.weekday() if week_start == "monday" else day.isoweekday() % 7
        return day - timedelta(days=days_since_start)
    if grain == "monthly":
        return day.replace(day=1)
    return day.replace(month=1, day=1)


def period_end(day: date, grain: str, week_start: str = "monday") -> date:
    """The last day of the period that holds a day."""
    start = period_start(day, grain, week_start)
    if grain == "daily":
        return start
    if grain == "weekly":
        return start + timedelta(days=6)
    if grain == "monthly":
        return (start + timedelta(days=31)).replace(day=1) - ONE_DAY
    return start.replace(month=12, day=31)


def quantile(values: Iterable[float], fraction: float) -> float | None:
    """The value at (n - 1) * fraction of the ordered values, a straight line between two."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = (len(ordered) - 1) * fraction
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def mean(values: Iterable[float]) -> float | None:
    """The mean; null where there is nothing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else None


def frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    """Rows as a frame of dtype object, in which None stays None."""
    return pd.DataFrame(
        [[row[column] for column in columns] for row in rows], columns=columns, dtype=object
    )


class Report:
    """Every number of an inbox.

    zone is an IANA name, week_start 'monday' or 'sunday', as_of_date the last export day (that of
    the records unless given).
    """

    def __init__(
        self,
        records: Records,
        zone: str = "UTC",
        week_start: str = "monday",
        as_of_date: date | None = None,
    ) -> None:
        if week_start not in ("monday", "sunday"):
            raise ValueError(f"a week starts on monday or sunday, not on {week_start}")
        self.zone = ZoneInfo(zone)
        self.week_start = week_start
        self.as_of_date = as_of_date or records.as_of_date
        self._thread_records = {row["thread_id"]: row for row in rows_of(records.threads)}
        self._message_records = rows_of(records.messages)
        self._rating_records = rows_of(records.ratings)
        self._agent_records = {row["agent_id"]: row for row in rows_of(records.agents)}
        self.messages = self._messages()
        self.threads = self._threads()
        self.ratings = self._ratings()
        self.agent_timings = self._agent_timings()
        self.thread_labels = self._thread_labels()
        self.agents = self._agents()
        self.entries = self._entries()

    # Facts and dimensions.

    def local_date(self, instant: datetime | None) -> date | None:
        """The day of an instant in the zone."""
        return None if instant is None else instant.astimezone(self.zone).date()

    def _messages(self) -> list[dict[str, Any]]:
        messages = []
        for record in self._message_records:
            thread = self._thread_records.get(record["thread_id"])
            if thread is None:
                continue
            author_type = record["author_type"]
            messages.append(
                {
                    **record,
                    "user_id": record["author_id"] if author_type == "user" else None,
                    "agent_id": record["author_id"] if author_type == "agent" else None,
                    "sent_date": self.local_date(record["sent_at"]),
                    "thread_created_date": self.local_date(thread["created_at"]),
                    "assigned_agent_id": thread["assigned_agent_id"],
                    "is_counted": author_type in ("user", "agent") and not record["is_private"],
                }
            )
        return messages

    def _threads(self) -> list[dict[str, Any]]:
        counted_by_thread: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for message in self.messages:
            if message["is_counted"]:
                counted_by_thread[message["thread_id"]].append(message)
        threads = []
        for thread_id, record in self._thread_records.items():
            counted = counted_by_thread[thread_id]
            counted.sort(
                key=lambda message: (
                    message["sent_at"],
                    message["author_type"] == "agent",
                    message["message_id"],
                )
            )
            is_agent_started = bool(counted) and counted[0]["author_type"] == "agent"
            first_user_message = None
            first_response = None
            for message in counted:
                if message["author_type"] == "user" and first_user_message is None:
                    first_user_message = message
                if message["author_type"] == "agent" and first_user_message is not None:
                    first_response = message
                    break
            is_unanswered = (
                first_user_message is not None and first_response is None and not is_agent_started
            )
            if is_agent_started:
                first_response = None
            first_response_seconds = None
            if first_user_message is not None and first_response is not None:
                waited = first_response["sent_at"] - first_user_message["sent_at"]
                first_response_seconds = waited.total_seconds()

            is_closed = record["status"] == "closed"
            is_time_inconsistent = is_closed and record["closed_at"] < record["created_at"]
            closing_seconds = None
            if is_closed and not is_time_inconsistent:
                closing_seconds = (record["closed_at"] - record["created_at"]).total_seconds()
            closer = record["closed_by_agent_id"] or record["assigned_agent_id"]
            user_messages = [m for m in counted if m["author_type"] == "user"]
            threads.append(
                {
                    **record,
                    "closer_agent_id": closer if is_closed else None,
                    "first_responder_id": first_response and first_response["agent_id"],
                    "created_date": self.local_date(record["created_at"]),
                    "closed_date": self.local_date(record["closed_at"]),
                    "first_user_message_at": first_user_message and first_user_message["sent_at"],
                    "first_response_at": first_response and first_response["sent_at"],
                    "first_response_seconds": first_response_seconds,
                    "closing_seconds": closing_seconds,
                    "messages": len(counted),
                    "user_messages": len(user_messages),
                    "agent_messages": len(counted) - len(user_messages),
                    "labels_count": len(record["labels"]),
                    "is_labeled": len(record["labels"]) > 0,
                    "is_agent_started": is_agent_started,
                    "is_unanswered": is_unanswered,
                    "is_time_inconsistent": is_time_inconsistent,
                }
            )
        return threads

    def _ratings(self) -> list[dict[str, Any]]:
        ratings = []
        for record in self._rating_records:
            thread = self._thread_records.get(record["thread_id"], {})
            ratings.append(
                {
                    **record,
                    "user_id": thread.get("user_id"),
                    "agent_id": record["agent_id"]
                    or thread.get("closed_by_agent_id")
                    or thread.get("assigned_agent_id"),
                    "rated_date": self.local_date(record["rated_at"]),
                    "thread_created_date": self.local_date(thread.get("created_at")),
                }
            )
        return ratings

    def _agent_timings(self) -> list[dict[str, Any]]:
        timings = []
        for thread in self.threads:
            is_responded = thread["first_response_at"] is not None
            is_closed = thread["status"] == "closed"
            agents = []
            if is_responded:
                agents.append(thread["first_responder_id"])
            if is_closed and thread["closer_agent_id"] not in agents:
                agents.append(thread["closer_agent_id"])
            for agent_id in agents:
                answered = is_responded and thread["first_responder_id"] == agent_id
                closed = is_closed and thread["closer_agent_id"] == agent_id
                timings.append(
                    {
                        "thread_id": thread["thread_id"],
                        "agent_id": agent_id,
                        "created_date": thread["created_date"],
                        "first_response_seconds": (
                            thread["first_response_seconds"] if answered else None
                        ),
                        "closing_seconds": thread["closing_seconds"] if closed else None,
                    }
                )
        return timings

    def _thread_labels(self) -> list[dict[str, Any]]:
        return [{**thread, "label": label} for thread in self.threads for label in thread["labels"]]

    def _agents(self) -> list[dict[str, Any]]:
        named = {record["agent_id"] for record in self._rating_records}
        for thread in self._thread_records.values():
            named |= {thread["assigned_agent_id"], thread["closed_by_agent_id"]}
        for message in self._message_records:
            if message["author_type"] == "agent":
                named.add(message["author_id"])
        agents = list(self._agent_records.values())
        for agent_id in named - self._agent_records.keys() - {None}:
            agents.append({"agent_id": agent_id, "name": agent_id, "team": None, "is_active": True})
        return sorted(agents, key=lambda agent: agent["agent_id"])

    def agent_name(self, agent_id: str | None) -> str:
        """What an agent is shown as."""
        if agent_id is None:
            return UNASSIGNED
        record = self._agent_records.get(agent_id)
        return record["name"] if record else agent_id

    # Entries: each number's day, agent and value.

    def _entries(self) -> dict[str, list[Entry]]:
        entries: dict[str, list[Entry]] = {name: [] for name in COUNTED}
        for name in ("users", "first_response_seconds", "closing_seconds"):
            entries[name] = []

        def add(name: str, day: date, agent_id: str | None, value: Any) -> None:
            entries[name].append(Entry(day, agent_id, value))

        for thread in self.threads:
            thread_id = thread["thread_id"]
            created_date = thread["created_date"]
            assignee = thread["assigned_agent_id"]
            add("new_threads", created_date, assignee, thread_id)
            if thread["user_id"] is not None:
                add("users", created_date, assignee, thread["user_id"])
            if thread["is_labeled"]:
                add("labeled_threads", created_date, assignee, thread_id)
            if thread["is_unanswered"]:
                add("unanswered_threads", created_date, assignee, thread_id)
            if thread["is_agent_started"]:
                add("agent_started_threads", created_date, assignee, thread_id)
            if thread["status"] == "closed":
                add("closed_threads", created_date, assignee, thread_id)
                add("threads_closed", thread["closed_date"], assignee, thread_id)
            if thread["first_response_seconds"] is not None:
                responder = thread["first_responder_id"]
                seconds = thread["first_response_seconds"]
                add("responded_threads", created_date, responder, thread_id)
                add("first_response_seconds", created_date, responder, seconds)
            if thread["closing_seconds"] is not None:
                seconds = thread["closing_seconds"]
                add("closing_seconds", created_date, thread["closer_agent_id"], seconds)

        for message in self.messages:
            if not message["is_counted"]:
                continue
            message_id = message["message_id"]
            sent_date = message["sent_date"]
            assignee = message["assigned_agent_id"]
            add("messages", sent_date, assignee, message_id)
            add("thread_messages", message["thread_created_date"], assignee, message_id)
            if message["author_type"] == "user":
                add("user_messages", sent_date, assignee, message_id)
                if message["user_id"] is not None:
                    add("users", sent_date, assignee, message["user_id"])
            else:
                add("agent_messages", sent_date, assignee, message_id)
                add("messages_sent", sent_date, message["agent_id"], message_id)

        for rating in self.ratings:
            add("ratings", rating["rated_date"], rating["agent_id"], rating["score"])
        return entries

    def first_activity(self) -> dict[str, date]:
        """The day of each user's first activity ever."""
        first: dict[str, date] = {}
        for entry in self.entries["users"]:
            first[entry.value] = min(first.get(entry.value, entry.day), entry.day)
        return first

    # Numbers of chosen entries.

    def select(self, chosen: Callable[[Entry], bool]) -> dict[str, list[Entry]]:
        """The entries of each number for which `chosen` holds."""
        return {
            name: [entry for entry in entries if chosen(entry)]
            for name, entries in self.entries.items()
        }

    def grouped(
        self, group_of: Callable[[Entry], Any], entries: dict[str, list[Entry]] | None = None
    ) -> dict[Any, dict[str, list[Entry]]]:
        """Entries by group, and by number within it."""
        groups: dict[Any, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
        for name, listed in (self.entries if entries is None else entries).items():
            for entry in listed:
                groups[group_of(entry)][name].append(entry)
        return groups

    @staticmethod
    def numbers(entries: dict[str, list[Entry]]) -> dict[str, Any]:
        """Every number of some entries but new_users and open_threads."""

        def values(name: str) -> list[Any]:
            return [entry.value for entry in entries.get(name, [])]

        counts = {name: len(values(name)) for name in COUNTED}
        responses = values("first_response_seconds")
        closings = values("closing_seconds")
        return {
            **counts,
            "unique_users": len(set(values("users"))),
            "average_rating": mean(values("ratings")),
            "first_response_seconds_median": quantile(responses, 0.5),
            "first_response_seconds_p90": quantile(responses, 0.9),
            "closing_seconds_median": quantile(closings, 0.5),
            "closing_seconds_p90": quantile(closings, 0.9),
        }

    def open_threads(self, last_day: date) -> dict[str | None, int]:
        """The backlog at the end of a day, by assignee."""
        backlog: dict[str | None, int] = {}
        for agent_id, (created, closed) in self._thread_days.items():
            day = last_day.toordinal()
            backlog[agent_id] = int(np.sum((created <= day) & ~(closed <= day)))
        return backlog

    @cached_property
    def _thread_days(self) -> dict[str | None, tuple[np.ndarray, np.ndarray]]:
        """By assignee: the day each thread was created and, if closed, closed (else the last)."""
        days: dict[str | None, list[tuple[int, int]]] = defaultdict(list)
        for thread in self.threads:
            closed_date = thread["closed_date"] or date.max
            days[thread["assigned_agent_id"]].append(
                (thread["created_date"].toordinal(), closed_date.toordinal())
            )
        return {
            agent_id: (np.array(pairs)[:, 0], np.array(pairs)[:, 1])
            for agent_id, pairs in days.items()
        }

    # Marts.

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
        names = ("new_threads", "threads_closed", "messages", "ratings")
        days = [entry.day for name in names for entry in self.entries[name]]
        if not days:
            return None
        return min(days), max([*days, self.as_of_date or max(days)])

    def spine(self, grain: str) -> list[date]:
        """The first days of every period that mart_inbox has."""
        days = self.active_days()
        return self.periods(grain, *days) if days else []

    def period(self, start: date, grain: str) -> dict[str, Any]:
        """A period's first and last day, and whether it is over."""
        end = self.end_of(start, grain)
        return {
            "period_start_date": start,
            "period_end_date": end,
            "is_complete": self.as_of_date is not None and end <= self.as_of_date,
        }

    def backlog_day(self, *days: date) -> date:
        """The earliest of some days and `as_of_date`."""
        return min([*days, self.as_of_date or date.max])

    def mart_inbox(self, grain: str) -> pd.DataFrame:
        """One row a period of the spine: the period and every number of the inbox."""
        groups = self.grouped(lambda entry: self.start_of(entry.day, grain))
        new_users: dict[date, int] = defaultdict(int)
        for day in self.first_activity().values():
            new_users[self.start_of(day, grain)] += 1
        rows = []
        for start in self.spine(grain):
            period = self.period(start, grain)
            backlog = self.open_threads(self.backlog_day(period["period_end_date"]))
            rows.append(
                {
                    **period,
                    **self.numbers(groups.get(start, {})),
                    "new_users": new_users[start],
                    "open_threads": sum(backlog.values()),
                }
            )
        return frame(rows, COLUMNS["mart_inbox"])

    def mart_agents(self, grain: str) -> pd.DataFrame:
        """One row a period of the spine and agent with a count above zero or an average."""
        groups = self.grouped(lambda entry: (self.start_of(entry.day, grain), entry.agent_id))
        agents_by_period: dict[date, set[str | None]] = defaultdict(set)
        for start, agent_id in groups:
            agents_by_period[start].add(agent_id)
        rows = []
        for start in self.spine(grain):
            period = self.period(start, grain)
            backlog = self.open_threads(self.backlog_day(period["period_end_date"]))
            holders = {agent_id for agent_id, count in backlog.items() if count > 0}
            for agent_id in in_agent_order(agents_by_period[start] | holders):
                rows.append(
                    {
                        **period,
                        "agent_id": agent_id,
                        "agent_name": self.agent_name(agent_id),
                        **self.numbers(groups.get((start, agent_id), {})),
                        "open_threads": backlog.get(agent_id, 0),
                    }
                )
        return frame(rows, COLUMNS["mart_agents"])

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

    def mart_inbox_cards(self) -> pd.DataFrame:
        """The cards of the 30 days that end on `as_of_date`."""
        if self.as_of_date is None:
            return frame([], COLUMNS["mart_inbox_cards"])
        return self.inbox_cards(self.as_of_date - (CARD_DAYS - 1) * ONE_DAY, self.as_of_date)

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

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every published table by name; KEYS tells what sets their rows apart."""
        tables = {
            "fct_threads": frame(self.threads, COLUMNS["fct_threads"]),
            "fct_messages": frame(self.messages, COLUMNS["fct_messages"]),
            "fct_ratings": frame(self.ratings, COLUMNS["fct_ratings"]),
            "fct_agent_timings": frame(self.agent_timings, COLUMNS["fct_agent_timings"]),
            "fct_thread_labels": frame(self.thread_labels, COLUMNS["fct_thread_labels"]),
            "dim_agents": frame(self.agents, COLUMNS["dim_agents"]),
            "dim_dates": self.dim_dates(),
            "mart_inbox_cards": self.mart_inbox_cards(),
        }
        for grain in GRAINS:
            tables[f"mart_inbox_{grain}"] = self.mart_inbox(grain)
            tables[f"mart_agents_{grain}"] = self.mart_agents(grain)
            tables[f"mart_labels_{grain}"] = self.mart_labels(grain)
        return tables

    # Functions for any range, both days included.

    def inbox_cards(self, start_date: date, end_date: date) -> pd.DataFrame:
        """One row a card: the range against as many days just before it.

        current_value, previous_value, change: float, or null for an average of nothing.
        """
        length = end_date - start_date + ONE_DAY
        previous_start = start_date - length
        current = self.numbers(self.select(lambda e: start_date <= e.day <= end_date))
        previous = self.numbers(self.select(lambda e: previous_start <= e.day < start_date))
        rows = []
        for order, (metric, label) in enumerate(CARDS, start=1):
            now, before = as_double(current[metric]), as_double(previous[metric])
            change = now - before if now is not None and before is not None else None
            rows.append(
                {
                    "card_order": order,
                    "metric": metric,
                    "label": label,
                    "as_of_date": self.as_of_date,
                    "current_start_date": start_date,
                    "current_value": now,
                    "previous_start_date": previous_start,
                    "previous_value": before,
                    "change": change,
                    "change_ratio": change / before if change is not None and before else None,
                }
            )
        return frame(rows, COLUMNS["mart_inbox_cards"])

    def inbox_series(
        self, grain: str, start_date: date, end_date: date, agent: str | None = None
    ) -> pd.DataFrame:
        """One row a period that overlaps the range, with the numbers of its days in the range.

        period_start_date and period_end_date are the whole period's, from_date and to_date its
        days in the range; is_complete is true where the whole period lies in the range and is
        over. With an agent, '' being nobody, new_users is null; without, messages_sent is the
        sum over agents.
        """
        inside = self.select(
            lambda e: (
                start_date <= e.day <= end_date and (agent is None or e.agent_id == (agent or None))
            )
        )
        groups = self.grouped(lambda entry: self.start_of(entry.day, grain), inside)
        first_days = list(self.first_activity().values())
        rows = []
        for start in self.periods(grain, start_date, end_date):
            period = self.period(start, grain)
            end = period["period_end_date"]
            from_date, to_date = max(start, start_date), min(end, end_date)
            backlog = self.open_threads(self.backlog_day(end, end_date))
            open_threads = sum(backlog.values()) if agent is None else backlog.get(agent or None, 0)
            new_users = sum(from_date <= day <= to_date for day in first_days)
            whole = from_date == start and to_date == end
            rows.append(
                {
                    **period,
                    "is_complete": period["is_complete"] and whole,
                    "from_date": from_date,
                    "to_date": to_date,
                    **self.numbers(groups.get(start, {})),
                    "new_users": new_users if agent is None else None,
                    "open_threads": open_threads,
                }
            )
        return frame(rows, COLUMNS["inbox_series"])

    def inbox_agents(self, start_date: date, end_date: date) -> pd.DataFrame:
        """One row an agent with any number of this table, most new threads first."""
        inside = self.select(lambda e: start_date <= e.day <= end_date)
        rows = []
        for agent_id, entries in self.grouped(lambda entry: entry.agent_id, inside).items():
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
        self, start_date: date, end_date: date, top: int, agent: str | None = None
    ) -> pd.DataFrame:
        """The labels of most new threads: label, new_threads, rank (1 is the most)."""
        labels = [
            row["label"]
            for row in self.thread_labels
            if start_date <= row["created_date"] <= end_date
            and (agent is None or row["assigned_agent_id"] == (agent or None))
        ]
        return frame(ranked_labels(labels)[:top], COLUMNS["inbox_top_labels"])


def rows_of(records: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as dicts, every null a None."""
    return [
        {
            str(column): value if isinstance(value, tuple) or not pd.isna(value) else None
            for column, value in row.items()
        }
        for row in records.to_dict("records")
    ]


def as_double(value: float | None) -> float | None:
    """A number as a double; null stays null."""
    return None if value is None else float(value)


def in_agent_order(agents: Iterable[str | None]) -> list[str | None]:
    """Agents by id, nobody last."""
    return sorted(agents, key=lambda agent_id: (agent_id is None, agent_id or ""))


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
