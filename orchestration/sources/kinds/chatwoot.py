"""Chatwoot: the answers of its API and what of them is kept. Its tables are in `chatwoot_tables`.

A conversation has two numbers: the one that the API and its users know, and the table's own. What
is kept has the first, from either, so that both landings tell of the same threads.
"""

from __future__ import annotations

from ..columns import column_types
from ..model import Kind, LeavesOut, Option, Table
from .chatwoot_api import API
from .chatwoot_kept import KEPT
from .chatwoot_mapping import canonical
from .chatwoot_tables import TABLES
from .chatwoot_words import LANGUAGES, status_told
from .leaving_out import LEAVE_OUT_GROUPS
from .plain import teams_table

_CONVERSATION = column_types("""
    id, status, priority, created_at, updated_at, last_activity_at, labels VARCHAR[],
    meta STRUCT(sender STRUCT(id VARCHAR), channel VARCHAR, assignee STRUCT(id VARCHAR),
    assignee_type VARCHAR, team STRUCT(id VARCHAR, name VARCHAR))
""")
_PAGE = ", ".join(f"{name} {kind}" for name, kind in _CONVERSATION.items())

_CONVERSATIONS = Table(
    name="conversations",
    columns={**_CONVERSATION, "data": f"STRUCT(payload STRUCT({_PAGE})[])"},
    keeps="conversations",
    # A list of conversations is an answer with a page of them inside.
    select="""
        with reported as (
            select * exclude (data)
            from landed.conversations
            where data is null
            union all by name
            select conversation.*, landed_at
            from (
                select unnest(data.payload) as conversation, landed_at
                from landed.conversations
                where data is not null
            )
        )

        select
            identifier(id) as id,
            lower(status) as status,
            person(meta.sender.id) as contact,
            masked(regexp_replace(meta.channel, '^Channel::', '')) as channel,
            case
                when coalesce(meta.assignee_type, 'User') = 'User' then identifier(meta.assignee.id)
            end as assignee_id,
            identifier(meta.team.id) as team_id,
            priority,
            list_transform(labels, lambda label: masked(label)) as labels,
            moment(created_at) as created_at,
            coalesce(moment(updated_at), moment(last_activity_at)) as updated_at,
            moment(last_activity_at) as last_activity_at,
            landed_at
        from reported
    """,
    needs=("id", "status", "created_at", "updated_at"),
    is_required=True,
    lacks="everything: no conversation is known",
)

_MESSAGES = Table(
    name="messages",
    other_names=("payload",),
    columns=column_types("""
        id, conversation_id, message_type, content_type, content, private, created_at, updated_at,
        sender STRUCT(id VARCHAR, type VARCHAR), content_attributes STRUCT(deleted VARCHAR),
        additional_attributes STRUCT(campaign_id VARCHAR)
    """),
    keeps="messages",
    select=f"""
        select
            identifier(id) as id,
            identifier(conversation_id) as conversation_id,
            coalesce(
                whole(message_type),
                list_position(['incoming', 'outgoing', 'activity', 'template'], message_type) - 1
            ) as type,
            coalesce(content_type = 'input_csat', false) as is_survey,
            coalesce(flag(private), false) as is_private,
            lower(sender.type) as sender_type,
            case when lower(sender.type) = 'contact' then person(sender.id) end as contact,
            case when lower(sender.type) = 'user' then identifier(sender.id) end as agent_id,
            identifier(additional_attributes.campaign_id) is not null as is_campaign,
            coalesce(flag(content_attributes.deleted), false) as is_deleted,
            {status_told("content")} as status_told,
            coalesce(text_length(content), 0) as body_length,
            moment(created_at) as created_at,
            coalesce(moment(updated_at), moment(created_at)) as updated_at,
            landed_at
        from landed.messages
    """,
    needs=("id", "conversation_id", "type", "created_at"),
    is_required=True,
    lacks="messages, and so first responses",
)

_SURVEYS = Table(
    name="csat_survey_responses",
    other_names=("csat",),
    columns=column_types("""
        id, conversation_id, rating, assigned_agent STRUCT(id VARCHAR), created_at
    """),
    keeps="survey_responses",
    select="""
        select
            identifier(id) as id,
            identifier(conversation_id) as conversation_id,
            whole(rating) as rating,
            identifier(assigned_agent.id) as agent_id,
            moment(created_at) as created_at,
            moment(created_at) as updated_at,
            landed_at
        from landed.csat_survey_responses
    """,
    lacks="ratings",
)

_AGENTS = Table(
    name="agents",
    columns=column_types("id, name"),
    keeps="agents",
    select="""
        select identifier(id) as id, name, null as updated_at, landed_at from landed.agents
    """,
    lacks="the names of agents",
)

_TEAMS = teams_table("teams")

CHATWOOT = Kind(
    name="chatwoot",
    title="Chatwoot",
    landings=("airbyte", "files", "tables"),
    tables={"vendor": (_CONVERSATIONS, _MESSAGES, _SURVEYS, _AGENTS, _TEAMS), "tables": TABLES},
    kept=KEPT,
    canonical=canonical,
    api=API,
    leaves_out=LeavesOut(("conversations",), "team_id", "teams"),
    options=(
        LEAVE_OUT_GROUPS,
        Option(
            "language", "en", f"the account's language: {', '.join(LANGUAGES)}",
            shapes_records=True,
        ),
        Option(
            "account", "", "whose conversations, of tables that hold several accounts; the first",
            shapes_records=True,
        ),
    ),
)  # fmt: skip
