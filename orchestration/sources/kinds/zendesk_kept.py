"""What is kept of a Zendesk account, whatever brought it."""

from __future__ import annotations

from ..columns import column_types
from ..model import Kept

KEPT = (
    Kept(
        name="tickets",
        columns=column_types("""
            id, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, version_at TIMESTAMPTZ, status,
            requester, assignee_id, group_id, priority, tags VARCHAR[], channel, is_public BOOLEAN,
            description_length BIGINT, is_messaging BOOLEAN, merged_ids VARCHAR[],
            is_deleted BOOLEAN
        """),
        key=("id",),
        newest=("version_at",),
        thread="id",
        persons=("requester",),
    ),
    Kept(
        name="comments",
        columns=column_types("""
            id, ticket_id, created_at TIMESTAMPTZ, author, is_system BOOLEAN, is_public BOOLEAN,
            channel, body_length BIGINT
        """),
        key=("id",),
        thread="ticket_id",
        persons=("author",),
    ),
    Kept(
        name="audit_events",
        columns=column_types("""
            id, ticket_id, audit_id, occurred_at TIMESTAMPTZ, type, field, value, actor,
            actor_is_system BOOLEAN, author, is_system BOOLEAN, is_public BOOLEAN, comment_id,
            channel, body_length BIGINT
        """),
        key=("id",),
        thread="ticket_id",
        persons=("actor", "author"),
    ),
    Kept(
        name="users",
        columns=column_types("""
            id, agent_id, name, is_of_staff BOOLEAN, is_erased BOOLEAN, is_active BOOLEAN, group_id,
            updated_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at",),
        persons=("id",),
    ),
    Kept(
        name="groups",
        columns=column_types("id, name, updated_at TIMESTAMPTZ"),
        key=("id",),
        newest=("updated_at",),
    ),
    Kept(
        name="ticket_metrics",
        columns=column_types("""
            id, ticket_id, solved_at TIMESTAMPTZ, reopens BIGINT, updated_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at",),
        thread="ticket_id",
    ),
    Kept(
        name="satisfaction_ratings",
        columns=column_types("id, ticket_id, score, assignee_id, updated_at TIMESTAMPTZ"),
        # Every version: a rating that was withdrawn is told from one that never was.
        key=("id", "updated_at", "score"),
        thread="ticket_id",
    ),
    Kept(
        name="survey_responses",
        columns=column_types("id, ticket_id, rating BIGINT, updated_at TIMESTAMPTZ"),
        key=("id",),
        newest=("updated_at",),
        thread="ticket_id",
    ),
)
