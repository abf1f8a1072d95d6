"""Zendesk's records in the shapes of its API, composed for the tests."""

from __future__ import annotations

from typing import Any

from tests.unit.sources.desk import iso

CUSTOMER, OTHER_CUSTOMER, AGENT, ADMIN, ROBOT = 7001, 7002, 9001, 9002, 9003


def ticket(number: int = 1, created: str = "01 09:00", **changed: Any) -> dict[str, Any]:
    """An open ticket of the customer, made by mail."""
    updated = changed.pop("updated", created)
    return {
        "id": number,
        "created_at": iso(created),
        "updated_at": iso(updated),
        "status": "open",
        "requester_id": CUSTOMER,
        "submitter_id": CUSTOMER,
        "assignee_id": AGENT,
        "group_id": 51,
        "priority": "normal",
        "subject": "The subject is a secret",
        "description": "0123456789",
        "tags": [],
        "via": {"channel": "email", "source": {"from": {"address": "jane@customer.example"}}},
        "is_public": True,
        "custom_fields": [{"id": 1, "value": "secret"}],
        "from_messaging_channel": False,
        **changed,
    }


def comment(number: int, when: str, author: int = AGENT, **changed: Any) -> dict[str, Any]:
    """A public comment, as Airbyte has it."""
    return {
        "id": number,
        "ticket_id": 1,
        "created_at": iso(when),
        "author_id": author,
        "public": True,
        "type": "Comment",
        "event_type": "Comment",
        "body": "hello, this is secret",
        "html_body": "<div><p>hello, <b>this</b> is secret</p></div>",
        "plain_body": "hello",
        "via": {"channel": "web", "source": {"rel": None}},
        "attachments": [{"file_name": "secret.pdf"}],
        **changed,
    }


def audit(
    number: int, when: str, *events: dict[str, Any], author: int = AGENT, **changed: Any
) -> dict[str, Any]:
    """An audit with its events, which get numbers behind its own."""
    return {
        "id": number,
        "ticket_id": 1,
        "created_at": iso(when),
        "author_id": author,
        "metadata": {"system": {"client": "secret", "ip_address": "192.0.2.1"}},
        "via": {"channel": "web", "source": {"rel": None}},
        "events": [
            {"id": number * 100 + place, **event} for place, event in enumerate(events, start=1)
        ],
        **changed,
    }


def change(field: str, value: Any, before: Any = None, **changed: Any) -> dict[str, Any]:
    """An event that changes a field; with `type="Create"` its first value."""
    return {
        "type": "Change",
        "field_name": field,
        "value": value,
        "previous_value": before,
        **changed,
    }


def said(
    author: int, text: str = "hello", *, public: bool = True, **changed: Any
) -> dict[str, Any]:
    """An event that is a comment."""
    return {
        "type": "Comment",
        "author_id": author,
        "plain_body": text,
        "body": text,
        "html_body": f"<p>{text}</p>",
        "public": public,
        **changed,
    }


def user(number: int, role: str = "end-user", **changed: Any) -> dict[str, Any]:
    """A user; agents have names."""
    return {
        "id": number,
        "name": f"Name {number}",
        "email": f"u{number}@shop.example",
        "role": role,
        "active": True,
        "suspended": False,
        "default_group_id": 51 if role != "end-user" else None,
        "updated_at": iso("01 00:00"),
        "phone": "+48 600 700 800",
        **changed,
    }


USERS = [
    user(CUSTOMER),
    user(OTHER_CUSTOMER),
    user(AGENT, "agent"),
    user(ADMIN, "admin"),
    user(ROBOT, "agent"),
]
GROUPS = [{"id": 51, "name": "Support", "updated_at": iso("01 00:00")}]


def rating(number: int, score: str, when: str, **changed: Any) -> dict[str, Any]:
    """A rating of the older kind."""
    return {
        "id": number,
        "ticket_id": 1,
        "score": score,
        "requester_id": CUSTOMER,
        "assignee_id": AGENT,
        "created_at": iso("05 00:00"),
        "updated_at": iso(when),
        "comment": "a secret",
        **changed,
    }


def records(**streams: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Streams with the users, and with an empty stream of comments where none are given."""
    return {
        "tickets": [ticket()],
        "ticket_comments": [],
        "users": USERS,
        "groups": GROUPS,
        **streams,
    }


def opening_audit(number: int = 10, when: str = "01 09:00") -> dict[str, object]:
    """The audit of a ticket that a customer opens by mail."""
    return audit(
        number,
        when,
        said(CUSTOMER, "0123456789"),
        change("status", "new", type="Create"),
        author=CUSTOMER,
        via={"channel": "email"},
    )
