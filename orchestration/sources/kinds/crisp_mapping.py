"""Crisp's kept records as rows of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import Canonical
from .plain import AGENTS_SELECT, TEAMS_SELECT

_STATUS = """case {state}
            when 'unresolved' then 'open'
            when 'resolved' then 'closed'
            else {state}
        end"""

_THREADS = f"""
    with reported as (
        select
            session_id,
            max(sent_at) as reported_at,
            arg_min(origin, sent_at) filter (where type not in ('event', 'note')) as origin
        from messages
        group by session_id
    )

    select
        conversations.id as thread_id,
        created_at,
        greatest(updated_at, reported.reported_at) as updated_at,
        {_STATUS.format(state="state")} as status,
        contact as user_id,
        coalesce(conversations.origin, reported.origin) as channel,
        assignee_id as assigned_agent_id,
        inbox_id as team_id,
        segments as labels
    from conversations
    left join reported on conversations.id = reported.session_id
"""

_MESSAGES = """
    select
        messages.id as message_id,
        session_id as thread_id,
        sent_at,
        case
            when sent_from = 'user' then 'user'
            when is_automated or operator_id is null then 'bot'
            else 'agent'
        end as author_type,
        case
            when sent_from = 'user' then conversations.contact
            when not is_automated then operator_id
        end as author_id,
        type = 'note' as is_private,
        body_length,
        sent_at as updated_at
    from messages
    left join conversations on messages.session_id = conversations.id
    where type <> 'event'
"""

_EVENTS = f"""
    select
        id as event_id,
        session_id as thread_id,
        sent_at as occurred_at,
        0 as sequence,
        'status' as type,
        {_STATUS.format(state="state")} as value,
        case
            when sent_from = 'user' then 'user'
            when operator_id is not null and not is_automated then 'agent'
            else 'system'
        end as actor_type,
        case when not is_automated then operator_id end as actor_id
    from messages
    where type = 'event' and state is not null
"""


def canonical(options: Mapping[str, Any]) -> Canonical:
    """The mapping: what the options decide is decided before."""
    return Canonical(
        threads=_THREADS,
        messages=_MESSAGES,
        events=_EVENTS,
        agents=AGENTS_SELECT,
        teams=TEAMS_SELECT,
    )
