"""Intercom's kept records as rows of ours: the one mapping that all of its landings share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import Canonical
from .intercom_events import events
from .intercom_openings import AUTOMATED, author_type, opening_ctes

_SECONDS_OF_MERGE = 5

# What two conversations say of a merge, each for itself, they say at about the same time.
_MERGES = f"""
        select secondary.conversation_id as id, survivor.conversation_id as into_id
        from {{parts}} as secondary
        inner join {{parts}} as survivor
            on abs(epoch_us(secondary.created_at) - epoch_us(survivor.created_at))
                <= {_SECONDS_OF_MERGE} * 1000000
        where secondary.part_type = 'merged_secondary_conversation'
            and survivor.part_type = 'merged_primary_conversation'
"""

TOUCHED = f"""
    with operator as (
        select id from new.admins where is_operator
        except
        select id from before.admins where is_operator
    ),

    merge as ({_MERGES.format(parts="kept.parts")})

    select conversation_id as thread_id
    from before.parts
    where author in (select id from operator)
    union
    select id
    from merge
    where into_id in (select thread_id from touched)
    union
    select into_id
    from merge
    where id in (select thread_id from touched)
    union
    select id
    from before.conversations
    where author in (select id from operator)
"""


def canonical(options: Mapping[str, Any]) -> Canonical:
    """The mapping under a source's options."""
    conversations = opening_ctes(options)
    return Canonical(
        threads=_threads(conversations),
        messages=_messages(conversations, options),
        ratings=_ratings(conversations),
        events=events(conversations, options),
        agents=_AGENTS,
        teams="""
            select
                id as team_id, name,
                coalesce(landed_at, timestamptz '1970-01-02 00:00:00+00') as updated_at
            from teams
        """,
        counts=_counts(conversations),
    )


def _threads(openings: str) -> str:
    return f"""
    with {openings},

    merge as ({_MERGES.format(parts="parts")}),

    merged as (
        select conversation_id as id, max(created_at) as merged_at
        from parts
        where part_type = 'merged_secondary_conversation'
        group by conversation_id
    ),

    -- Of several that were merged into at that moment it is the one with the same contact.
    target as (
        select merge.id, any_value(merge.into_id) as into_id
        from merge
        inner join conversations as own on merge.id = own.id
        inner join conversations as other
            on merge.into_id = other.id and own.contact = other.contact
        where merge.id <> merge.into_id
        group by merge.id
        having count(distinct merge.into_id) = 1
    )

    select
        conversation.id as thread_id,
        created_at,
        greatest(updated_at, merged.merged_at) as updated_at,
        case
            when state = 'open' and ticket_state = 'waiting_on_customer' then 'pending'
            else state
        end as status,
        contact as user_id,
        case channel when 'conversation' then 'chat' else channel end as channel,
        assignee_id as assigned_agent_id,
        team_id,
        priority,
        tags as labels,
        last_close_at as closed_at,
        first_close_at as first_closed_at,
        case
            when last_closed_by_id not in (select id from admins where is_operator)
                then last_closed_by_id
        end as closed_by_agent_id,
        count_reopens as reopen_count,
        merged.merged_at as deleted_at,
        target.into_id as merged_into_thread_id
    from conversation
    left join merged on conversation.id = merged.id
    left join target on conversation.id = target.id
    where not is_held_back
    union all by name
    select
        id as thread_id,
        created_at,
        updated_at,
        case
            when not is_open then 'closed'
            when ticket_state = 'waiting_on_customer' then 'pending'
            else 'open'
        end as status,
        contact as user_id,
        'ticket' as channel,
        assignee_id as assigned_agent_id,
        team_id,
        'src:' || id as opening_id,
        'user' as opening_author_type,
        contact as opening_author_id,
        false as opening_is_private,
        description_length as opening_length
    from ticket
    """


def _messages(openings: str, options: Mapping[str, Any]) -> str:
    return f"""
    with {openings},

    said as (
        select *, {author_type("parts", options)} as author_type
        from parts
        where (body_length is not null or has_attachment)
            and conversation_id not in (select id from conversation where is_held_back)
    )

    select
        'src:' || id || ':' || coalesce(source_id, '') as message_id,
        id as thread_id,
        created_at as sent_at,
        opening_type as author_type,
        author as author_id,
        false as is_private,
        source_length as body_length,
        created_at as updated_at
    from conversation
    where not is_held_back and author_kind is not null
    union all by name
    select
        id as message_id,
        conversation_id as thread_id,
        created_at as sent_at,
        author_type,
        case when author_type <> 'system' then author end as author_id,
        coalesce(part_type like 'note%', false) as is_private,
        coalesce(body_length, 0) as body_length,
        greatest(created_at, updated_at) as updated_at
    from said
    """


def _ratings(openings: str) -> str:
    return f"""
    with {openings},

    changed as (
        select conversation_id, max(created_at) as changed_at
        from parts
        where part_type = 'conversation_rating_changed'
        group by conversation_id
    )

    select
        'csat:' || conversation.id as rating_id,
        conversation.id as thread_id,
        -- Asked for is not rated, and the last change may be any: the last resorts.
        coalesce(
            conversation.rating_updated_at, changed.changed_at, conversation.rating_asked_at,
            conversation.updated_at
        ) as rated_at,
        conversation.rating as score,
        conversation.rated_agent_id as agent_id,
        coalesce(
            conversation.rating_updated_at, changed.changed_at, conversation.rating_asked_at,
            conversation.updated_at
        ) as updated_at
    from conversation
    left join changed on conversation.id = changed.conversation_id
    where conversation.rating is not null and not conversation.is_held_back
    """


_AGENTS = """
    select
        admins.id as agent_id,
        coalesce(nullif(trim(admins.name), ''), admins.id) as name,
        teams.name as team,
        true as is_active,
        coalesce(admins.landed_at, timestamptz '1970-01-02 00:00:00+00') as updated_at
    from admins
    left join teams on admins.team_id = teams.id
    where not admins.is_operator
"""


def _counts(openings: str) -> dict[str, str]:
    return {
        "outbound threads held back": f"""
            with {openings}
            select count(*) from conversation where is_held_back
        """,
        "threads with parts that are missing": """
            with known as (
                select conversation_id, count(*) as parts from parts group by conversation_id
            )
            select count(*)
            from conversations
            left join known on conversations.id = known.conversation_id
            where conversations.count_parts > coalesce(known.parts, 0)
        """,
        "merged threads": """
            select count(distinct conversation_id) from parts
            where part_type = 'merged_secondary_conversation'
        """,
        "rating times assumed": """
            select count(*)
            from conversations
            where rating is not null
                and coalesce(rating_updated_at, rating_asked_at) is null
                and id not in (
                    select conversation_id
                    from parts
                    where part_type = 'conversation_rating_changed'
                )
        """,
        "automated openings": f"""
            select count(*) from conversations where delivered_as in {AUTOMATED}
        """,
        "tickets that are no customer's": """
            select count(*) from tickets where coalesce(category <> 'Customer', true)
        """,
    }
