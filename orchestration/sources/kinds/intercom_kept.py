"""What is kept of an Intercom workspace, whatever brought it."""

from __future__ import annotations

from ..columns import column_types
from ..model import Kept

_WHO = column_types("author_kind, author, is_ai BOOLEAN")
KEPT = (
    Kept(
        name="conversations",
        columns={
            "id": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
            "updated_at": "TIMESTAMPTZ",
            "state": "VARCHAR",
            "contact": "VARCHAR",
            "channel": "VARCHAR",
            "assignee_id": "VARCHAR",
            "team_id": "VARCHAR",
            "priority": "VARCHAR",
            "tags": "VARCHAR[]",
            "ticket_state": "VARCHAR",
            "source_id": "VARCHAR",
            "delivered_as": "VARCHAR",
            **_WHO,
            "source_length": "BIGINT",
            "first_reply_at": "TIMESTAMPTZ",
            "first_close_at": "TIMESTAMPTZ",
            "last_close_at": "TIMESTAMPTZ",
            "last_closed_by_id": "VARCHAR",
            "count_reopens": "BIGINT",
            "count_parts": "BIGINT",
            "rating": "BIGINT",
            "rating_asked_at": "TIMESTAMPTZ",
            "rating_updated_at": "TIMESTAMPTZ",
            "rated_agent_id": "VARCHAR",
        },
        key=("id",),
        newest=("updated_at",),
        thread="id",
        persons=("contact", "author"),
    ),
    Kept(
        name="parts",
        columns={
            "id": "VARCHAR",
            "conversation_id": "VARCHAR",
            "part_type": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
            **_WHO,
            "assigned_type": "VARCHAR",
            "assigned_id": "VARCHAR",
            "body_length": "BIGINT",
            "has_attachment": "BOOLEAN",
            "updated_at": "TIMESTAMPTZ",
        },
        key=("id",),
        newest=("updated_at",),
        thread="conversation_id",
        persons=("author",),
    ),
    Kept(
        name="tickets",
        columns=column_types("""
            id, category, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, is_open BOOLEAN,
            ticket_state, contact, assignee_id, team_id, description_length BIGINT
        """),
        key=("id",),
        newest=("updated_at",),
        thread="id",
        persons=("contact",),
    ),
    Kept(
        name="admins",
        columns=column_types("id, name, is_operator BOOLEAN, team_id"),
        key=("id",),
    ),
    Kept(name="teams", columns=column_types("id, name"), key=("id",)),
)
