"""The waits of a thread, its closings and reopenings, and the rows of fct_durations."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.clock import BusinessClock
from tests.oracle.zones import local_date

Row = dict[str, Any]

# At one instant a user's message comes first, then a bot's, then an agent's, then a closing.
RANKS = {"user": 0, "bot": 1, "agent": 2, "closing": 3}


@dataclass(frozen=True)
class Closing:
    """One closing of a thread; the agent is null where no event tells of one."""

    closed_at: datetime
    agent_id: str | None


@dataclass(frozen=True)
class Wait:
    """From a user's message to what ended it, which is null while the wait runs."""

    started_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None
    agent_id: str | None = None
    heard_after_bot_at: datetime | None = None


def status_changes(events: list[Row]) -> list[tuple[str, Row]]:
    """Each status event of a thread in order, with the status before it; at first it is open."""
    ordered = sorted(
        (event for event in events if event["type"] == "status"),
        key=lambda event: (event["occurred_at"], event["event_id"]),
    )
    before = ["open", *(event["value"] for event in ordered)]
    return list(zip(before, ordered, strict=False))


def is_reopened(thread: Row, events: list[Row]) -> bool:
    """Whether it has ever been closed and then not."""
    left_closed = any(
        before == "closed" and event["value"] != "closed"
        for before, event in status_changes(events)
    )
    return thread["reopen_count"] > 0 or left_closed


def closings_of(versions: list[Row], events: list[Row]) -> list[Closing]:
    """The closings of a thread in order: by its events, and by its versions before the first."""
    changes = status_changes(events)
    told = [
        Closing(event["occurred_at"], event["actor_id"] if event["actor_type"] == "agent" else None)
        for before, event in changes
        if before != "closed" and event["value"] == "closed"
    ]
    instants = {version["first_closed_at"] for version in versions}
    instants |= {version["closed_at"] for version in versions}
    if changes:
        first_event_at = changes[0][1]["occurred_at"]
        instants = {instant for instant in instants if instant and instant < first_event_at}
    untold = [Closing(instant, None) for instant in instants - {None}]
    return sorted(untold + told, key=lambda closing: closing.closed_at)


def waits_of(messages: list[Row], closings: list[Closing]) -> list[Wait]:
    """The waits of a thread, in order.

    messages: the counted ones and the public ones of bots.
    """
    steps: list[tuple[datetime, int, str, Row | None]] = [
        (message["sent_at"], RANKS[message["author_type"]], message["message_id"], message)
        for message in messages
    ]
    steps += [(closing.closed_at, RANKS["closing"], "", None) for closing in closings]
    steps.sort(key=lambda step: step[:3])
    waits: list[Wait] = []
    heard: list[Row] = []  # the messages of the wait that runs
    for instant, _, _, message in steps:
        author = message["author_type"] if message else "closing"
        if message is not None and (author == "user" or (author == "bot" and heard)):
            heard.append(message)
        elif author in ("agent", "closing") and heard:
            agent_id = message["agent_id"] if message else None
            ended_by = "reply" if message else "closing"
            waits.append(
                Wait(heard[0]["sent_at"], instant, ended_by, agent_id, heard_after_bot(heard))
            )
            heard = []
    if heard:
        waits.append(Wait(heard[0]["sent_at"]))
    return waits


def heard_after_bot(heard: list[Row]) -> datetime:
    """When the user first wrote after the last bot's message that the user wrote after."""
    start = 0
    for place in range(1, len(heard)):
        if heard[place - 1]["author_type"] == "bot" and heard[place]["author_type"] == "user":
            start = place
    return heard[start]["sent_at"]


def seconds_between(start: datetime, end: datetime) -> float | None:
    """Seconds; null where the end lies before the start."""
    return (end - start).total_seconds() if end >= start else None


@dataclass(frozen=True)
class DurationMaker:
    """Makes rows of fct_durations; the clock is null where there is no schedules file."""

    zone: ZoneInfo
    clock: BusinessClock | None

    def day(self, instant: datetime | None) -> date | None:
        """The local day of an instant."""
        return None if instant is None else local_date(instant, self.zone)

    def row(self, thread: Row, measure: str, number: int, wait: Wait) -> Row:
        """One row; its seconds are null where it ended without what it measures."""
        row = {
            "duration_id": f"{measure}:{thread['thread_id']}:{number}",
            "measure": measure,
            "thread_id": thread["thread_id"],
            "number": number,
            "started_at": wait.started_at,
            "ended_at": wait.ended_at,
            "ended_by": wait.ended_by,
            "agent_id": wait.agent_id,
            "assigned_agent_id": thread["assigned_agent_id"],
            "channel": thread["channel"],
            "team_id": thread["team_id"],
            "priority": thread["priority"],
            "thread_created_date": self.day(thread["created_at"]),
            "started_date": self.day(wait.started_at),
            "ended_date": self.day(wait.ended_at),
            "seconds": None,
            "business_seconds": None,
            "is_started_in_hours": None,
            "seconds_after_bot": None,
        }
        schedule_id = self.clock.schedule_id(thread["team_id"]) if self.clock else None
        if self.clock and schedule_id is not None:
            row["is_started_in_hours"] = self.clock.is_open(schedule_id, wait.started_at)
        is_cut = measure == "reply" and wait.ended_by == "closing"
        if is_cut or wait.ended_at is None:
            return row
        row["seconds"] = seconds_between(wait.started_at, wait.ended_at)
        if self.clock and schedule_id is not None and row["seconds"] is not None:
            row["business_seconds"] = self.clock.elapsed(
                schedule_id, wait.started_at, wait.ended_at
            )
        if wait.heard_after_bot_at is not None:
            row["seconds_after_bot"] = seconds_between(wait.heard_after_bot_at, wait.ended_at)
        return row

    def rows(self, thread: Row, waits: list[Wait], closings: list[Closing]) -> list[Row]:
        """Every duration of a thread (a row of fct_threads)."""
        rows = [
            self.row(thread, "first_resolution", 1, first_resolution(thread, closings)),
            self.row(thread, "resolution", 1, resolution(thread)),
        ]
        if thread["first_user_message_at"] is not None and not thread["is_agent_started"]:
            rows.append(self.row(thread, "first_response", 1, first_response(thread)))
        for number, wait in enumerate(waits, start=1):
            if wait.ended_at is None:
                wait = Wait(wait.started_at, agent_id=thread["assigned_agent_id"])
            rows.append(self.row(thread, "reply", number, wait))
        return rows


def first_response(thread: Row) -> Wait:
    """From the first user message to the answer."""
    answered_at = thread["first_response_at"]
    return Wait(
        thread["first_user_message_at"],
        answered_at,
        "reply" if answered_at else None,
        thread["first_responder_id"],
    )


def first_resolution(thread: Row, closings: list[Closing]) -> Wait:
    """From the creation to the first closing, be the thread open again or not."""
    if not closings:
        return Wait(thread["created_at"])
    return Wait(thread["created_at"], closings[0].closed_at, "closing", closings[0].agent_id)


def resolution(thread: Row) -> Wait:
    """From the creation to the closing of a thread that is closed now."""
    if thread["status"] != "closed":
        return Wait(thread["created_at"])
    return Wait(thread["created_at"], thread["closed_at"], "closing", thread["closer_agent_id"])


def by_thread(rows: list[Row]) -> dict[str, list[Row]]:
    """Rows by the thread that they belong to."""
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["thread_id"]].append(row)
    return grouped
