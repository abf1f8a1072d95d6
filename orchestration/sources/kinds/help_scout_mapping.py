"""Help Scout's kept records as rows of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import Canonical
from .plain import AGENTS_SELECT, TEAMS_SELECT, became_agents

TOUCHED = f"""
    {became_agents("threads", "conversation_id")}
    union
    select merged_id
    from new.threads
    where merged_id is not null
"""

_SCORES = "case rating when 'great' then 5 when 'okay' then 3 when 'ok' then 3" + (
    " when 'not good' then 1 when 'bad' then 1 end"
)


def canonical(options: Mapping[str, Any]) -> Canonical:
    """The mapping: what the options decide is decided before."""
    return Canonical(
        threads=_THREADS,
        messages=_MESSAGES,
        ratings=_RATINGS,
        events=_EVENTS,
        agents=AGENTS_SELECT,
        teams=TEAMS_SELECT,
        counts={
            "spam": "select count(*) from conversations where status = 'spam'",
            "merged threads": "select count(distinct merged_id) from threads"
            " where merged_id is not null",
            "merges that name no conversation": "select count(distinct id) from threads"
            " where type = 'merge' and merged_id is null",
            "ratings dropped by score": f"select count(*) from ratings where {_SCORES} is null",
        },
    )


# Who was merged into another is not told any more: the line in the other one tells of it.
_THREADS = """
    with merged as (
        select
            merged_id,
            max(created_at) as merged_at,
            arg_max(conversation_id, created_at) as into_id
        from threads
        where merged_id is not null and merged_id <> conversation_id
        group by merged_id
    ),

    reported as (
        select conversation_id, max(created_at) as reported_at
        from threads
        where state = 'published'
        group by conversation_id
    ),

    conversation as (
        select
            conversations.*,
            greatest(updated_at, reported.reported_at) as version_at,
            merged.merged_at,
            merged.into_id
        from conversations
        left join reported on conversations.id = reported.conversation_id
        left join merged on conversations.id = merged.merged_id
    )

    select
        id as thread_id,
        created_at,
        greatest(version_at, merged_at) as updated_at,
        case status when 'active' then 'open' when 'spam' then 'open' else status end as status,
        customer as user_id,
        channel,
        assignee_id as assigned_agent_id,
        mailbox_id as team_id,
        tags as labels,
        case
            when merged_at is not null then merged_at
            when status = 'spam' or state in ('draft', 'deleted') then version_at
        end as deleted_at,
        into_id as merged_into_thread_id,
        closed_at,
        closed_by as closed_by_agent_id
    from conversation
"""

# A thread of type customer is the customer's, also where a teammate has typed it in.
_MESSAGES = """
    with written as (
        select
            threads.*,
            agents.agent_id,
            conversations.customer as asked_by,
            case
                when threads.type in ('customer', 'beaconchat') then 'user'
                when threads.author_kind = 'customer' then 'user'
                when threads.author_kind = 'user' then 'agent'
                else 'bot'
            end as author_type
        from threads
        left join conversations on threads.conversation_id = conversations.id
        left join agents on threads.author = agents.id
        where threads.type in
            ('customer', 'beaconchat', 'message', 'reply', 'note', 'chat', 'phone')
            and threads.state = 'published'
    )

    select
        id as message_id,
        conversation_id as thread_id,
        created_at as sent_at,
        author_type,
        case author_type
            when 'user' then coalesce(
                customer, case when author_kind = 'customer' then author end, asked_by
            )
            when 'agent' then coalesce(agent_id, author)
        end as author_id,
        type = 'note' as is_private,
        coalesce(body_length, 0) as body_length,
        created_at as updated_at
    from written
"""

# Each thread says what the conversation was after it.
_EVENTS = """
    select
        threads.id as event_id,
        conversation_id as thread_id,
        created_at as occurred_at,
        coalesce(try_cast(threads.id as bigint), 0) as sequence,
        'status' as type,
        case status when 'active' then 'open' else status end as value,
        case
            when threads.type in ('customer', 'beaconchat') or author_kind = 'customer' then 'user'
            when author_kind = 'user' then 'agent'
            else 'system'
        end as actor_type,
        case when author_kind = 'user' then coalesce(agents.agent_id, author) end as actor_id
    from threads
    left join agents on threads.author = agents.id
    where status in ('active', 'pending', 'closed') and state = 'published'
"""

_RATINGS = f"""
    select
        'csat:' || ratings.id as rating_id,
        coalesce(ratings.conversation_id, threads.conversation_id) as thread_id,
        ratings.created_at as rated_at,
        {_SCORES} as score,
        ratings.agent_id,
        ratings.updated_at
    from ratings
    left join threads on ratings.thread_id = threads.id
    where {_SCORES} is not null
"""
