"""What is kept of Request Tracker's tables."""

from __future__ import annotations

from ..columns import column_types
from ..model import Kept
from .absence import PRESENT

KEPT = (
    PRESENT,
    Kept(
        name="tickets",
        columns=column_types("""
            id, effective_id, queue_id, owner_id, priority, status, created_at TIMESTAMPTZ,
            resolved_at TIMESTAMPTZ, updated_at TIMESTAMPTZ
        """),
        # A merge leaves a ticket's LastUpdated as it was: what it was merged into is one more row.
        key=("id", "effective_id"),
        newest=("updated_at",),
        thread="id",
    ),
    Kept(
        name="transactions",
        columns=column_types("""
            id, ticket_id, type, field, value, watcher, creator, created_at TIMESTAMPTZ
        """),
        key=("id",),
        thread="ticket_id",
        persons=("watcher", "creator"),
    ),
    Kept(
        name="attachments",
        columns=column_types("""
            id, transaction_id, is_root BOOLEAN, interface, is_automatic BOOLEAN,
            plain_length BIGINT, html_length BIGINT
        """),
        key=("id",),
    ),
    Kept(
        name="users",
        columns=column_types("""
            id, agent_id, name, is_of_staff BOOLEAN, is_erased BOOLEAN, is_of_system BOOLEAN,
            is_root BOOLEAN, is_active BOOLEAN, updated_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at",),
        persons=("id",),
        # Who joins or leaves the privileged keeps the LastUpdated that was there.
        is_state=True,
    ),
    Kept(
        name="requestors",
        columns=column_types("id, ticket_id, requestor"),
        key=("id",),
        thread="ticket_id",
        persons=("requestor",),
    ),
    Kept(
        name="queues",
        columns=column_types("id, name, updated_at TIMESTAMPTZ"),
        key=("id",),
        newest=("updated_at",),
    ),
    Kept(
        name="field_values",
        columns=column_types("""
            id, ticket_id, field, value, is_removed BOOLEAN, created_at TIMESTAMPTZ,
            updated_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at", "is_removed"),
        thread="ticket_id",
    ),
)
