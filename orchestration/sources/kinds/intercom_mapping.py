"""Intercom's kept records as rows of ours: the one mapping that all of its landings share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..language import literals
from ..model import Canonical

# Openings that a robot sends in an admin's name.
_AUTOMATED = "('automated', 'campaigns_initiated', 'operator_initiated')"

TOUCHED = """
    with operator as (
        select id from new.admins where is_operator
        except
        select id from before.admins where is_operator
    )

    select conversation_id as thread_id
    from before.parts
    where author in (select id from operator)
    union
    select id
    from before.conversations
    where author in (select id from operator)
"""


def canonical(options: Mapping[str, Any]) -> Canonical:
    """The mapping under a source's options."""
    told = _told(options)
    return Canonical(
        threads=_threads(told),
        messages=_messages(told, options),
        ratings=_ratings(told),
        events=_events(told, options),
        agents=_AGENTS,
        teams="""
            select
                id as team_id, name,
                coalesce(landed_at, timestamptz '1970-01-02 00:00:00+00') as updated_at
            from teams
        """,
        counts=_counts(told),
    )


def _author_type(relation: str, options: Mapping[str, Any]) -> str:
    bots = literals(str(bot) for bot in options["bots"])
    return f"""case
                when {relation}.author_kind in ('user', 'lead', 'contact') then 'user'
                when {relation}.author_kind in ('bot', 'ai_agent', 'operator')
                    or {relation}.is_ai
                    or list_contains({bots}, {relation}.author)
                    or {relation}.author in (select id from admins where is_operator)
                    then 'bot'
                when {relation}.author_kind = 'admin' then 'agent'
                else 'system'
            end"""


def _told(options: Mapping[str, Any]) -> str:
    """The opening CTEs: conversations with who opened them, and whether they count."""
    left_out = f"list_contains({literals(options['leave_out'])}, opened.team_id)"
    held_back = (
        "false"
        if options["keep_outbound"]
        else "opening_type <> 'user' and first_reply_at is null"
        " and answered.conversation_id is null"
    )
    return f"""
    opened as (
        select
            *,
            case
                when delivered_as in {_AUTOMATED} then 'bot'
                else {_author_type("conversations", options)}
            end as opening_type
        from conversations
    ),

    answered as (
        select distinct conversation_id
        from parts
        where author_kind in ('user', 'lead', 'contact')
            and (body_length is not null or has_attachment)
    ),

    conversation as (
        select
            opened.*,
            -- Nobody has answered what was sent out: it is no conversation yet.
            coalesce({held_back}, false) as is_unanswered,
            is_unanswered or coalesce({left_out}, false) as is_held_back
        from opened
        left join answered on opened.id = answered.conversation_id
    ),

    ticket as (
        select *
        from tickets
        where category = 'Customer'
            and id not in (select id from conversations)
            and not coalesce(list_contains({literals(options["leave_out"])}, team_id), false)
    )"""


def _threads(told: str) -> str:
    return f"""
    with {told}

    select
        id as thread_id,
        created_at,
        updated_at,
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
        count_reopens as reopen_count
    from conversation
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


def _messages(told: str, options: Mapping[str, Any]) -> str:
    return f"""
    with {told},

    said as (
        select *, {_author_type("parts", options)} as author_type
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


def _events(told: str, options: Mapping[str, Any]) -> str:
    """What parts say of the status; a contact who writes while it is not open opens it."""
    return f"""
    with {told},

    part as (
        select
            id,
            conversation_id,
            created_at,
            coalesce(try_cast(id as bigint), 0) as sequence,
            author,
            assigned_type,
            assigned_id,
            {_author_type("parts", options)} as actor_type,
            case
                when part_type = 'close' or part_type like '%and_close' then 'closed'
                when part_type in ('open', 'unsnoozed', 'timer_unsnooze')
                    or part_type like '%and_reopen' or part_type like '%and_unsnooze' then 'open'
                when part_type = 'snoozed' then 'snoozed'
                when author_kind in ('user', 'lead', 'contact')
                    and (body_length is not null or has_attachment) then 'reply'
            end as told_status
        from parts
        where conversation_id not in (select id from conversation where is_held_back)
    ),

    status as (
        select
            *,
            lag(told_status) over (
                partition by conversation_id order by created_at, sequence, id
            ) as told_before
        from part
        where told_status is not null
    )

    select
        id || ':status' as event_id,
        conversation_id as thread_id,
        created_at as occurred_at,
        sequence,
        'status' as type,
        case told_status when 'reply' then 'open' else told_status end as value,
        actor_type,
        case when actor_type <> 'system' then author end as actor_id
    from status
    where told_status <> 'reply' or told_before in ('closed', 'snoozed')
    union all by name
    select
        id || ':' || case assigned_type when 'team' then 'team' else 'assignee' end as event_id,
        conversation_id as thread_id,
        created_at as occurred_at,
        sequence,
        case assigned_type when 'team' then 'team' else 'assignee' end as type,
        assigned_id as value,
        actor_type,
        case when actor_type <> 'system' then author end as actor_id
    from part
    where assigned_type in ('admin', 'team')
    """


def _ratings(told: str) -> str:
    return f"""
    with {told},

    changed as (
        select conversation_id, max(created_at) as changed_at
        from parts
        where part_type = 'conversation_rating_changed'
        group by conversation_id
    )

    select
        'csat:' || conversation.id as rating_id,
        conversation.id as thread_id,
        -- Asked for is not rated: the last resort.
        coalesce(
            conversation.rating_updated_at, changed.changed_at, conversation.rating_asked_at
        ) as rated_at,
        conversation.rating as score,
        conversation.rated_agent_id as agent_id,
        coalesce(
            conversation.rating_updated_at, changed.changed_at, conversation.rating_asked_at
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


def _counts(told: str) -> dict[str, str]:
    return {
        "outbound threads held back": f"""
            with {told}
            select count(*) from conversation where is_unanswered
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
        "automated openings": f"""
            select count(*) from conversations where delivered_as in {_AUTOMATED}
        """,
        "tickets that are no customer's": """
            select count(*) from tickets where coalesce(category <> 'Customer', true)
        """,
    }
