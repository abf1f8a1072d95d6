"""Front: its records as its API tells them, and what of each is kept.

Front knows people by their handle alone: a mail address, or what a channel names them by.
"""

from __future__ import annotations

from ..columns import column_types
from ..model import Kept, Kind, LeavesOut, Option, Table
from .front_mapping import canonical
from .plain import AGENTS, TEAMS

_LINKS = "STRUCT(related STRUCT(conversation VARCHAR))"
_OF_CONVERSATION = "regexp_extract(_links.related.conversation, '(cnv_[a-z0-9]+)', 1)"
_HANDLE = "person(coalesce(nullif(address({handle}), ''), lower(trim({handle}))))"

_CONVERSATIONS = Table(
    name="conversations",
    other_names=("_results",),
    columns=column_types("""
        id, type, status, status_category, assignee STRUCT(id VARCHAR),
        recipient STRUCT(handle VARCHAR, role VARCHAR), tags STRUCT(name VARCHAR)[], created_at,
        updated_at
    """),
    keeps="conversations",
    # Discussions among teammates are no conversations with anybody.
    select=f"""
        select
            identifier(id) as id,
            lower(status) as status,
            lower(status_category) as status_category,
            identifier(assignee.id) as assignee_id,
            {_HANDLE.format(handle="recipient.handle")} as recipient,
            list_transform(tags, lambda tag: masked(tag.name)) as tags,
            list_filter(
                list_transform(tags, lambda tag: lower(tag.name)),
                lambda name: list_contains(
                    list_transform(chosen('leave_out'), lambda one: lower(one)), name
                )
            )[1] as left_out_by,
            epoch(created_at) as created_at,
            greatest(epoch(updated_at), epoch(created_at)) as updated_at,
            landed_at
        from landed.conversations
        where id is null or coalesce(type, 'conversation') = 'conversation'
    """,
    needs=("id", "created_at"),
    is_required=True,
    lacks="everything: no conversation is known",
)

_MESSAGES = Table(
    name="messages",
    other_names=("_results",),
    columns=column_types(f"""
        id, type, is_inbound, draft_mode, created_at, author STRUCT(id VARCHAR, type VARCHAR),
        recipients STRUCT(handle VARCHAR, role VARCHAR)[], text, body, _links {_LINKS}
    """),
    keeps="messages",
    select=f"""
        with opened as (
            select *, list_filter(recipients, lambda one: one.role = 'from')[1].handle as sender
            from landed.messages
        )

        select
            identifier(id) as id,
            nullif({_OF_CONVERSATION}, '') as conversation_id,
            lower(type) as type,
            coalesce(flag(is_inbound), false) as is_inbound,
            draft_mode is not null as is_draft,
            identifier(author.id) as author_id,
            lower(author.type) as author_kind,
            case when flag(is_inbound) then {_HANDLE.format(handle="sender")} end as sender,
            coalesce(text_length("text"), html_length(body), 0) as body_length,
            epoch(created_at) as created_at,
            landed_at
        from opened
    """,
    needs=("id", "conversation_id", "created_at"),
    is_required=True,
    lacks="messages, and so first responses",
)

_COMMENTS = Table(
    name="comments",
    other_names=("_results",),
    columns=column_types(f"id, author STRUCT(id VARCHAR), body, posted_at, _links {_LINKS}"),
    keeps="comments",
    select=f"""
        select
            identifier(id) as id,
            nullif({_OF_CONVERSATION}, '') as conversation_id,
            identifier(author.id) as author_id,
            coalesce(text_length(body), 0) as body_length,
            epoch(posted_at) as created_at,
            landed_at
        from landed.comments
    """,
    lacks="notes, which are private",
)

# What a change came from may be a list, or hold texts: the identifier of a teammate alone is read.
_EVENTS = Table(
    name="events",
    other_names=("_results",),
    columns=column_types("id, type, emitted_at, source, target, conversation STRUCT(id VARCHAR)"),
    keeps="events",
    select="""
        select
            identifier(id) as id,
            identifier(conversation.id) as conversation_id,
            lower(type) as type,
            nullif(regexp_extract(source, '"(tea_[a-z0-9]+)"', 1), '') as actor_id,
            case when type = 'assign'
                then nullif(regexp_extract(target, '"(tea_[a-z0-9]+)"', 1), '')
            end as assignee_id,
            epoch(emitted_at) as created_at,
            landed_at
        from landed.events
        where id is null or lower(type) in
            ('archive', 'reopen', 'trash', 'restore', 'assign', 'unassign', 'inbound')
    """,
    lacks="when conversations were closed, by whom, and opened again",
)

_TEAMMATES = Table(
    name="teammates",
    other_names=("_results",),
    columns=column_types("id, first_name, last_name, is_blocked"),
    keeps="agents",
    select="""
        select
            identifier(id) as id,
            identifier(id) as agent_id,
            concat_ws(' ', first_name, last_name) as name,
            null as team_id,
            not coalesce(flag(is_blocked), false) as is_active,
            null as updated_at,
            landed_at
        from landed.teammates
    """,
    lacks="the names of agents",
)

_KEPT = (
    Kept(
        name="conversations",
        columns=column_types("""
            id, status, status_category, assignee_id, recipient, tags VARCHAR[], left_out_by,
            created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at",),
        thread="id",
        persons=("recipient",),
        is_state=True,
    ),
    Kept(
        name="messages",
        columns=column_types("""
            id, conversation_id, type, is_inbound BOOLEAN, is_draft BOOLEAN, author_id, author_kind,
            sender, body_length BIGINT, created_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("created_at",),
        thread="conversation_id",
        persons=("sender",),
        is_state=True,
    ),
    Kept(
        name="comments",
        columns=column_types("""
            id, conversation_id, author_id, body_length BIGINT, created_at TIMESTAMPTZ
        """),
        key=("id",),
        thread="conversation_id",
    ),
    Kept(
        name="events",
        columns=column_types("""
            id, conversation_id, type, actor_id, assignee_id, created_at TIMESTAMPTZ
        """),
        key=("id",),
        thread="conversation_id",
    ),
    AGENTS,
    TEAMS,
)

FRONT = Kind(
    name="front",
    title="Front",
    landings=("airbyte", "dlt", "files"),
    tables={"vendor": (_CONVERSATIONS, _MESSAGES, _COMMENTS, _EVENTS, _TEAMMATES)},
    kept=_KEPT,
    canonical=canonical,
    leaves_out=LeavesOut(("conversations",), "left_out_by", "teams"),
    users_are_addresses=True,
    options=(
        Option("leave_out", [], "tags whose conversations are never imported", shapes_records=True),
    ),
)
