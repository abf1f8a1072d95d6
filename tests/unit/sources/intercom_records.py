"""Intercom's records in the shapes of its API, composed for the tests."""

from __future__ import annotations

from typing import Any

from tests.unit.sources.desk import at

CONTACT, OTHER_CONTACT = "contact-one", "contact-two"
AGENT, OTHER_AGENT, OPERATOR, TEAM = "9001", "9002", "9009", "77"


def seconds(when: str) -> int:
    """An instant as Intercom has it."""
    return int(at(when).timestamp())


def author(kind: str, identifier: str, **changed: Any) -> dict[str, Any]:
    """Who wrote."""
    return {
        "type": kind,
        "id": identifier,
        "name": "A secret name",
        "email": f"{identifier}@customer.example",
        **changed,
    }


def conversation(
    number: str = "1", created: str = "01 09:00", updated: str | None = None, **changed: Any
) -> dict[str, Any]:
    """An open conversation that the contact began."""
    source = {
        "type": "conversation",
        "id": "500",
        "delivered_as": "customer_initiated",
        "subject": "a secret",
        "body": "<p>0123456789</p>",
        "author": author("user", CONTACT),
        "attachments": [],
        **changed.pop("source", {}),
    }
    return {
        "type": "conversation",
        "id": number,
        "created_at": seconds(created),
        "updated_at": seconds(updated or created),
        "title": "a secret",
        "state": "open",
        "open": True,
        "source": source,
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": CONTACT}]},
        "first_contact_reply": {"created_at": seconds(created), "type": "conversation"},
        "admin_assignee_id": 9001,
        "team_assignee_id": "0",
        "tags": {"type": "tag.list", "tags": []},
        "priority": "not_priority",
        "statistics": {"count_conversation_parts": 0},
        "conversation_rating": None,
        "custom_attributes": {"told": "secret"},
        **changed,
    }


def part(
    number: int, when: str, kind: str = "comment", who: dict[str, Any] | None = None, **changed: Any
) -> dict[str, Any]:
    """A comment of the agent on conversation 1, as Airbyte has it: its number is a number."""
    return {
        "type": "conversation_part",
        "id": str(number),
        "part_type": kind,
        "body": "<p>hello</p>",
        "created_at": seconds(when),
        "updated_at": seconds(when),
        "author": who or author("admin", AGENT),
        "attachments": [],
        "redacted": False,
        "conversation_id": 1,
        **changed,
    }


def silent(number: int, when: str, kind: str, **changed: Any) -> dict[str, Any]:
    """A part without a text, such as a closing."""
    return part(number, when, kind, **{"body": None, **changed})


def admin(number: str, name: str, email: str, team_ids: list[int]) -> dict[str, Any]:
    """A teammate."""
    return {"type": "admin", "id": number, "name": name, "email": email, "team_ids": team_ids}


ADMINS = [
    admin(AGENT, "Agent One", "one@shop.example", [77]),
    admin(OTHER_AGENT, "Agent Two", "two@shop.example", []),
    admin(OPERATOR, "Fin", "operator+shop@intercom.io", []),
]
TEAMS = [{"type": "team", "id": TEAM, "name": "Support"}]


def records(**streams: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Streams with the admins, and with empty streams where none are given."""
    return {
        "conversations": [conversation()],
        "conversation_parts": [],
        "admins": ADMINS,
        "teams": TEAMS,
        **streams,
    }
