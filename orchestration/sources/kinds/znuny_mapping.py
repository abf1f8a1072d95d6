"""Znuny's kept records as rows of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..language import literals
from ..model import Canonical
from .absence import TOUCHED_BY_ABSENCE, is_absent
from .merging import merge_chain, with_merged
from .znuny_fields import labels, ratings

TOUCHED = with_merged(
    """
        select thread_id as id
        from touched
        union
        select ticket_id
        from kept.articles
        where id in (select article_id from new.mime)
            or id in (select article_id from new.mail_headers)
        union
    """
    + TOUCHED_BY_ABSENCE,
    """
        select ticket_id as id, merged_into_id as effective_id
        from kept.history
        where merged_into_id <> ticket_id
    """,
)

_STATUS = """case
                when {state} = 'closed' then 'closed'
                when starts_with({state}, 'pending') then 'pending'
                else 'open'
            end"""

_TICKETS = f"""
    merge as (
        select
            ticket_id,
            arg_max(merged_into_id, created_at) as into_id,
            max(created_at) as merged_at
        from history
        where merged_into_id is not null and merged_into_id <> ticket_id
        group by ticket_id
    ),

    reported_ticket as (
        select
            tickets.*,
            merge.merged_at,
            case when tickets.state = 'merged' then coalesce(merge.into_id, tickets.id)
                else tickets.id
            end as effective_id
        from tickets
        left join merge on tickets.id = merge.ticket_id
    ),
    {merge_chain("reported_ticket")}"""


def canonical(options: Mapping[str, Any]) -> Canonical:
    """The mapping under a source's options."""
    return Canonical(
        threads=_threads(options),
        messages=_MESSAGES,
        ratings=ratings(options),
        events=_EVENTS,
        agents="""
            select id as agent_id, coalesce(nullif(name, ''), id) as name, is_active, updated_at
            from users
        """,
        teams="select id as team_id, name, updated_at from queues",
        counts={
            "merged threads": "select count(*) from tickets where state = 'merged'",
            "removed threads": "select count(*) from tickets where state = 'removed'",
            "automatic answers": "select count(*) from mail_headers where is_automatic",
        },
    )


def _threads(options: Mapping[str, Any]) -> str:
    spam_queues = literals(str(name).lower() for name in options["spam_queues"])
    return f"""
    with recursive {_TICKETS},

    changed as (
        select
            ticket_id,
            max(created_at) filter (where type = 'StateUpdate' and state = 'removed') as removed_at,
            max(created_at) filter (where type = 'Move') as moved_at
        from history
        group by ticket_id
    ),

    opening as (
        select ticket_id, arg_min(channel, (created_at, try_cast(id as bigint))) as channel
        from articles
        group by ticket_id
    ),

    label as ({labels(options)}),

    gone as (
        select
            ticket.*,
            opening.channel,
            label.labels,
            case
                when ticket.state = 'merged' then coalesce(ticket.merged_at, ticket.updated_at)
                when {is_absent("ticket.id", options)} then ticket.updated_at
                when ticket.state = 'removed' then coalesce(changed.removed_at, ticket.updated_at)
                when list_contains({spam_queues}, lower(queues.name))
                    then coalesce(changed.moved_at, ticket.created_at)
            end as deleted_at
        from ticket
        left join changed on ticket.id = changed.ticket_id
        left join opening on ticket.id = opening.ticket_id
        left join queues on ticket.queue_id = queues.id
        left join label on ticket.id = label.ticket_id
    )

    select
        id as thread_id,
        created_at,
        greatest(updated_at, deleted_at) as updated_at,
        {_STATUS.format(state="state")} as status,
        customer as user_id,
        case channel when 'email' then 'email' when 'phone' then 'phone' when 'chat' then 'chat'
            else 'web'
        end as channel,
        nullif(owner_id, '1') as assigned_agent_id,
        queue_id as team_id,
        priority,
        labels,
        deleted_at,
        into_id as merged_into_thread_id
    from gone
    """


_MESSAGES = f"""
    with recursive {_TICKETS},

    listed as (
        select person(entry) as mailbox, min(split_part(entry, '@', 1)) as agent_id
        from listed_staff
        where contains(entry, '@') and person(entry) is not null
        group by 1
    ),

    -- A merge moves a ticket's articles. The note that tells of it stays where it was.
    said as (
        select
            articles.id,
            arg_min(ticket.id, (ticket.into_id is not null, ticket.id)) as thread_id,
            min(articles.created_at) as created_at,
            any_value(articles.sender_type) as sender_type,
            bool_and(articles.is_visible) as is_visible,
            any_value(articles.created_by) as created_by,
            list(ticket.customer) as customers
        from articles
        inner join ticket on articles.ticket_id = ticket.id
        group by articles.id
    ),

    authored as (
        select
            said.*,
            mime.sender,
            coalesce(mime.body_length, 0) as body_length,
            coalesce(mail_headers.is_automatic, false) as is_automatic,
            account.id as agent_id,
            coalesce(mailing.id, listed.agent_id) as mailing_id,
            list_has_any(
                said.customers || [thread.customer],
                case
                    when said.sender_type = 'agent' then [account.login, account.mailbox]
                    else [mime.sender, mime.mailbox]
                end
            ) as is_customers
        from said
        inner join ticket as thread on said.thread_id = thread.id
        left join mime on said.id = mime.article_id
        left join mail_headers on said.id = mail_headers.article_id
        left join users as account on said.created_by = account.id
        left join users as mailing on mime.mailbox = mailing.mailbox
        left join listed on mime.mailbox = listed.mailbox
    ),

    typed as (
        select
            *,
            case
                when sender_type = 'system' then 'system'
                when is_automatic then 'bot'
                when is_customers then 'user'
                when sender_type = 'agent' or mailing_id is not null then 'agent'
                else 'user'
            end as author_type
        from authored
    )

    select
        id as message_id,
        thread_id,
        created_at as sent_at,
        author_type,
        case
            when author_type = 'agent' and sender_type = 'agent' then agent_id
            when author_type = 'agent' then mailing_id
            when author_type = 'user' and sender_type = 'agent' then customers[1]
            when author_type = 'user' then coalesce(sender, customers[1])
        end as author_id,
        not is_visible as is_private,
        body_length,
        created_at as updated_at
    from typed
"""

_EVENTS = f"""
    with reported as (
        select
            history.*,
            case history.type
                when 'NewTicket' then 'status'
                when 'StateUpdate' then 'status'
                when 'OwnerUpdate' then 'assignee'
                when 'Move' then 'team'
                when 'PriorityUpdate' then 'priority'
            end as reported_type
        from history
        inner join tickets on history.ticket_id = tickets.id
    )

    select
        reported.id as event_id,
        reported.ticket_id as thread_id,
        reported.created_at as occurred_at,
        try_cast(reported.id as bigint) as sequence,
        reported.reported_type as type,
        case reported.reported_type
            when 'status' then {_STATUS.format(state="reported.state")}
            when 'assignee' then nullif(reported.owner_id, '1')
            when 'team' then reported.queue_id
            else reported.priority
        end as value,
        case when users.id is not null then 'agent' else 'system' end as actor_type,
        users.id as actor_id
    from reported
    left join users on reported.created_by = users.id
    where reported.reported_type is not null
        -- What is merged or removed is not closed: the ticket says what is gone.
        and not (
            reported.reported_type = 'status'
            and coalesce(reported.state in ('merged', 'removed'), true)
        )
"""
