"""Facts and dimensions: one row a thread, message, rating, duration, label or agent.

Frames have dtype object throughout: counts are int, seconds and averages float, days date, times
aware datetimes in UTC, and a null is None.
"""

from collections import defaultdict
from datetime import date, datetime
from functools import cached_property
from typing import Any

import pandas as pd

from tests.oracle.clock import BusinessClock, Schedule, clock_of
from tests.oracle.durations import (
    Closing,
    DurationMaker,
    Wait,
    by_thread,
    closings_of,
    is_reopened,
    waits_of,
)
from tests.oracle.read import Records
from tests.oracle.zones import zone_of

UNASSIGNED = "Unassigned"


class Facts:
    """Every fact of an inbox.

    zone is an IANA name; schedules are those of the schedules file, null where there is none.
    """

    def __init__(
        self,
        records: Records,
        zone: str = "UTC",
        as_of_date: date | None = None,
        schedules: dict[str, Schedule] | None = None,
    ) -> None:
        self.zone = zone_of(zone)
        self.as_of_date = as_of_date or records.as_of_date
        self._thread_records = {row["thread_id"]: row for row in rows_of(records.threads)}
        self._message_records = rows_of(records.messages)
        self._rating_records = rows_of(records.ratings)
        self._agent_records = {row["agent_id"]: row for row in rows_of(records.agents)}
        self._team_records = {row["team_id"]: row for row in rows_of(records.teams)}
        self._event_records = rows_of(records.thread_events)
        self._versions = by_thread(rows_of(records.thread_versions))
        self.events = by_thread(self._event_records)
        self.messages = self._messages()
        self.closings = self._closings()
        self.waits = self._waits()
        self.threads = self._threads()
        self.ratings = self._ratings()
        self.agent_timings = self._agent_timings()
        self.thread_labels = self._thread_labels()
        self.agents = self._agents()
        self.clock = self._clock(schedules)
        self.durations = self._durations()

    @cached_property
    def threads_by_id(self) -> dict[str, dict[str, Any]]:
        """The rows of fct_threads by their key."""
        return {thread["thread_id"]: thread for thread in self.threads}

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

    def _closings(self) -> dict[str, list[Closing]]:
        return {
            thread_id: closings_of(self._versions[thread_id], self.events.get(thread_id, []))
            for thread_id in self._thread_records
        }

    def _waits(self) -> dict[str, list[Wait]]:
        heard = [
            message
            for message in self.messages
            if message["is_counted"]
            or (message["author_type"] == "bot" and not message["is_private"])
        ]
        messages = by_thread(heard)
        return {
            thread_id: waits_of(messages.get(thread_id, []), closings)
            for thread_id, closings in self.closings.items()
        }

    def _clock(self, schedules: dict[str, Schedule] | None) -> BusinessClock | None:
        if schedules is None or self.as_of_date is None:
            return None
        instants = [record["created_at"] for record in self._thread_records.values()]
        instants += [record["sent_at"] for record in self._message_records]
        return clock_of(schedules, instants, self.as_of_date, self.zone)

    def _durations(self) -> list[dict[str, Any]]:
        maker = DurationMaker(self.zone, self.clock)
        return [
            row
            for thread in self.threads
            for row in maker.rows(
                thread, self.waits[thread["thread_id"]], self.closings[thread["thread_id"]]
            )
        ]

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
            agent_messages = [m for m in counted if m["author_type"] == "agent"]
            threads.append(
                {
                    **record,
                    "closer_agent_id": closer if is_closed else None,
                    "first_responder_id": first_response and first_response["agent_id"],
                    "created_date": self.local_date(record["created_at"]),
                    "created_hour": record["created_at"].astimezone(self.zone).hour,
                    "closed_date": self.local_date(record["closed_at"]),
                    "first_user_message_at": first_user_message and first_user_message["sent_at"],
                    "first_response_at": first_response and first_response["sent_at"],
                    "last_user_message_at": user_messages[-1]["sent_at"] if user_messages else None,
                    "last_agent_message_at": (
                        agent_messages[-1]["sent_at"] if agent_messages else None
                    ),
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
                    "is_reopened": is_reopened(record, self.events.get(thread_id, [])),
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
        for event in self._event_records:
            if event["actor_type"] == "agent":
                named.add(event["actor_id"])
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

    def team_name(self, team_id: str | None) -> str:
        """What a team is shown as."""
        if team_id is None:
            return UNASSIGNED
        record = self._team_records.get(team_id)
        return record["name"] if record else team_id

    def teams(self) -> list[dict[str, Any]]:
        """Teams on record, and those that only threads name."""
        named = {thread["team_id"] for thread in self.threads} - {None}
        return [
            {"team_id": team_id, "name": self.team_name(team_id)}
            for team_id in sorted(named | set(self._team_records))
        ]


def frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    """Rows as a frame of dtype object, in which None stays None."""
    return pd.DataFrame(
        [[row[column] for column in columns] for row in rows], columns=columns, dtype=object
    )


def rows_of(records: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as dicts, every null a None."""
    return [
        {
            str(column): value if isinstance(value, tuple) or not pd.isna(value) else None
            for column, value in row.items()
        }
        for row in records.to_dict("records")
    ]
