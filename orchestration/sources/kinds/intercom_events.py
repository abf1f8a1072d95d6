"""What Intercom's parts say of the status of a conversation, and of who holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .intercom_openings import author_type


def events(told: str, options: Mapping[str, Any]) -> str:
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
            {author_type("parts", options)} as actor_type,
            case
                when part_type = 'close' or part_type like '%and_close' then 'closed'
                when part_type in ('open', 'unsnoozed', 'timer_unsnooze')
                    or part_type like '%and_reopen' or part_type like '%and_unsnooze' then 'open'
                when part_type = 'snoozed' then 'snoozed'
                when author_kind in ('user', 'lead', 'contact')
                    and (body_length is not null or has_attachment) then 'reply'
            end as reported_status
        from parts
        where conversation_id not in (select id from conversation where is_held_back)
    ),

    status as (
        select
            *,
            lag(reported_status) over (
                partition by conversation_id order by created_at, sequence, id
            ) as reported_before
        from part
        where reported_status is not null
    )

    select
        id || ':status' as event_id,
        conversation_id as thread_id,
        created_at as occurred_at,
        sequence,
        'status' as type,
        case reported_status when 'reply' then 'open' else reported_status end as value,
        actor_type,
        case when actor_type <> 'system' then author end as actor_id
    from status
    where reported_status <> 'reply' or reported_before in ('closed', 'snoozed')
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
