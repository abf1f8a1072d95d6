"""Request Tracker's kept records as rows of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..language import literals
from ..model import Canonical
from .absence import TOUCHED_BY_ABSENCE, is_absent
from .merging import with_merged
from .request_tracker_messages import MESSAGES, TICKETS
from .staff import changed_staff

TOUCHED = with_merged(
    f"""
        with {changed_staff("(updated_at, import_number)")}

        select thread_id as id
        from touched
        union
        select ticket_id
        from kept.transactions
        where creator in (select id from changed)
            or id in (select transaction_id from new.attachments)
        union
    """
    + TOUCHED_BY_ABSENCE,
    "select id, effective_id from kept.tickets where effective_id <> id",
)


def canonical(options: Mapping[str, Any]) -> Canonical:
    """The mapping under a source's options."""
    status = _status(options)
    return Canonical(
        threads=_threads(options, status),
        messages=MESSAGES,
        ratings=_ratings(options),
        events=_events(status),
        agents=_AGENTS,
        teams="select id as team_id, name, updated_at from queues where name <> '___Approvals'",
        counts=_counts(options),
    )


def _status(options: Mapping[str, Any]) -> str:
    """SQL for a status of ours, with the place of RT's word left open."""
    return f"""case
                when list_contains({literals(options["closed_statuses"])}, {{word}}) then 'closed'
                when list_contains({literals(options["pending_statuses"])}, {{word}}) then 'pending'
                else 'open'
            end"""


def _threads(options: Mapping[str, Any], status: str) -> str:
    spam_queues = literals(str(name).lower() for name in options["spam_queues"])
    rejected = "'rejected'" if options["rejected_is_spam"] else "null"
    return f"""
    with recursive {TICKETS},

    reported as (
        select
            ticket.thread_id,
            max(transactions.created_at) as reported_at
        from transactions
        inner join ticket on transactions.ticket_id = ticket.id
        group by ticket.thread_id
    ),

    own as (
        select
            ticket_id,
            max(created_at) as reported_at,
            max(created_at) filter (where type = 'AddLink' and field = 'MergedInto') as merged_at,
            max(created_at) filter (where type = 'Status' and value = 'deleted') as deleted_at,
            max(created_at) filter (where type = 'Status' and value = 'rejected') as rejected_at,
            max(created_at) filter (where type = 'Set' and field = 'Queue') as moved_at,
            arg_min(interface, (created_at, try_cast(id as bigint)))
                filter (where type = 'Create') as interface
        from transactions
        left join (
            select transaction_id, any_value(interface) as interface
            from attachments
            group by transaction_id
        ) on transactions.id = transaction_id
        group by ticket_id
    ),

    label as (
        select ticket_id, list(distinct value order by value) as labels
        from field_values
        where list_contains({literals(options["label_fields"])}, field)
            and not is_removed
            and value <> ''
        group by ticket_id
    ),

    first_requestor as (
        select ticket_id, arg_min(requestor, place) as requestor
        from requestor
        group by ticket_id
    ),

    gone as (
        select
            ticket.*,
            own.interface,
            first_requestor.requestor,
            label.labels,
            case
                when ticket.into_id is null then greatest(ticket.updated_at, reported.reported_at)
                else greatest(ticket.updated_at, own.reported_at)
            end as version_at,
            case
                when ticket.into_id is not null then coalesce(own.merged_at, ticket.updated_at)
                when {is_absent("ticket.id", options)} then ticket.updated_at
                when ticket.status = 'deleted' then coalesce(own.deleted_at, ticket.updated_at)
                when ticket.status = {rejected} then coalesce(own.rejected_at, ticket.updated_at)
                when list_contains({spam_queues}, lower(queues.name))
                    then coalesce(own.moved_at, ticket.created_at)
            end as deleted_at
        from ticket
        left join reported on ticket.id = reported.thread_id
        left join own on ticket.id = own.ticket_id
        left join queues on ticket.queue_id = queues.id
        left join first_requestor on ticket.id = first_requestor.ticket_id
        left join label on ticket.id = label.ticket_id
    )

    select
        gone.id as thread_id,
        gone.created_at,
        greatest(gone.version_at, gone.deleted_at) as updated_at,
        {status.format(word="gone.status")} as status,
        gone.requestor as user_id,
        case gone.interface when 'email' then 'email' when 'web' then 'web' else 'api' end
            as channel,
        case when not coalesce(owner.is_of_system, false) then gone.owner_id end
            as assigned_agent_id,
        gone.queue_id as team_id,
        gone.priority,
        gone.labels,
        gone.deleted_at,
        gone.into_id as merged_into_thread_id,
        gone.resolved_at as closed_at
    from gone
    left join users as owner on gone.owner_id = owner.agent_id
    """


def _events(status: str) -> str:
    return f"""
    with reported as (
        select
            *,
            case
                when type = 'Status' then 'status'
                when type = 'Set' and field = 'Owner' then 'assignee'
                when type = 'Set' and field = 'Queue' then 'team'
                when type = 'Set' and field = 'Priority' then 'priority'
            end as reported_type
        from transactions
    )

    select
        reported.id as event_id,
        reported.ticket_id as thread_id,
        reported.created_at as occurred_at,
        try_cast(reported.id as bigint) as sequence,
        reported.reported_type as type,
        case reported.reported_type
            when 'status' then {status.format(word="reported.value")}
            when 'assignee'
                then case when not coalesce(owner.is_of_system, false) then reported.value end
            else reported.value
        end as value,
        case
            when actor.is_of_system then 'system'
            when actor.is_of_staff then 'agent'
            else 'user'
        end as actor_type,
        case
            when actor.is_of_system then null
            else coalesce(actor.agent_id, reported.creator)
        end as actor_id
    from reported
    left join users as actor on reported.creator = actor.id
    left join users as owner
        on reported.reported_type = 'assignee' and reported.value = owner.agent_id
    where reported.reported_type is not null
        -- Deleting is no closing: the ticket says what is gone.
        and not (reported.reported_type = 'status' and reported.value = 'deleted')
    """


def _ratings(options: Mapping[str, Any]) -> str | None:
    if not options["rating_field"]:
        return None
    return f"""
    select
        'field:' || id as rating_id,
        ticket_id as thread_id,
        created_at as rated_at,
        try_cast(value as bigint) as score,
        null as agent_id,
        greatest(created_at, updated_at) as updated_at,
        case when is_removed then coalesce(updated_at, created_at) end as deleted_at
    from field_values
    where list_contains({literals(options["rating_field"])}, field)
        and try_cast(value as bigint) between 1 and 5
    """


# The account that comes with the installation is an agent once it holds or has written anything.
_AGENTS = """
    select
        agent_id,
        coalesce(nullif(name, ''), agent_id) as name,
        is_active,
        updated_at
    from users
    where is_of_staff
        and (
            not is_root
            or id in (
                select creator
                from transactions
                where type in ('Create', 'Correspond', 'Comment')
            )
            or agent_id in (select owner_id from tickets where owner_id is not null)
        )
"""


def _counts(options: Mapping[str, Any]) -> dict[str, str]:
    known = literals(
        ["new", "open", "deleted", *options["closed_statuses"], *options["pending_statuses"]]
    )
    rating_field = literals(options["rating_field"])
    return {
        "merged threads": "select count(distinct id) from tickets where effective_id <> id",
        "deleted threads": "select count(distinct id) from tickets where status = 'deleted'",
        "tickets of an unknown status, taken as open": "select count(distinct id)"
        f" from tickets where not list_contains({known}, status)",
        "messages of unknown authors": "select count(*) from transactions"
        " where type in ('Create', 'Correspond', 'Comment')"
        " and creator not in (select id from users where id is not null)",
        "ratings dropped by score": "select count(*) from field_values"
        f" where list_contains({rating_field}, field) and not is_removed"
        " and coalesce(try_cast(value as bigint), 0) not between 1 and 5",
    }
