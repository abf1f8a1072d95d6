"""Gorgias' kept records as rows of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import Canonical
from .plain import AGENTS_SELECT, TEAMS_SELECT

_THREADS = """
    select
        id as thread_id,
        created_at,
        greatest(updated_at, trashed_at) as updated_at,
        status,
        customer as user_id,
        channel,
        assignee_id as assigned_agent_id,
        team_id,
        priority,
        tags as labels,
        coalesce(trashed_at, case when is_spam then updated_at end) as deleted_at,
        closed_at
    from tickets
"""

# A message that could not be delivered was said to nobody.
_MESSAGES = """
    with written as (
        select
            messages.*,
            agents.agent_id,
            case
                when is_automatic then 'bot'
                when messages.author = tickets.customer then 'user'
                when agents.agent_id is not null or is_from_agent then 'agent'
                else 'user'
            end as author_type
        from messages
        left join tickets on messages.ticket_id = tickets.id
        left join agents on messages.author = agents.id
        where not has_failed
    )

    select
        id as message_id,
        ticket_id as thread_id,
        sent_at,
        author_type,
        case author_type
            when 'user' then author
            when 'agent' then coalesce(agent_id, author)
            else agent_id
        end as author_id,
        not is_public as is_private,
        body_length,
        sent_at as updated_at
    from written
"""

_RATINGS = """
    select
        'csat:' || id as rating_id,
        ticket_id as thread_id,
        scored_at as rated_at,
        score,
        scored_at as updated_at
    from surveys
    where score between 1 and 5
"""


def canonical(options: Mapping[str, Any]) -> Canonical:
    """The mapping: what the options decide is decided before."""
    return Canonical(
        threads=_THREADS,
        messages=_MESSAGES,
        ratings=_RATINGS,
        agents=AGENTS_SELECT,
        teams=TEAMS_SELECT,
        counts={
            "spam": "select count(*) from tickets where is_spam",
            "deleted threads": "select count(*) from tickets where trashed_at is not null",
            "messages that were not delivered": "select count(*) from messages where has_failed",
            "surveys without an answer": "select count(*) from surveys where score is null",
            "ratings dropped by score": "select count(*) from surveys"
            " where score not between 1 and 5",
        },
    )
