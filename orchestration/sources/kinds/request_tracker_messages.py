"""Request Tracker's messages, and the tickets that they belong to once some were merged."""

from __future__ import annotations

from .merging import merge_chain

TICKETS = f"""{merge_chain("tickets")},

    watched as (
        select ticket_id, watcher, arg_max(type, (created_at, try_cast(id as bigint))) as type
        from transactions
        where watcher is not null
        group by ticket_id, watcher
    ),

    -- A member who was removed has no row any more, which what was kept of it cannot tell.
    requestor as (
        select
            requestors.ticket_id,
            requestors.requestor,
            min(try_cast(requestors.id as bigint)) as place
        from requestors
        left join watched
            on requestors.ticket_id = watched.ticket_id and requestors.requestor = watched.watcher
        where requestors.requestor is not null
            and watched.type is distinct from 'DelWatcher'
        group by requestors.ticket_id, requestors.requestor
    ),

    staff as (
        select id, agent_id
        from users
        where is_of_staff
    )"""

MESSAGES = f"""
    with recursive {TICKETS},

    body as (
        select
            transaction_id,
            arg_min(plain_length, try_cast(id as bigint)) filter (where plain_length is not null)
                as plain_length,
            arg_min(html_length, try_cast(id as bigint)) filter (where html_length is not null)
                as html_length,
            coalesce(bool_or(is_automatic) filter (where is_root), false) as is_automatic
        from attachments
        group by transaction_id
    ),

    written as (
        select
            transactions.id as message_id,
            coalesce(ticket.thread_id, transactions.ticket_id) as thread_id,
            transactions.created_at as sent_at,
            transactions.creator,
            transactions.type = 'Comment' as is_private,
            coalesce(body.plain_length, body.html_length, 0) as body_length,
            staff.agent_id,
            case
                when body.is_automatic then 'bot'
                when author.is_of_system then 'system'
                when own.requestor is not null or survivor.requestor is not null then 'user'
                when staff.id is not null then 'agent'
                else 'user'
            end as author_type
        from transactions
        inner join body on transactions.id = body.transaction_id
        left join ticket on transactions.ticket_id = ticket.id
        left join staff on transactions.creator = staff.id
        left join users as author on transactions.creator = author.id
        left join requestor as own
            on transactions.ticket_id = own.ticket_id and transactions.creator = own.requestor
        left join requestor as survivor
            on ticket.thread_id = survivor.ticket_id and transactions.creator = survivor.requestor
        where transactions.type in ('Create', 'Correspond', 'Comment')
    )

    select
        message_id,
        thread_id,
        sent_at,
        author_type,
        case author_type
            when 'agent' then agent_id
            when 'system' then null
            else creator
        end as author_id,
        is_private,
        body_length,
        sent_at as updated_at
    from written
"""
