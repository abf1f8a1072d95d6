"""What is kept of Chatwoot's records, whichever landing brought them."""

from __future__ import annotations

from ..columns import column_types
from ..model import Kept

KEPT = (
    Kept(
        name="conversations",
        columns=column_types("""
            id, status, contact, channel, assignee_id, team_id, priority, labels VARCHAR[],
            created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, last_activity_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at",),
        thread="id",
        persons=("contact",),
    ),
    Kept(
        name="messages",
        columns=column_types("""
            id, conversation_id, type BIGINT, is_survey BOOLEAN, is_private BOOLEAN, sender_type,
            contact, agent_id, is_campaign BOOLEAN, is_deleted BOOLEAN, status_told,
            body_length BIGINT, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("is_deleted", "updated_at"),
        thread="conversation_id",
        persons=("contact",),
    ),
    Kept(
        name="reporting_events",
        columns=column_types("id, conversation_id, name, user_id, ended_at TIMESTAMPTZ"),
        key=("id",),
        thread="conversation_id",
    ),
    Kept(
        name="survey_responses",
        columns=column_types("""
            id, conversation_id, rating BIGINT, agent_id, created_at TIMESTAMPTZ,
            updated_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at",),
        thread="conversation_id",
    ),
    Kept(
        name="agents",
        columns=column_types("id, name, updated_at TIMESTAMPTZ"),
        key=("id",),
        newest=("updated_at",),
        is_state=True,
    ),
    Kept(
        name="teams",
        columns=column_types("id, name, updated_at TIMESTAMPTZ"),
        key=("id",),
        newest=("updated_at",),
        is_state=True,
    ),
)
