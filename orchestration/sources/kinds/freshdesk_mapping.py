"""Freshdesk's kept records as rows of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..language import literals
from ..model import Canonical
from .plain import AGENTS_SELECT, TEAMS_SELECT

_CHANNELS = """case source
            when '1' then 'email'
            when '2' then 'portal'
            when '3' then 'phone'
            when '7' then 'chat'
            when '9' then 'widget'
            when '10' then 'outbound'
            else source
        end"""
_PRIORITIES = """case priority
            when '1' then 'low'
            when '2' then 'medium'
            when '3' then 'high'
            when '4' then 'urgent'
            else priority
        end"""


def canonical(options: Mapping[str, Any]) -> Canonical:
    """The mapping under a source's options."""
    return Canonical(
        threads=_threads(options),
        messages=_MESSAGES,
        ratings=_RATINGS,
        agents=AGENTS_SELECT,
        teams=TEAMS_SELECT,
        counts=_counts(options),
    )


def _threads(options: Mapping[str, Any]) -> str:
    return f"""
    select
        id as thread_id,
        created_at,
        updated_at,
        case
            when list_contains({literals(options["closed_statuses"])}, status) then 'closed'
            when list_contains({literals(options["pending_statuses"])}, status) then 'pending'
            when status is not null then 'open'
        end as status,
        requester as user_id,
        {_CHANNELS} as channel,
        responder_id as assigned_agent_id,
        group_id as team_id,
        {_PRIORITIES} as priority,
        tags as labels,
        case when is_spam or is_deleted then updated_at end as deleted_at,
        coalesce(resolved_at, closed_at) as closed_at,
        'src:' || id as opening_id,
        case when source = '10' then 'agent' else 'user' end as opening_author_type,
        case when source = '10' then responder_id else requester end as opening_author_id,
        false as opening_is_private,
        coalesce(description_length, 0) as opening_length
    from tickets
    """


_MESSAGES = """
    with written as (
        select
            conversations.*,
            agents.agent_id,
            case
                when is_automatic then 'bot'
                when conversations.author = tickets.requester then 'user'
                when agents.agent_id is not null or not is_incoming then 'agent'
                else 'user'
            end as author_type
        from conversations
        left join tickets on conversations.ticket_id = tickets.id
        left join agents on conversations.author = agents.id
        where not is_survey
    )

    select
        id as message_id,
        ticket_id as thread_id,
        created_at as sent_at,
        author_type,
        case author_type
            when 'user' then author
            when 'agent' then coalesce(agent_id, author)
            else agent_id
        end as author_id,
        is_private,
        body_length,
        updated_at
    from written
"""

# The best step of a survey's scale is 5, the worst 1. Without the scale, it is the usual one.
_RATINGS = """
    with placed as (
        select
            ratings.*,
            surveys.steps,
            list_position(surveys.steps, answer) as place
        from ratings
        left join surveys on ratings.survey_id = surveys.id
        where answer is not null
    ),

    scored as (
        select
            *,
            case
                when len(steps) > 1
                    then round(5 - 4.0 * (place - 1) / (len(steps) - 1))::bigint
                when answer = 103 then 5
                when answer in (101, 102) then 4
                when answer = 100 then 3
                when answer in (-101, -102) then 2
                when answer = -103 then 1
            end as score
        from placed
    )

    select
        'csat:' || id as rating_id,
        ticket_id as thread_id,
        created_at as rated_at,
        score,
        agent_id,
        updated_at
    from scored
    where score is not null
"""


def _counts(options: Mapping[str, Any]) -> dict[str, str]:
    known = literals(["2", *options["closed_statuses"], *options["pending_statuses"]])
    return {
        "tickets of an unknown status, taken as open": "select count(*) from tickets"
        f" where status is not null and not list_contains({known}, status)",
        "spam": "select count(*) from tickets where is_spam",
        "deleted threads": "select count(*) from tickets where is_deleted",
        "ratings dropped by score": "select count(*) from ratings"
        f" where answer is not null and 'csat:' || id not in (select rating_id from ({_RATINGS}))",
        "surveys without an answer": "select count(*) from ratings where answer is null",
    }
