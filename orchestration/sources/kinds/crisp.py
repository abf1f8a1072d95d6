"""Crisp: its records as its API tells them, and what of each is kept."""

from __future__ import annotations

from ..columns import column_types
from ..model import Kept, Kind, LeavesOut, Table
from .crisp_mapping import canonical
from .leaving_out import LEAVE_OUT_GROUPS
from .plain import AGENTS, TEAMS, teams_table

_CONVERSATIONS = Table(
    name="conversations",
    other_names=("data",),
    columns=column_types("""
        session_id, people_id, inbox_id, state, assigned STRUCT(user_id VARCHAR),
        meta STRUCT(origin VARCHAR, segments VARCHAR[]), created_at, updated_at
    """),
    key="session_id",
    keeps="conversations",
    select="""
        select
            identifier(session_id) as id,
            -- A visitor who is no contact is known by the conversation alone.
            person(coalesce(identifier(people_id), session_id)) as contact,
            identifier(inbox_id) as inbox_id,
            lower(state) as state,
            identifier(assigned.user_id) as assignee_id,
            meta.origin as origin,
            list_transform(meta.segments, lambda segment: masked(segment)) as segments,
            milliseconds(created_at) as created_at,
            coalesce(milliseconds(updated_at), milliseconds(created_at)) as updated_at,
            landed_at
        from landed.conversations
    """,
    needs=("id", "state", "created_at"),
    is_required=True,
    lacks="everything: no conversation is known",
)

# Of an event's content the state is read; of a text the length; other contents are no texts.
_MESSAGES = Table(
    name="messages",
    other_names=("data",),
    columns=column_types("""
        session_id, fingerprint, type, from, origin, content, automated, edited, timestamp,
        user STRUCT(user_id VARCHAR)
    """),
    key="fingerprint",
    keeps="messages",
    select="""
        select
            identifier(session_id) || ':' || identifier(fingerprint) as id,
            identifier(session_id) as session_id,
            lower(type) as type,
            lower("from") as sent_from,
            case when lower("from") = 'operator' then identifier("user".user_id) end as operator_id,
            origin,
            coalesce(flag(automated), false) as is_automated,
            coalesce(flag(edited), false) as is_edited,
            case when type = 'event'
                then nullif(regexp_extract(content, '"?state:(pending|unresolved|resolved)', 1), '')
            end as state,
            case when type in ('text', 'note') then text_length(content) else 0 end as body_length,
            milliseconds("timestamp") as sent_at,
            landed_at
        from landed.messages
    """,
    needs=("id", "type", "sent_at"),
    is_required=True,
    lacks="messages and closings",
)

_OPERATORS = Table(
    name="operators",
    other_names=("data",),
    columns=column_types("""
        details STRUCT(user_id VARCHAR, first_name VARCHAR, last_name VARCHAR), user_id, first_name,
        last_name
    """),
    key="user_id",
    keeps="agents",
    select="""
        select
            coalesce(identifier(details.user_id), identifier(user_id)) as id,
            coalesce(identifier(details.user_id), identifier(user_id)) as agent_id,
            concat_ws(
                ' ', coalesce(details.first_name, first_name),
                coalesce(details.last_name, last_name)
            ) as name,
            null as team_id,
            true as is_active,
            null as updated_at,
            landed_at
        from landed.operators
    """,
    lacks="the names of agents",
)
_INBOXES = teams_table(
    "inboxes",
    "inbox_id",
    is_masked=True,
    other_names=("data",),
    lacks="the names of inboxes, which are the teams",
)

_KEPT = (
    Kept(
        name="conversations",
        columns=column_types("""
            id, contact, inbox_id, state, assignee_id, origin, segments VARCHAR[],
            created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at",),
        thread="id",
        persons=("contact",),
    ),
    Kept(
        name="messages",
        columns=column_types("""
            id, session_id, type, sent_from, operator_id, origin, is_automated BOOLEAN,
            is_edited BOOLEAN, state, body_length BIGINT, sent_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("is_edited",),
        thread="session_id",
        # When a message was edited is not told: of several edited ones the last import's counts.
        is_state=True,
    ),
    AGENTS,
    TEAMS,
)

CRISP = Kind(
    name="crisp",
    title="Crisp",
    landings=("files", "airbyte", "dlt"),
    tables={"vendor": (_CONVERSATIONS, _MESSAGES, _OPERATORS, _INBOXES)},
    kept=_KEPT,
    canonical=canonical,
    leaves_out=LeavesOut(("conversations",), "inbox_id", "teams"),
    options=(LEAVE_OUT_GROUPS,),
)
