"""Chatwoot's kept records as rows of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import Canonical

_BEGINNING = "timestamptz '1970-01-02 00:00:00+00'"

_THREADS = """
    select
        id as thread_id,
        created_at,
        updated_at,
        case status when 'resolved' then 'closed' else status end as status,
        contact as user_id,
        channel,
        assignee_id as assigned_agent_id,
        team_id,
        priority,
        labels,
        case when status = 'resolved' then last_activity_at end as closed_at
    from conversations
"""

# Activities tell of changes and surveys are asked by the desk: neither is a message.
_MESSAGES = """
    with authored as (
        select
            messages.*,
            case
                when messages.type = 0 then 'user'
                when messages.type = 1 and messages.agent_id is not null and not is_campaign
                    then 'agent'
                else 'bot'
            end as author_type,
            conversations.contact as asked_by
        from messages
        left join conversations on messages.conversation_id = conversations.id
        where messages.type in (0, 1, 3) and not messages.is_survey
    )

    select
        id as message_id,
        conversation_id as thread_id,
        created_at as sent_at,
        author_type,
        case author_type
            when 'user' then coalesce(contact, asked_by)
            when 'agent' then agent_id
        end as author_id,
        is_private,
        body_length,
        updated_at,
        case when is_deleted then updated_at end as deleted_at
    from authored
"""

# Closings are told by reports, and only where there are none by activities. That a conversation was
# opened again may be told by nothing but a further closing, or by its being open: it was then
# opened by the customer's next message.
_EVENTS = """
    with reported as (
        select
            'event:' || id as event_id,
            conversation_id,
            ended_at as occurred_at,
            case name when 'conversation_resolved' then 'closed' else 'open' end as value,
            user_id
        from reporting_events
        union all by name
        select
            'activity:' || id as event_id,
            conversation_id,
            created_at as occurred_at,
            status_told as value,
            null as user_id
        from messages
        where type = 2
            and status_told is not null
            and conversation_id not in (select conversation_id from reporting_events)
    ),

    placed as (
        select
            reported.*,
            lead(value) over in_order as next_value,
            lead(occurred_at) over in_order as next_at
        from reported
        window in_order as (partition by conversation_id order by occurred_at, event_id)
    ),

    reopened as (
        select
            placed.event_id,
            placed.conversation_id,
            coalesce(
                min(messages.created_at), any_value(placed.next_at),
                greatest(any_value(conversations.updated_at), any_value(placed.occurred_at))
            ) as occurred_at
        from placed
        left join conversations on placed.conversation_id = conversations.id
        left join messages
            on placed.conversation_id = messages.conversation_id
                and messages.type = 0
                and messages.created_at > placed.occurred_at
                and messages.created_at <= coalesce(placed.next_at, timestamptz '9999-01-01')
        where placed.value = 'closed'
            and (
                placed.next_value = 'closed'
                or (placed.next_value is null and conversations.status <> 'resolved')
            )
        group by placed.event_id, placed.conversation_id
    )

    select
        event_id,
        conversation_id as thread_id,
        occurred_at,
        1 as sequence,
        'status' as type,
        value,
        case when user_id is not null then 'agent' else 'system' end as actor_type,
        user_id as actor_id
    from reported
    union all by name
    select
        'reopened:' || event_id as event_id,
        conversation_id as thread_id,
        occurred_at,
        0 as sequence,
        'status' as type,
        'open' as value,
        'user' as actor_type,
        null as actor_id
    from reopened
"""

_RATINGS = """
    select
        'csat:' || id as rating_id,
        conversation_id as thread_id,
        created_at as rated_at,
        rating as score,
        agent_id,
        updated_at
    from survey_responses
    where rating between 1 and 5
"""


def canonical(options: Mapping[str, Any]) -> Canonical:
    """The mapping; what the options decide is decided when records are kept."""
    return Canonical(
        threads=_THREADS,
        messages=_MESSAGES,
        ratings=_RATINGS,
        events=_EVENTS,
        agents=f"""
            select
                id as agent_id,
                coalesce(nullif(trim(name), ''), id) as name,
                true as is_active,
                coalesce(updated_at, landed_at, {_BEGINNING}) as updated_at
            from agents
        """,
        teams=f"""
            select id as team_id, name, coalesce(updated_at, landed_at, {_BEGINNING}) as updated_at
            from teams
        """,
        counts={
            "closings taken from the last activity": "select count(*) from conversations"
            " where status = 'resolved'"
            " and id not in (select conversation_id from reporting_events)"
            " and id not in (select conversation_id from messages where status_told is not null)",
            "surveys without an answer": "select count(*) from survey_responses"
            " where coalesce(rating, 0) not between 1 and 5",
            "deleted messages": "select count(*) from messages where is_deleted",
        },
    )
