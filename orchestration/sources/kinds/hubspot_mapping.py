"""HubSpot's kept records as rows of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import Canonical
from .plain import AGENTS_SELECT, TEAMS_SELECT

# Those that public programs agree on; an account's own list names the others.
_CHANNELS = """case channel_id
            when '1000' then 'chat'
            when '1002' then 'email'
            when '1007' then 'whatsapp'
            else channel_id
        end"""

_THREADS = f"""
    with reported as (
        select thread_id, max(created_at) as reported_at
        from messages
        group by thread_id
    )

    select
        threads.id as thread_id,
        created_at,
        greatest(updated_at, reported.reported_at) as updated_at,
        status,
        contact as user_id,
        {_CHANNELS} as channel,
        assignee_id as assigned_agent_id,
        inbox_id as team_id,
        case
            when is_spam or is_archived then greatest(updated_at, reported.reported_at)
        end as deleted_at,
        closed_at
    from threads
    left join reported on threads.id = reported.thread_id
"""

_MESSAGES = """
    with written as (
        select
            messages.*,
            threads.contact as asked_by,
            case
                when messages.type = 'WELCOME_MESSAGE' then 'bot'
                when messages.type = 'COMMENT'
                    then case when messages.agent_id is not null then 'agent' else 'bot' end
                when direction = 'INCOMING' then 'user'
                when messages.agent_id is not null then 'agent'
                else 'bot'
            end as author_type
        from messages
        left join threads on messages.thread_id = threads.id
        where messages.type in ('MESSAGE', 'COMMENT', 'WELCOME_MESSAGE')
            and not coalesce(has_failed, false)
    )

    select
        id as message_id,
        thread_id,
        created_at as sent_at,
        author_type,
        case author_type
            when 'user' then coalesce(contact, asked_by)
            when 'agent' then agent_id
        end as author_id,
        type = 'COMMENT' as is_private,
        body_length,
        created_at as updated_at,
        case when is_archived then created_at end as deleted_at
    from written
"""

_EVENTS = """
    select
        id || ':' || lower(type) as event_id,
        thread_id,
        created_at as occurred_at,
        0 as sequence,
        case type when 'ASSIGNMENT' then 'assignee' else 'status' end as type,
        case type when 'ASSIGNMENT' then assigned_to else new_status end as value,
        case
            when agent_id is not null then 'agent'
            when contact is not null then 'user'
            else 'system'
        end as actor_type,
        coalesce(agent_id, contact) as actor_id
    from messages
    where type = 'ASSIGNMENT' or (type = 'THREAD_STATUS_CHANGE' and new_status is not null)
"""


def canonical(options: Mapping[str, Any]) -> Canonical:
    """The mapping: what the options decide is decided before."""
    return Canonical(
        threads=_THREADS,
        messages=_MESSAGES,
        events=_EVENTS,
        agents=AGENTS_SELECT,
        teams=TEAMS_SELECT,
        counts={
            "spam": "select count(*) from threads where is_spam",
            "deleted threads": "select count(*) from threads where is_archived",
            "messages that were not delivered": "select count(*) from messages where has_failed",
        },
    )
