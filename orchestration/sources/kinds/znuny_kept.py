"""What is kept of Znuny's tables."""

from __future__ import annotations

from ..model import Kept
from .absence import PRESENT

KEPT = (
    PRESENT,
    Kept(
        name="tickets",
        columns={
            "id": "VARCHAR",
            "queue_id": "VARCHAR",
            "type_name": "VARCHAR",
            "service_name": "VARCHAR",
            "owner_id": "VARCHAR",
            "priority": "VARCHAR",
            "state": "VARCHAR",
            "customer": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
            "updated_at": "TIMESTAMPTZ",
        },
        key=("id",),
        newest=("updated_at",),
        thread="id",
        persons=("customer",),
    ),
    Kept(
        name="history",
        columns={
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "type": "VARCHAR",
            "state": "VARCHAR",
            "queue_id": "VARCHAR",
            "owner_id": "VARCHAR",
            "priority": "VARCHAR",
            "merged_into_id": "VARCHAR",
            "field": "VARCHAR",
            "is_cleared": "BOOLEAN",
            "created_by": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
        },
        key=("id",),
        thread="ticket_id",
    ),
    Kept(
        name="articles",
        columns={
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "sender_type": "VARCHAR",
            "channel": "VARCHAR",
            "is_visible": "BOOLEAN",
            "created_by": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
        },
        # A merge moves what was said; what is kept of it then has two rows.
        key=("id", "ticket_id"),
        thread="ticket_id",
    ),
    Kept(
        name="mime",
        columns={
            "article_id": "VARCHAR",
            "sender": "VARCHAR",
            "mailbox": "VARCHAR",
            "body_length": "BIGINT",
        },
        key=("article_id",),
        persons=("sender", "mailbox"),
    ),
    Kept(
        name="mail_headers",
        columns={"article_id": "VARCHAR", "is_automatic": "BOOLEAN"},
        key=("article_id",),
    ),
    Kept(
        name="users",
        columns={
            "id": "VARCHAR",
            "name": "VARCHAR",
            "login": "VARCHAR",
            "mailbox": "VARCHAR",
            "is_active": "BOOLEAN",
            "updated_at": "TIMESTAMPTZ",
        },
        key=("id",),
        newest=("updated_at",),
        persons=("login", "mailbox"),
        is_state=True,
    ),
    Kept(
        name="queues",
        columns={"id": "VARCHAR", "name": "VARCHAR", "updated_at": "TIMESTAMPTZ"},
        key=("id",),
        newest=("updated_at",),
    ),
    Kept(
        name="field_values",
        columns={"id": "VARCHAR", "ticket_id": "VARCHAR", "field": "VARCHAR", "value": "VARCHAR"},
        key=("id",),
        thread="ticket_id",
        # What a field no longer holds has no row: of a ticket's values the last import's count.
        is_state=True,
    ),
)
