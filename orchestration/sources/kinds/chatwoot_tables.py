"""Chatwoot's own tables in PostgreSQL, and what of them is kept."""

from __future__ import annotations

from ..columns import column_types
from ..model import Table
from .chatwoot_words import status_told
from .leaving_out import every
from .plain import teams_table

_ACCOUNT = """
            coalesce(
                nullif(chosen('account')[1], ''),
                (
                    select min(try_cast(identifier(account_id) as bigint))::varchar
                    from landed."every conversations"
                )
            )
"""

# What names a conversation elsewhere is its table's number: its users know another one.
_SHOWN = f"""
        shown as (
            select identifier(id) as row_id, identifier(display_id) as shown_id
            from landed."every conversations"
            where identifier(account_id) = {_ACCOUNT}
        )
"""

_CONVERSATIONS = Table(
    name="conversations",
    columns=column_types("""
        id, account_id, display_id, inbox_id, status, contact_id, assignee_id, team_id, priority,
        cached_label_list, created_at, updated_at, last_activity_at
    """),
    keeps="conversations",
    select=f"""
        select
            identifier(conversation.display_id) as id,
            coalesce(
                ['open', 'resolved', 'pending', 'snoozed'][whole(conversation.status) + 1],
                lower(conversation.status)
            ) as status,
            person(conversation.contact_id) as contact,
            masked(regexp_replace(inbox.channel_type, '^Channel::', '')) as channel,
            identifier(conversation.assignee_id) as assignee_id,
            identifier(conversation.team_id) as team_id,
            coalesce(
                ['low', 'medium', 'high', 'urgent'][whole(conversation.priority) + 1],
                conversation.priority
            ) as priority,
            list_filter(
                list_transform(
                    string_split(coalesce(conversation.cached_label_list, ''), ','),
                    lambda label: masked(trim(label))
                ),
                lambda label: label <> ''
            ) as labels,
            instant(conversation.created_at) as created_at,
            instant(conversation.updated_at) as updated_at,
            instant(conversation.last_activity_at) as last_activity_at,
            conversation.landed_at
        from landed.conversations as conversation
        left join landed.inboxes as inbox
            on identifier(conversation.inbox_id) = identifier(inbox.id)
        where conversation.id is null or identifier(conversation.account_id) = {_ACCOUNT}
    """,
    needs=("id", "status", "created_at", "updated_at"),
    is_required=True,
    lacks="everything: no conversation is known",
)

_MESSAGES = Table(
    name="messages",
    columns=column_types("""
        id, conversation_id, message_type, content_type, content, private, sender_type, sender_id,
        content_attributes, additional_attributes, created_at, updated_at
    """),
    keeps="messages",
    select=f"""
        with {_SHOWN}

        select
            identifier(message.id) as id,
            shown.shown_id as conversation_id,
            whole(message.message_type) as type,
            coalesce(message.content_type in ('9', 'input_csat'), false) as is_survey,
            coalesce(flag(message.private), false) as is_private,
            lower(message.sender_type) as sender_type,
            case when message.sender_type = 'Contact' then person(message.sender_id) end as contact,
            case when message.sender_type = 'User' then identifier(message.sender_id) end
                as agent_id,
            coalesce(
                identifier(try(json_extract_string(
                    message.additional_attributes::json, '$.campaign_id'
                ))) is not null,
                false
            ) as is_campaign,
            -- The column is JSON text, or a JSON string that holds it.
            coalesce(
                regexp_matches(message.content_attributes, 'deleted[\\\\"]*\\s*:\\s*true'), false
            ) as is_deleted,
            {status_told("message.content")} as status_told,
            coalesce(text_length(message.content), 0) as body_length,
            instant(message.created_at) as created_at,
            instant(message.updated_at) as updated_at,
            message.landed_at
        from landed.messages as message
        inner join shown on identifier(message.conversation_id) = shown.row_id
    """,
    needs=("id", "conversation_id", "type", "created_at"),
    is_required=True,
    lacks="messages, and so first responses",
)

_REPORTING_EVENTS = Table(
    name="reporting_events",
    columns=column_types("id, name, conversation_id, user_id, event_end_time"),
    keeps="reporting_events",
    select=f"""
        with {_SHOWN}

        select
            identifier(event.id) as id,
            shown.shown_id as conversation_id,
            event.name,
            identifier(event.user_id) as user_id,
            instant(event.event_end_time) as ended_at,
            event.landed_at
        from landed.reporting_events as event
        inner join shown on identifier(event.conversation_id) = shown.row_id
        where event.name in ('conversation_resolved', 'conversation_opened')
    """,
    lacks="by whom a conversation was closed",
)

_SURVEYS = Table(
    name="csat_survey_responses",
    columns=column_types("id, conversation_id, rating, assigned_agent_id, created_at, updated_at"),
    keeps="survey_responses",
    select=f"""
        with {_SHOWN}

        select
            identifier(response.id) as id,
            shown.shown_id as conversation_id,
            whole(response.rating) as rating,
            identifier(response.assigned_agent_id) as agent_id,
            instant(response.created_at) as created_at,
            coalesce(instant(response.updated_at), instant(response.created_at)) as updated_at,
            response.landed_at
        from landed.csat_survey_responses as response
        inner join shown on identifier(response.conversation_id) = shown.row_id
    """,
    lacks="ratings",
)

_USERS = Table(
    name="users",
    columns=column_types("id, name, updated_at"),
    keeps="agents",
    select="""
        select identifier(id) as id, name, instant(updated_at) as updated_at, landed_at
        from landed.users
    """,
    lacks="the names of agents",
)

_TEAMS = teams_table("teams", updated="updated_at")

_INBOXES = Table(
    name="inboxes",
    columns=column_types("id, channel_type"),
    lacks="channels",
)

TABLES = (
    _CONVERSATIONS, _MESSAGES, _REPORTING_EVENTS, _SURVEYS, _USERS, _TEAMS, _INBOXES,
    every("conversations", "id, account_id, display_id", needed_if="true"),
)  # fmt: skip
