"""What is kept of Znuny's tables."""

from __future__ import annotations

from ..columns import column_types
from ..model import Kept
from .absence import PRESENT

KEPT = (
    PRESENT,
    Kept(
        name="tickets",
        columns=column_types("""
            id, queue_id, type_name, service_name, owner_id, priority, state, customer,
            created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at",),
        thread="id",
        persons=("customer",),
    ),
    Kept(
        name="history",
        columns=column_types("""
            id, ticket_id, type, state, queue_id, owner_id, priority, merged_into_id, field,
            is_cleared BOOLEAN, created_by, created_at TIMESTAMPTZ
        """),
        key=("id",),
        thread="ticket_id",
    ),
    Kept(
        name="articles",
        columns=column_types("""
            id, ticket_id, sender_type, channel, is_visible BOOLEAN, created_by,
            created_at TIMESTAMPTZ
        """),
        # A merge moves what was said; what is kept of it then has two rows.
        key=("id", "ticket_id"),
        thread="ticket_id",
    ),
    Kept(
        name="mime",
        columns=column_types("article_id, sender, mailbox, body_length BIGINT"),
        key=("article_id",),
        persons=("sender", "mailbox"),
    ),
    Kept(
        name="mail_headers",
        columns=column_types("article_id, is_automatic BOOLEAN"),
        key=("article_id",),
    ),
    Kept(
        name="users",
        columns=column_types("id, name, login, mailbox, is_active BOOLEAN, updated_at TIMESTAMPTZ"),
        key=("id",),
        newest=("updated_at",),
        persons=("login", "mailbox"),
        is_state=True,
    ),
    Kept(
        name="queues",
        columns=column_types("id, name, updated_at TIMESTAMPTZ"),
        key=("id",),
        newest=("updated_at",),
    ),
    Kept(
        name="field_values",
        columns=column_types("id, ticket_id, field, value"),
        key=("id",),
        thread="ticket_id",
        # What a field no longer holds has no row: of a ticket's values the last import's count.
        is_state=True,
    ),
)
