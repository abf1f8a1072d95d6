"""django-helpdesk's kept records as rows of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import Canonical
from .absence import TOUCHED_BY_ABSENCE, is_absent
from .merging import merge_chain, with_merged
from .staff import changed_staff

TOUCHED = with_merged(
    f"""
        with {changed_staff("import_number", ", mailbox")}

        select thread_id as id
        from touched
        union
        select ticket_id
        from kept.followups
        where user_id in (select id from changed) or sender in (select mailbox from changed)
        union
    """
    + TOUCHED_BY_ABSENCE,
    "select id, effective_id from kept.tickets where effective_id <> id",
)

_STATUS = """case
                when {status} in (3, 4, 5) then 'closed'
                else 'open'
            end"""

_MESSAGES = f"""
    with recursive {merge_chain("tickets")},

    staff as (
        select id, mailbox
        from users
        where is_of_staff
    ),

    listed as (
        select person(entry) as mailbox, min(split_part(entry, '@', 1)) as agent_id
        from listed_staff
        where contains(entry, '@') and person(entry) is not null
        group by 1
    ),

    said as (
        select
            followups.id,
            min(ticket.thread_id) as thread_id,
            min(followups.created_at) as created_at,
            any_value(followups.user_id) as user_id,
            -- The sender, as far as it was ever told; else who asked in the ticket that was merged.
            coalesce(any_value(followups.sender), any_value(merged.submitter)) as sender,
            bool_and(followups.is_public) as is_public,
            any_value(followups.body_length) as body_length,
            bool_or(followups.is_automatic) as is_automatic,
            bool_or(followups.is_escalation) as is_escalation,
            list(ticket.submitter) || list(merged.submitter) as askers
        from followups
        left join ticket on followups.ticket_id = ticket.id
        left join ticket as merged on followups.merged_from_id = merged.id
        where followups.is_message
        group by followups.id
    ),

    authored as (
        select
            said.*,
            coalesce(account.id, mailing.id, listed.agent_id) as agent_id,
            coalesce(account.mailbox, writer.mailbox, said.sender) as mailbox,
            survivor.submitter as asked_by,
            coalesce(
                list_contains(
                    said.askers || [survivor.submitter],
                    coalesce(account.mailbox, writer.mailbox, said.sender)
                ),
                false
            ) as is_askers
        from said
        left join staff as account on said.user_id = account.id
        left join users as writer on said.user_id = writer.id
        left join staff as mailing on said.user_id is null and said.sender = mailing.mailbox
        left join listed on said.user_id is null and said.sender = listed.mailbox
        left join ticket as survivor on said.thread_id = survivor.id
    )

    select
        id as message_id,
        thread_id,
        created_at as sent_at,
        case
            when is_escalation then 'system'
            when is_automatic then 'bot'
            when agent_id is not null and not is_askers then 'agent'
            else 'user'
        end as author_type,
        case
            when is_automatic or is_escalation then null
            when agent_id is not null and not is_askers then agent_id
            else coalesce(mailbox, case when user_id is null then asked_by end)
        end as author_id,
        not is_public as is_private,
        body_length,
        created_at as updated_at
    from authored
"""

# What was merged keeps its own changes of status: they are not the surviving ticket's.
_EVENTS = f"""
    with change as (
        select
            id,
            min(coalesce(merged_from_id, ticket_id)) as ticket_id,
            min(created_at) as created_at,
            any_value(user_id) as user_id,
            any_value(sender) as sender,
            any_value(new_status) as new_status
        from followups
        where new_status is not null
        group by id
    )

    select
        change.id as event_id,
        change.ticket_id as thread_id,
        change.created_at as occurred_at,
        try_cast(change.id as bigint) as sequence,
        'status' as type,
        {_STATUS.format(status="change.new_status")} as value,
        case
            when users.is_of_staff then 'agent'
            when change.user_id is null and change.sender is null then 'system'
            else 'user'
        end as actor_type,
        case when users.is_of_staff then users.id else coalesce(users.mailbox, change.sender) end
            as actor_id
    from change
    left join users on change.user_id = users.id
"""

_AGENTS = """
    select
        id as agent_id,
        coalesce(nullif(name, ''), id) as name,
        is_active,
        coalesce(joined_at, landed_at, timestamptz '1970-01-02 00:00:00+00') as updated_at
    from users
    where is_of_staff
"""

_TEAMS = """
    select id as team_id, title as name, timestamptz '1970-01-02 00:00:00+00' as updated_at
    from queues
"""


def canonical(options: Mapping[str, Any]) -> Canonical:
    """The mapping under a source's options."""
    return Canonical(
        threads=_threads(options),
        messages=_MESSAGES,
        events=_EVENTS,
        agents=_AGENTS,
        teams=_TEAMS,
        counts={
            "merged threads": "select count(distinct id) from tickets where effective_id <> id",
            "messages of unknown senders": "select count(distinct id) from followups"
            " where is_message and user_id is null and sender is null and merged_from_id is null",
        },
    )


def _threads(options: Mapping[str, Any]) -> str:
    return f"""
    with recursive {merge_chain("tickets")}

    select
        ticket.id as thread_id,
        ticket.created_at,
        ticket.updated_at,
        case
            when ticket.into_id is not null then 'open'
            when ticket.status in (1, 2) and ticket.is_on_hold then 'pending'
            else {_STATUS.format(status="ticket.status")}
        end as status,
        ticket.submitter as user_id,
        case when opening.is_mail then 'email' else 'web' end as channel,
        ticket.assigned_to_id as assigned_agent_id,
        ticket.queue_id as team_id,
        ticket.priority,
        case
            when ticket.into_id is not null or {is_absent("ticket.id", options)}
                then ticket.updated_at
        end as deleted_at,
        ticket.into_id as merged_into_thread_id,
        'src:' || ticket.id as opening_id,
        'user' as opening_author_type,
        ticket.submitter as opening_author_id,
        false as opening_is_private,
        case when ticket.description_length > 0 then ticket.description_length end
            as opening_length
    from ticket
    left join (
        select
            coalesce(merged_from_id, ticket_id) as ticket_id,
            arg_min(is_mail, (created_at, try_cast(id as bigint))) as is_mail
        from followups
        group by 1
    ) as opening on ticket.id = opening.ticket_id
"""
