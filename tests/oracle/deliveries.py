"""Plans made into rows, each with the day from which it is exported."""

from dataclasses import dataclass
from datetime import date, datetime

from tests.oracle.choosing import HOUR
from tests.oracle.inbox import ONE_DAY, Row, instant_in_day, local_day
from tests.oracle.plans import OWN, AgentPlan, Change, ThreadPlan


@dataclass(frozen=True)
class Delivery:
    """A row, and the earliest day on which it is exported."""

    entity: str
    day: date
    row: Row


def record_id(style: int, prefix: str, number: int) -> str:
    """An identifier that no other number has within its entity, in one of seven styles."""
    return (
        f"{prefix}{number}",
        f"{number:03d}",
        str(10**19 + number),
        f"{prefix} {number} with spaces",
        str(number),
        f"{prefix}{10**9 - number}",
        f"{prefix}🙂{number} ",
    )[style]


def thread_deliveries(plan: ThreadPlan, number: int, zone: str, first_day: date) -> list[Delivery]:
    """Every row of a thread, its messages and its ratings; the number gives it its ids."""
    thread_id = record_id(plan.id_style, "t", number)
    created_at = instant_in_day(first_day, plan.place, zone)
    row: Row = {
        "thread_id": thread_id,
        "created_at": created_at,
        "updated_at": created_at,
        "status": "open",
        "user_id": plan.user,
        "channel": plan.channel,
        "assigned_agent_id": plan.agent,
        "labels": plan.labels,
    }
    deliveries = []

    def deliver(entity: str, written: Row, instant: datetime, delay: int) -> None:
        day = local_day(instant, zone) + delay * ONE_DAY
        deliveries.append(Delivery(entity, day, written))

    if not plan.never_arrives:
        deliver("threads", row, created_at, plan.delay)
        if plan.is_repeated:
            deliver("threads", row, created_at, plan.delay + 1)
        for change in plan.changes:
            row = changed_thread(row, change)
            deliver("threads", row, row["updated_at"], change.delay)

    sent_at = created_at
    for place, message in enumerate(plan.messages):
        sent_at += message.gap
        row = {
            "message_id": record_id(plan.id_style, "m", number * 1000 + place),
            "thread_id": thread_id,
            "sent_at": sent_at,
            "author_type": message.author_type,
            "author_id": plan.user if message.author == OWN else message.author,
            "is_private": message.is_private,
        }
        row["body" if isinstance(message.body, str) else "body_length"] = message.body
        if message.tells_version:
            row["updated_at"] = sent_at
        deliver("messages", row, sent_at, message.delay)
        for change in message.changes:
            row = changed_message(row, change)
            deliver("messages", row, row["updated_at"], change.delay)

    for place, rating in enumerate(plan.ratings):
        row = {
            "rating_id": record_id(plan.id_style, "r", number * 1000 + place),
            "thread_id": thread_id,
            "rated_at": created_at + rating.gap,
            "score": rating.score,
            "agent_id": rating.agent,
        }
        deliver("ratings", row, row["rated_at"], rating.delay)
        for change in rating.changes:
            row = changed_rating(row, change)
            deliver("ratings", row, row["updated_at"], change.delay)
    return deliveries


def changed_thread(row: Row, change: Change) -> Row:
    """The next version of a thread."""
    updated_at = row["updated_at"] + change.gap
    row = {**row, "updated_at": updated_at}
    if change.kind in ("close", "close before created"):
        is_early = change.kind == "close before created"
        row["status"] = "closed"
        row["closed_at"] = row["created_at"] - HOUR if is_early else updated_at
        row["first_closed_at"] = row.get("first_closed_at") or row["closed_at"]
        row["closed_by_agent_id"] = change.value
    elif change.kind in ("reopen", "reopen with closed_at"):
        row["status"] = "open"
        row["reopen_count"] = (row.get("reopen_count") or 0) + 1
        if change.kind == "reopen":
            row["closed_at"] = None
    elif change.kind in ("pending", "snooze"):
        row["status"] = "pending" if change.kind == "pending" else "snoozed"
    elif change.kind == "assign":
        row["assigned_agent_id"] = change.value
    elif change.kind == "label":
        row["labels"] = change.value
    elif change.kind == "user":
        row["user_id"] = change.value
    else:
        row["deleted_at"] = updated_at if change.kind == "delete" else None
    return row


def changed_message(row: Row, change: Change) -> Row:
    """The next version of a message."""
    updated_at = (row.get("updated_at") or row["sent_at"]) + change.gap
    row = {**row, "updated_at": updated_at}
    if change.kind == "edit":
        row = {column: value for column, value in row.items() if column != "body"}
        row["body_length"] = change.value
    elif change.kind == "private":
        row["is_private"] = not row["is_private"]
    elif change.kind == "author":
        row["author_type"] = "agent"
        row["author_id"] = change.value
    else:
        row["deleted_at"] = updated_at if change.kind == "delete" else None
    return row


def changed_rating(row: Row, change: Change) -> Row:
    """The next version of a rating."""
    updated_at = (row.get("updated_at") or row["rated_at"]) + change.gap
    row = {**row, "updated_at": updated_at}
    if change.kind == "score":
        row["score"] = change.value
    elif change.kind == "agent":
        row["agent_id"] = change.value
    else:
        row["deleted_at"] = updated_at if change.kind == "delete" else None
    return row


def agent_delivery(plan: AgentPlan, zone: str, day: date) -> Delivery:
    """The row of an agent's record."""
    row = {
        "agent_id": plan.agent,
        "name": plan.name,
        "team": plan.team,
        "is_active": plan.is_active,
        "updated_at": instant_in_day(day, plan.place, zone),
    }
    return Delivery("agents", day, row)
