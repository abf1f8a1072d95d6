"""django-helpdesk: its tables, what of them is kept, and how that becomes our rows.

The tables alone tell when a ticket was made and changed; its API does not. People are known by
their mail address, staff by their account too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import Canonical, Kept, Kind, Table
from .mail_text import own_words_length
from .merging import merge_chain

_TICKETS = Table(
    name="helpdesk_ticket",
    columns={
        "id": "VARCHAR",
        "queue_id": "VARCHAR",
        "created": "VARCHAR",
        "modified": "VARCHAR",
        "submitter_email": "VARCHAR",
        "assigned_to_id": "VARCHAR",
        "status": "VARCHAR",
        "on_hold": "VARCHAR",
        "priority": "VARCHAR",
        "description": "VARCHAR",
        "merged_to_id": "VARCHAR",
    },
    keeps="tickets",
    select=f"""
        select
            identifier(id) as id,
            coalesce(identifier(merged_to_id), identifier(id)) as effective_id,
            identifier(queue_id) as queue_id,
            instant(created) as created_at,
            instant(modified) as updated_at,
            person(address(submitter_email)) as submitter,
            identifier(assigned_to_id) as assigned_to_id,
            whole(status) as status,
            coalesce(flag(on_hold), false) as is_on_hold,
            whole_text(priority) as priority,
            {own_words_length("description")} as description_length,
            landed_at
        from landed.helpdesk_ticket
    """,
    needs=("id", "status", "created_at", "updated_at"),
    is_required=True,
    lacks="everything: no conversation is known",
)

# A mail's sender stands in the title alone, which a merge replaces by the merged ticket's number.
_FOLLOWUPS = Table(
    name="helpdesk_followup",
    columns={
        "id": "VARCHAR",
        "ticket_id": "VARCHAR",
        "date": "VARCHAR",
        "title": "VARCHAR",
        "comment": "VARCHAR",
        "public": "VARCHAR",
        "user_id": "VARCHAR",
        "new_status": "VARCHAR",
        "message_id": "VARCHAR",
        "email_recipients": "VARCHAR",
    },
    keeps="followups",
    select=rf"""
        select
            identifier(id) as id,
            identifier(ticket_id) as ticket_id,
            instant("date") as created_at,
            identifier(user_id) as user_id,
            person(
                address(case when not regexp_matches(title, '^\[[^\]]*#[0-9]+\]') then title end)
            ) as sender,
            nullif(regexp_extract(title, '^\[[^\]]*#([0-9]+)\]', 1), '') as merged_from_id,
            whole(new_status) as new_status,
            coalesce(flag(public), false) as is_public,
            nullif(trim("comment", ' ' || chr(9) || chr(10) || chr(13)), '') is not null
                as is_message,
            {own_words_length('"comment"')} as body_length,
            nullif(trim(message_id), '') is not null as is_mail,
            -- What the desk does of itself when a ticket waits too long.
            coalesce(identifier(user_id) is null and title ilike 'ticket escalated%', false)
                as is_escalation,
            -- A mail after which nothing was sent on: an automatic answer.
            coalesce(
                nullif(trim(message_id), '') is not null
                and identifier(user_id) is null
                and replace(email_recipients, ' ', '') = '[]',
                false
            ) as is_automatic,
            landed_at
        from landed.helpdesk_followup
    """,
    needs=("id", "ticket_id", "created_at"),
    is_required=True,
    lacks="messages and closings",
)

_USERS = Table(
    name="auth_user",
    other_names=("accounts_user", "users_user", "user"),
    columns={
        "id": "VARCHAR",
        "username": "VARCHAR",
        "first_name": "VARCHAR",
        "last_name": "VARCHAR",
        "email": "VARCHAR",
        "is_staff": "VARCHAR",
        "is_superuser": "VARCHAR",
        "is_active": "VARCHAR",
        "date_joined": "VARCHAR",
    },
    keeps="users",
    # Of accounts that are no staff's only the address stays, as what a customer is known by.
    select="""
        with described as (
            select
                *,
                coalesce(flag(is_staff), false) or is_staff(id) or is_staff(username)
                or is_staff(email) as is_of_staff
            from landed.auth_user
        )

        select
            identifier(id) as id,
            person(address(email)) as mailbox,
            is_of_staff,
            case
                when is_of_staff then split_part(
                    coalesce(
                        nullif(trim(concat_ws(' ', first_name, last_name)), ''), trim(username)
                    ),
                    '@', 1
                )
            end as name,
            coalesce(flag(is_active), true) as is_active,
            instant(date_joined) as joined_at,
            landed_at
        from described
    """,
    is_required=True,
    lacks="who is an agent: every answer would count as a customer's",
)

_QUEUES = Table(
    name="helpdesk_queue",
    columns={"id": "VARCHAR", "title": "VARCHAR"},
    keeps="queues",
    select="""
        select identifier(id) as id, masked(title) as title, landed_at from landed.helpdesk_queue
    """,
    lacks="the names of teams",
)

_KEPT = (
    Kept(
        name="tickets",
        columns={
            "id": "VARCHAR",
            "effective_id": "VARCHAR",
            "queue_id": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
            "updated_at": "TIMESTAMPTZ",
            "submitter": "VARCHAR",
            "assigned_to_id": "VARCHAR",
            "status": "BIGINT",
            "is_on_hold": "BOOLEAN",
            "priority": "VARCHAR",
            "description_length": "BIGINT",
        },
        key=("id", "effective_id"),
        newest=("updated_at",),
        thread="id",
        persons=("submitter",),
    ),
    Kept(
        name="followups",
        columns={
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
            "user_id": "VARCHAR",
            "sender": "VARCHAR",
            "merged_from_id": "VARCHAR",
            "new_status": "BIGINT",
            "is_public": "BOOLEAN",
            "is_message": "BOOLEAN",
            "body_length": "BIGINT",
            "is_mail": "BOOLEAN",
            "is_escalation": "BOOLEAN",
            "is_automatic": "BOOLEAN",
        },
        # A merge moves what was said; what is kept of it then has two rows.
        key=("id", "ticket_id"),
        thread="ticket_id",
        persons=("sender",),
    ),
    Kept(
        name="users",
        columns={
            "id": "VARCHAR",
            "mailbox": "VARCHAR",
            "is_of_staff": "BOOLEAN",
            "name": "VARCHAR",
            "is_active": "BOOLEAN",
            "joined_at": "TIMESTAMPTZ",
        },
        key=("id",),
        persons=("mailbox",),
        is_state=True,
    ),
    Kept(
        name="queues",
        columns={"id": "VARCHAR", "title": "VARCHAR"},
        key=("id",),
        is_state=True,
    ),
)

_TOUCHED = """
    with staff_now as (
        select id, mailbox, arg_max(is_of_staff, import_number) as is_of_staff
        from kept.users
        group by id, mailbox
    ),

    staff_before as (
        select id, arg_max(is_of_staff, import_number) as is_of_staff
        from before.users
        group by id
    ),

    changed as (
        select staff_now.id, staff_now.mailbox
        from staff_now
        left join staff_before on staff_now.id = staff_before.id
        where staff_now.is_of_staff <> coalesce(staff_before.is_of_staff, false)
    ),

    touched_ticket as (
        select thread_id as id
        from touched
        union
        select ticket_id
        from kept.followups
        where user_id in (select id from changed) or sender in (select mailbox from changed)
    )

    select id as thread_id
    from touched_ticket
    union
    select other.id
    from kept.tickets
    inner join kept.tickets as other
        on tickets.effective_id in (other.id, other.effective_id)
        or tickets.id = other.effective_id
    where tickets.id in (select id from touched_ticket)
"""

_STATUS = """case
                when {status} in (3, 4, 5) then 'closed'
                else 'open'
            end"""

_THREADS = f"""
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
        case when ticket.into_id is not null then ticket.updated_at end as deleted_at,
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
    """The mapping; no option changes it."""
    return Canonical(
        threads=_THREADS,
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


DJANGO_HELPDESK = Kind(
    name="django_helpdesk",
    title="django-helpdesk",
    landings=("tables",),
    tables={"tables": (_TICKETS, _FOLLOWUPS, _USERS, _QUEUES)},
    kept=_KEPT,
    canonical=canonical,
    touched=_TOUCHED,
    users_are_addresses=True,
)
