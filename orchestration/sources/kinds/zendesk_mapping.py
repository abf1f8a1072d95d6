"""Zendesk's kept records as rows of ours: the one mapping that all of its landings share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..language import literals
from ..model import Canonical
from .zendesk_messages import counted_tickets, messages, ratings

_STATUS = """case {status}
                when 'new' then 'open'
                when 'open' then 'open'
                when 'pending' then 'pending'
                when 'hold' then 'pending'
                when 'solved' then 'closed'
                when 'closed' then 'closed'
                when 'deleted' then 'open'
                else {status}
            end"""

TOUCHED = """
    with staff_now as (
        select id, arg_max(is_of_staff, (updated_at, landed_at)) as is_of_staff
        from kept.users
        group by id
    ),

    staff_before as (
        select id, arg_max(is_of_staff, (updated_at, landed_at)) as is_of_staff
        from before.users
        group by id
    ),

    changed as (
        select staff_now.id
        from staff_now
        left join staff_before on staff_now.id = staff_before.id
        where staff_now.is_of_staff <> coalesce(staff_before.is_of_staff, false)
    ),

    merger as (
        select id, unnest(merged_ids) as merged_id
        from kept.tickets
        where len(merged_ids) > 0
    )

    select ticket_id as thread_id
    from before.comments
    where author in (select id from changed)
    union
    select ticket_id
    from before.audit_events
    where author in (select id from changed) or actor in (select id from changed)
    union
    select merged_id
    from merger
    where id in (select thread_id from touched)
    union
    select id
    from merger
    where merged_id in (select thread_id from touched)
"""


def canonical(options: Mapping[str, Any]) -> Canonical:
    """The mapping under a source's options."""
    tickets = counted_tickets(options)
    return Canonical(
        threads=_threads(tickets, options),
        messages=messages(tickets, options),
        ratings=ratings(tickets, options),
        events=_events(tickets),
        agents=_AGENTS,
        teams="select id as team_id, name, updated_at from groups",
        counts=_counts(options),
    )


def _threads(tickets: str, options: Mapping[str, Any]) -> str:
    dropped = literals(
        label.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%").replace("*", "%")
        for label in options["drop_labels"]
    )
    return f"""
    with {tickets},

    merger as (
        select unnest(merged_ids) as id, id as into_id, updated_at
        from tickets
        where len(merged_ids) > 0
    ),

    merged as (
        select id, max(updated_at) as merged_at, arg_max(into_id, updated_at) as into_id
        from merger
        group by id
    ),

    audited as (
        select ticket_id, max(occurred_at) as audited_at
        from audit_events
        group by ticket_id
    ),

    gone as (
        select
            ticket.*,
            merged.into_id,
            case
                when ticket.is_deleted then greatest(ticket.version_at, ticket.landed_at)
                when ticket.status = 'deleted' then ticket.updated_at
                when list_contains(ticket.tags, 'closed_by_merge') or merged.id is not null
                    then coalesce(audited.audited_at, merged.merged_at, ticket.updated_at)
            end as deleted_at
        from ticket
        left join merged on ticket.id = merged.id
        left join audited on ticket.id = audited.ticket_id
        where ticket.is_counted
    )

    select
        gone.id as thread_id,
        gone.created_at,
        greatest(gone.version_at, gone.deleted_at) as updated_at,
        {_STATUS.format(status="gone.status")} as status,
        gone.requester as user_id,
        gone.channel,
        gone.assignee_id as assigned_agent_id,
        gone.group_id as team_id,
        gone.priority,
        list_filter(
            gone.tags,
            lambda tag: not list_contains(
                list_transform({dropped}, lambda pattern: tag like pattern escape '\\'), true
            )
        ) as labels,
        gone.deleted_at,
        case when gone.deleted_at is not null then gone.into_id end as merged_into_thread_id,
        ticket_metrics.solved_at as closed_at,
        ticket_metrics.reopens as reopen_count,
        'src:' || gone.id as opening_id,
        'user' as opening_author_type,
        gone.requester as opening_author_id,
        coalesce(not gone.is_public, false) as opening_is_private,
        gone.description_length as opening_length
    from gone
    left join ticket_metrics on gone.id = ticket_metrics.ticket_id
    """


def _events(tickets: str) -> str:
    return f"""
    with {tickets},

    reported as (
        select
            *,
            case field
                when 'status' then 'status'
                when 'assignee_id' then 'assignee'
                when 'group_id' then 'team'
                when 'priority' then 'priority'
            end as reported_type
        from audit_events
        where type in ('Create', 'Change')
    )

    select
        reported.id as event_id,
        reported.ticket_id as thread_id,
        reported.occurred_at,
        coalesce(try_cast(reported.id as bigint), 0) as sequence,
        reported.reported_type as type,
        case
            when reported.reported_type = 'status' then {_STATUS.format(status="reported.value")}
            else reported.value
        end as value,
        case
            when reported.actor_is_system then 'system'
            when staff.id is not null then 'agent'
            when reported.actor is not null then 'user'
        end as actor_type,
        coalesce(staff.agent_id, reported.actor) as actor_id
    from reported
    left join ticket on reported.ticket_id = ticket.id
    left join staff on reported.actor = staff.id
    where reported.reported_type is not null
        and coalesce(ticket.is_counted, true)
        -- Deleting and restoring is no closing: the record says what is gone.
        and not (reported.reported_type = 'status' and coalesce(reported.value = 'deleted', true))
    """


_AGENTS = """
    select
        coalesce(users.agent_id, users.id) as agent_id,
        coalesce(nullif(trim(users.name), ''), users.agent_id, users.id) as name,
        groups.name as team,
        users.is_active,
        coalesce(
            users.updated_at, users.landed_at, timestamptz '1970-01-02 00:00:00+00'
        ) as updated_at
    from users
    left join groups on users.group_id = groups.id
    where users.is_of_staff
"""


def _counts(options: Mapping[str, Any]) -> dict[str, str]:
    counts = {
        "deleted threads": "select count(*) from tickets where status = 'deleted' or is_deleted",
        "merged threads": "select count(*) from tickets"
        " where list_contains(tags, 'closed_by_merge')"
        " or id in (select unnest(merged_ids) from tickets)",
        "messaging threads": "select count(*) from tickets where is_messaging",
        "messages of unknown authors": """
            with said as (
                select id, author
                from comments
                union
                select id, author
                from audit_events
                where type in ('Comment', 'VoiceComment')
            )

            select count(*)
            from said
            where author is not null and author not in (select id from users)
        """,
        "ratings without an answer": "select count(*) from satisfaction_ratings"
        " where coalesce(score not in ('good', 'bad'), true)",
    }
    if not options["keep_samples"]:
        counts["sample threads left out"] = (
            "select count(*) from tickets where channel = 'sample_ticket'"
        )
    return counts
