"""What is kept of Request Tracker's tables."""

from __future__ import annotations

from ..model import Kept
from .absence import PRESENT

KEPT = (
    PRESENT,
    Kept(
        name="tickets",
        columns={
            "id": "VARCHAR",
            "effective_id": "VARCHAR",
            "queue_id": "VARCHAR",
            "owner_id": "VARCHAR",
            "priority": "VARCHAR",
            "status": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
            "resolved_at": "TIMESTAMPTZ",
            "updated_at": "TIMESTAMPTZ",
        },
        # A merge leaves a ticket's LastUpdated as it was: what it was merged into is one more row.
        key=("id", "effective_id"),
        newest=("updated_at",),
        thread="id",
    ),
    Kept(
        name="transactions",
        columns={
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "type": "VARCHAR",
            "field": "VARCHAR",
            "value": "VARCHAR",
            "watcher": "VARCHAR",
            "creator": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
        },
        key=("id",),
        thread="ticket_id",
        persons=("watcher", "creator"),
    ),
    Kept(
        name="attachments",
        columns={
            "id": "VARCHAR",
            "transaction_id": "VARCHAR",
            "is_root": "BOOLEAN",
            "interface": "VARCHAR",
            "is_automatic": "BOOLEAN",
            "plain_length": "BIGINT",
            "html_length": "BIGINT",
        },
        key=("id",),
    ),
    Kept(
        name="users",
        columns={
            "id": "VARCHAR",
            "agent_id": "VARCHAR",
            "name": "VARCHAR",
            "is_of_staff": "BOOLEAN",
            "is_erased": "BOOLEAN",
            "is_of_system": "BOOLEAN",
            "is_root": "BOOLEAN",
            "is_active": "BOOLEAN",
            "updated_at": "TIMESTAMPTZ",
        },
        key=("id",),
        newest=("updated_at",),
        persons=("id",),
        # Who joins or leaves the privileged keeps the LastUpdated that was there.
        is_state=True,
    ),
    Kept(
        name="requestors",
        columns={
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "requestor": "VARCHAR",
        },
        key=("id",),
        thread="ticket_id",
        persons=("requestor",),
    ),
    Kept(
        name="queues",
        columns={"id": "VARCHAR", "name": "VARCHAR", "updated_at": "TIMESTAMPTZ"},
        key=("id",),
        newest=("updated_at",),
    ),
    Kept(
        name="field_values",
        columns={
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "field": "VARCHAR",
            "value": "VARCHAR",
            "is_removed": "BOOLEAN",
            "created_at": "TIMESTAMPTZ",
            "updated_at": "TIMESTAMPTZ",
        },
        key=("id",),
        newest=("updated_at", "is_removed"),
        thread="ticket_id",
    ),
)
