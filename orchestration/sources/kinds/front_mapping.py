"""Front's kept records as rows of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import Canonical
from .plain import AGENTS_SELECT

_GONE = "coalesce(conversation.status = 'deleted', false)"

_THREADS = f"""
    with reported as (
        select conversation_id, max(created_at) as reported_at
        from (
            select conversation_id, created_at from messages where not is_draft
            union all
            select conversation_id, created_at from comments
            union all
            select conversation_id, created_at from events
        )
        group by conversation_id
    ),

    asked as (
        select conversation_id, arg_min(sender, created_at) as sender
        from messages
        where is_inbound and sender is not null
        group by conversation_id
    ),

    channel as (
        select conversation_id, arg_min(type, created_at) as channel
        from messages
        where not is_draft and type <> 'internal'
        group by conversation_id
    ),

    trashed as (
        select conversation_id, max(created_at) as trashed_at
        from events
        where type = 'trash'
        group by conversation_id
    )

    select
        conversation.id as thread_id,
        conversation.created_at,
        greatest(conversation.updated_at, reported.reported_at) as updated_at,
        case
            when status_category = 'waiting' then 'pending'
            when status_category = 'resolved' then 'closed'
            when status_category = 'open' then 'open'
            when status = 'archived' then 'closed'
            else 'open'
        end as status,
        coalesce(asked.sender, conversation.recipient) as user_id,
        channel.channel,
        assignee_id as assigned_agent_id,
        tags as labels,
        case when {_GONE} then coalesce(trashed.trashed_at, conversation.updated_at) end
            as deleted_at
    from conversations as conversation
    left join reported on conversation.id = reported.conversation_id
    left join asked on conversation.id = asked.conversation_id
    left join channel on conversation.id = channel.conversation_id
    left join trashed on conversation.id = trashed.conversation_id
"""

# Of who wrote for the desk, a type is told where it was no teammate: a rule, an integration.
_MESSAGES = """
    with written as (
        select
            *,
            case
                when is_inbound then 'user'
                when starts_with(author_id, 'tea_') and coalesce(author_kind, 'user') = 'user'
                    then 'agent'
                else 'bot'
            end as author_type
        from messages
        where not is_draft
    )

    select
        id as message_id,
        conversation_id as thread_id,
        created_at as sent_at,
        author_type,
        case author_type when 'user' then sender when 'agent' then author_id end as author_id,
        coalesce(type = 'internal', false) as is_private,
        body_length,
        created_at as updated_at
    from written
    union all by name
    select
        id as message_id,
        conversation_id as thread_id,
        created_at as sent_at,
        case when author_id is null then 'bot' else 'agent' end as author_type,
        author_id,
        true as is_private,
        body_length,
        created_at as updated_at
    from comments
"""

# A message that comes in opens what was archived, without an event of its own.
_EVENTS = """
    with change as (
        select
            *,
            case type when 'archive' then 'closed' when 'reopen' then 'open' else 'came in' end
                as reported,
            lag(case type when 'archive' then 'closed' else 'open' end) over (
                partition by conversation_id order by created_at, id
            ) as reported_before
        from events
        where type in ('archive', 'reopen', 'inbound')
    )

    select
        id as event_id,
        conversation_id as thread_id,
        created_at as occurred_at,
        0 as sequence,
        'status' as type,
        case reported when 'closed' then 'closed' else 'open' end as value,
        case
            when actor_id is not null then 'agent'
            when reported = 'came in' then 'user'
            else 'system'
        end as actor_type,
        actor_id
    from change
    where reported <> 'came in' or reported_before = 'closed'
    union all by name
    select
        id as event_id,
        conversation_id as thread_id,
        created_at as occurred_at,
        0 as sequence,
        'assignee' as type,
        assignee_id as value,
        case when actor_id is not null then 'agent' else 'system' end as actor_type,
        actor_id
    from events
    where type in ('assign', 'unassign')
"""


def canonical(options: Mapping[str, Any]) -> Canonical:
    """The mapping: what the options decide is decided before."""
    return Canonical(
        threads=_THREADS,
        messages=_MESSAGES,
        events=_EVENTS,
        agents=AGENTS_SELECT,
        counts={
            "deleted threads": "select count(*) from conversations where status = 'deleted'",
            "drafts left out": "select count(*) from messages where is_draft",
        },
    )
