"""HubSpot's conversations inbox: threads, messages and actors, and what of each is kept."""

from __future__ import annotations

from ..columns import column_types
from ..model import Kept, Kind, LeavesOut, Table
from .hubspot_mapping import canonical
from .leaving_out import LEAVE_OUT_GROUPS
from .plain import AGENTS, TEAMS, teams_table

_THREADS = Table(
    name="threads",
    other_names=("conversations_threads", "results"),
    columns=column_types("""
        id, status, inboxId, originalChannelId, associatedContactId, assignedTo, spam, archived,
        createdAt, closedAt, latestMessageTimestamp
    """),
    keeps="threads",
    select="""
        select
            identifier(id) as id,
            lower(status) as status,
            identifier(inboxId) as inbox_id,
            identifier(originalChannelId) as channel_id,
            person(associatedContactId) as contact,
            case when assignedTo like 'A-%' then assignedTo end as assignee_id,
            coalesce(flag(spam), false) as is_spam,
            coalesce(flag(archived), false) as is_archived,
            instant(createdAt) as created_at,
            instant(closedAt) as closed_at,
            greatest(
                instant(latestMessageTimestamp), instant(closedAt), instant(createdAt)
            ) as updated_at,
            landed_at
        from landed.threads
    """,
    needs=("id", "status", "created_at"),
    is_required=True,
    lacks="everything: no conversation is known",
)

# A visitor is the contact of that number; who is known by an address alone is the thread's.
_MESSAGES = Table(
    name="messages",
    other_names=("conversations_messages", "results"),
    columns=column_types("""
        id, conversationsThreadId, type, direction, createdAt, createdBy,
        senders STRUCT(actorId VARCHAR)[], status STRUCT(statusType VARCHAR), newStatus, assignedTo,
        archived, text, richText
    """),
    keeps="messages",
    select="""
        with named as (
            select *, coalesce(senders[1].actorId, createdBy) as actor
            from landed.messages
        )

        select
            identifier(id) as id,
            identifier(conversationsThreadId) as thread_id,
            upper(type) as type,
            upper(direction) as direction,
            upper(status.statusType) = 'FAILED' as has_failed,
            left(actor, 1) as actor_kind,
            case when actor like 'V-%' then person(substr(actor, 3)) end as contact,
            case when actor like 'A-%' then actor end as agent_id,
            case lower(newStatus) when 'open' then 'open' when 'closed' then 'closed' end
                as new_status,
            case when assignedTo like 'A-%' then assignedTo end as assigned_to,
            coalesce(flag(archived), false) as is_archived,
            coalesce(text_length("text"), html_length(richText), 0) as body_length,
            instant(createdAt) as created_at,
            landed_at
        from named
    """,
    needs=("id", "thread_id", "type", "created_at"),
    is_required=True,
    lacks="messages and closings",
)

_ACTORS = Table(
    name="actors",
    other_names=("results",),
    columns=column_types("id, name"),
    keeps="agents",
    # Of actors who are no agents nothing is kept.
    select="""
        select
            id as id,
            id as agent_id,
            name,
            null as team_id,
            true as is_active,
            null as updated_at,
            landed_at
        from landed.actors
        where id is null or id like 'A-%'
    """,
    lacks="the names of agents",
)
_INBOXES = teams_table(
    "inboxes",
    updated="updatedAt",
    is_masked=True,
    other_names=("results",),
    lacks="the names of inboxes, which are the teams",
)

_KEPT = (
    Kept(
        name="threads",
        columns=column_types("""
            id, status, inbox_id, channel_id, contact, assignee_id, is_spam BOOLEAN,
            is_archived BOOLEAN, created_at TIMESTAMPTZ, closed_at TIMESTAMPTZ,
            updated_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at",),
        thread="id",
        persons=("contact",),
        # A thread has no time of its last change.
        is_state=True,
    ),
    Kept(
        name="messages",
        columns=column_types("""
            id, thread_id, type, direction, has_failed BOOLEAN, actor_kind, contact, agent_id,
            new_status, assigned_to, is_archived BOOLEAN, body_length BIGINT, created_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("is_archived",),
        thread="thread_id",
        persons=("contact",),
    ),
    AGENTS,
    TEAMS,
)

HUBSPOT = Kind(
    name="hubspot",
    title="HubSpot's conversations inbox",
    landings=("airbyte", "dlt", "files"),
    tables={"vendor": (_THREADS, _MESSAGES, _ACTORS, _INBOXES)},
    kept=_KEPT,
    canonical=canonical,
    leaves_out=LeavesOut(("threads",), "inbox_id", "teams"),
    options=(LEAVE_OUT_GROUPS,),
)
