"""What is kept of Chatwoot's records, whichever landing brought them."""

from __future__ import annotations

from ..model import Kept

KEPT = (
    Kept(
        name="conversations",
        columns={
            "id": "VARCHAR",
            "status": "VARCHAR",
            "contact": "VARCHAR",
            "channel": "VARCHAR",
            "assignee_id": "VARCHAR",
            "team_id": "VARCHAR",
            "priority": "VARCHAR",
            "labels": "VARCHAR[]",
            "created_at": "TIMESTAMPTZ",
            "updated_at": "TIMESTAMPTZ",
            "last_activity_at": "TIMESTAMPTZ",
        },
        key=("id",),
        newest=("updated_at",),
        thread="id",
        persons=("contact",),
    ),
    Kept(
        name="messages",
        columns={
            "id": "VARCHAR",
            "conversation_id": "VARCHAR",
            "type": "BIGINT",
            "is_survey": "BOOLEAN",
            "is_private": "BOOLEAN",
            "sender_type": "VARCHAR",
            "contact": "VARCHAR",
            "agent_id": "VARCHAR",
            "is_campaign": "BOOLEAN",
            "is_deleted": "BOOLEAN",
            "status_told": "VARCHAR",
            "body_length": "BIGINT",
            "created_at": "TIMESTAMPTZ",
            "updated_at": "TIMESTAMPTZ",
        },
        key=("id",),
        newest=("is_deleted", "updated_at"),
        thread="conversation_id",
        persons=("contact",),
    ),
    Kept(
        name="reporting_events",
        columns={
            "id": "VARCHAR",
            "conversation_id": "VARCHAR",
            "name": "VARCHAR",
            "user_id": "VARCHAR",
            "ended_at": "TIMESTAMPTZ",
        },
        key=("id",),
        thread="conversation_id",
    ),
    Kept(
        name="survey_responses",
        columns={
            "id": "VARCHAR",
            "conversation_id": "VARCHAR",
            "rating": "BIGINT",
            "agent_id": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
            "updated_at": "TIMESTAMPTZ",
        },
        key=("id",),
        newest=("updated_at",),
        thread="conversation_id",
    ),
    Kept(
        name="agents",
        columns={"id": "VARCHAR", "name": "VARCHAR", "updated_at": "TIMESTAMPTZ"},
        key=("id",),
        newest=("updated_at",),
        is_state=True,
    ),
    Kept(
        name="teams",
        columns={"id": "VARCHAR", "name": "VARCHAR", "updated_at": "TIMESTAMPTZ"},
        key=("id",),
        newest=("updated_at",),
        is_state=True,
    ),
)
