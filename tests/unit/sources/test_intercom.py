"""What becomes of Intercom's conversations, ratings and admins; right values are by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.sources.desk import STANDS_OPEN, Desk, at
from tests.unit.sources.intercom_records import (
    CONTACT,
    conversation,
    part,
    records,
    seconds,
    silent,
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "intercom")


def test_a_conversation_becomes_a_thread(desk: Desk) -> None:
    tags = {"tags": [{"name": "b"}, {"name": "a"}, {"name": "a"}]}
    desk.bring(
        records(conversations=[conversation(updated="02 10:00", tags=tags, team_assignee_id=77)])
    )
    assert desk.thread("1") == {
        "thread_id": "1",
        "created_at": at("01 09:00"),
        "updated_at": at("02 10:00"),
        "status": "open",
        "user_id": CONTACT,
        "channel": "chat",
        "assigned_agent_id": "9001",
        "team_id": "77",
        "priority": "not_priority",
        "labels": ["a", "b"],
        **STANDS_OPEN,
    }


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"state": "open"}, "open"),
        ({"state": "closed"}, "closed"),
        ({"state": "snoozed"}, "snoozed"),
        ({"state": None, "open": False}, "closed"),
        ({"state": "open", "ticket": {"ticket_state": "waiting_on_customer"}}, "pending"),
        ({"state": "open", "ticket": {"ticket_state": "in_progress"}}, "open"),
    ],
)
def test_each_status(desk: Desk, record: dict[str, Any], expected: str) -> None:
    desk.bring(records(conversations=[conversation(**record)]))
    assert desk.thread("1")["status"] == expected


@pytest.mark.parametrize(
    ("record", "agent", "team"),
    [
        ({"admin_assignee_id": "0", "team_assignee_id": "0"}, None, None),
        ({"admin_assignee_id": 0, "team_assignee_id": 77.0}, None, "77"),
        ({"admin_assignee_id": None, "assignee": {"type": "admin", "id": "9002"}}, "9002", None),
        ({"admin_assignee_id": None, "assignee": {"type": "team", "id": "77"}}, None, "77"),
    ],
)
def test_who_holds_it(
    desk: Desk, record: dict[str, Any], agent: str | None, team: str | None
) -> None:
    desk.bring(records(conversations=[conversation(**record)]))
    thread = desk.thread("1")
    assert (thread["assigned_agent_id"], thread["team_id"]) == (agent, team)


@pytest.mark.parametrize(
    ("rating", "parts", "rated_at"),
    [
        ({"updated_at": seconds("05 12:00")}, [], "05 12:00"),
        ({}, [silent(12, "05 13:00", "conversation_rating_changed")], "05 13:00"),
        ({}, [], "05 10:00"),
    ],
)
def test_a_rating(
    desk: Desk, rating: dict[str, Any], parts: list[dict[str, Any]], rated_at: str
) -> None:
    asked = {
        "rating": 4,
        "remark": "a secret",
        "created_at": seconds("05 10:00"),
        "teammate": {"type": "admin", "id": 9002},
        **rating,
    }
    desk.bring(
        records(conversations=[conversation(conversation_rating=asked)], conversation_parts=parts)
    )
    assert desk.standing("ratings") == {
        "csat:1": {
            "rating_id": "csat:1",
            "thread_id": "1",
            "rated_at": at(rated_at),
            "score": 4,
            "agent_id": "9002",
            "updated_at": at(rated_at),
            "deleted_at": None,
        }
    }


def test_a_rating_that_was_asked_for_and_not_given_is_none(desk: Desk) -> None:
    asked = {"rating": None, "created_at": seconds("05 10:00")}
    desk.bring(records(conversations=[conversation(conversation_rating=asked)]))
    assert desk.standing("ratings") == {}


def test_agents_are_admins_without_the_robot(desk: Desk) -> None:
    desk.bring(records())
    assert desk.live("agents") == {
        "9001": {"agent_id": "9001", "name": "Agent One", "team": "Support", "is_active": True},
        "9002": {"agent_id": "9002", "name": "Agent Two", "team": None, "is_active": True},
    }


def test_assignments_are_events(desk: Desk) -> None:
    desk.bring(
        records(
            conversation_parts=[
                silent(11, "02 10:00", "assignment", assigned_to={"type": "admin", "id": 9002}),
                silent(12, "02 11:00", "assignment", assigned_to={"type": "team", "id": "77"}),
                silent(13, "02 12:00", "assignment", assigned_to={"type": "nobody_admin", "id": 0}),
            ]
        )
    )
    events = {k: (r["type"], r["value"]) for k, r in desk.standing("thread_events").items()}
    assert events == {"11:assignee": ("assignee", "9002"), "12:team": ("team", "77")}


def a_ticket(**changed: Any) -> dict[str, Any]:
    return {
        "id": "70",
        "category": "Customer",
        "created_at": seconds("01 09:00"),
        "updated_at": seconds("02 09:00"),
        "open": True,
        "ticket_state": "waiting_on_customer",
        "contacts": {"contacts": [{"id": CONTACT}]},
        "admin_assignee_id": "0",
        "team_assignee_id": "0",
        "ticket_attributes": {"_default_title_": "secret", "_default_description_": "01234"},
        "ticket_parts": {"ticket_parts": [part(21, "01 10:00", conversation_id=None)]},
        **changed,
    }


def test_a_customers_ticket_is_a_thread(desk: Desk) -> None:
    done = desk.bring(
        records(tickets=[a_ticket(), a_ticket(id="71", category="Tracker", ticket_parts={})])
    )
    thread = desk.thread("70")
    assert (thread["status"], thread["user_id"]) == ("pending", CONTACT)
    assert "71" not in desk.standing("threads")
    assert desk.message("src:70")["body_length"] == 5
    assert desk.message("21")["thread_id"] == "70"
    assert done.counts["tickets that are no customer's"] == 1
