"""Freshdesk's records in the shapes of its API, composed for the tests."""

from __future__ import annotations

from typing import Any

from tests.unit.sources.desk import iso

CUSTOMER, OTHER, AGENT, SECOND = 7001, 7002, 9001, 9002


def ticket(number: int = 1, created: str = "01 09:00", **changed: Any) -> dict[str, Any]:
    """An open ticket that came by mail."""
    stats = {name: iso(when) for name, when in changed.pop("stats", {}).items()}
    return {
        "id": number, "created_at": iso(created),
        "updated_at": iso(changed.pop("updated", created)),
        "status": 2, "priority": 1, "source": 1, "requester_id": CUSTOMER, "responder_id": None,
        "group_id": None, "tags": [], "spam": False, "subject": "a secret",
        "description": "<div>0123456789</div>", "description_text": "0123456789",
        "custom_fields": {"told": "secret"}, "to_emails": ["secret@shop.example"],
        "stats": {"resolved_at": None, "closed_at": None, **stats}, **changed,
    }  # fmt: skip


def said(number: int, when: str, author: int = AGENT, **changed: Any) -> dict[str, Any]:
    """A public answer of the agent to ticket 1."""
    return {
        "id": number, "ticket_id": 1, "user_id": author, "incoming": False, "private": False,
        "source": 0, "auto_response": False, "automation_id": None, "body": "<div>hello</div>",
        "body_text": "hello", "created_at": iso(when), "updated_at": iso("09 09:00"),
        "last_edited_at": None, "from_email": "secret@shop.example", **changed,
    }  # fmt: skip


def agent(number: int, name: str, active: bool = True) -> dict[str, Any]:
    """An agent; the name lies in the contact."""
    contact = {"name": name, "email": "secret@shop.example", "active": active}
    return {"id": number, "contact": contact, "group_ids": [51], "updated_at": iso("01 00:00")}


def rating(number: int, answer: int | None, **changed: Any) -> dict[str, Any]:
    """An answer to a survey."""
    return {
        "id": number, "ticket_id": 1, "survey_id": 3, "agent_id": AGENT, "feedback": "a secret",
        "ratings": {"default_question": answer, "question_9": -103},
        "created_at": iso("05 10:00"), "updated_at": iso("05 10:00"), **changed,
    }  # fmt: skip


AGENTS = [agent(AGENT, "Agent One"), agent(SECOND, "Agent Two", active=False)]
GROUPS = [{"id": 51, "name": "Support", "updated_at": iso("01 00:00")}]


def records(**streams: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Streams with the agents, and with empty streams where none are given."""
    return {
        "tickets": [ticket()], "conversations": [], "agents": AGENTS, "groups": GROUPS, **streams,
    }  # fmt: skip
