"""django-helpdesk: its tables and what of them is kept. The mapping is beside it.

The tables alone tell when a ticket was made and changed; its API does not. People are known by
their mail address, staff by their account too.
"""

from __future__ import annotations

from ..columns import column_types
from ..model import Kept, Kind, Table
from .absence import IS_WHOLE, PRESENT, present
from .django_helpdesk_mapping import TOUCHED, canonical
from .leaving_out import LEAVE_OUT, every, is_left_out, stays
from .mail_text import own_words_length

_LEFT_OUT = f"""
            select identifier(any_ticket.id)
            from landed."every helpdesk_ticket" as any_ticket
            inner join landed."every helpdesk_queue" as any_queue
                on identifier(any_ticket.queue_id) = identifier(any_queue.id)
            where {is_left_out("any_queue.title")}
"""

_TICKETS = Table(
    name="helpdesk_ticket",
    columns=column_types("""
        id, queue_id, created, modified, submitter_email, assigned_to_id, status, on_hold, priority,
        description, merged_to_id
    """),
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
        where {stays("id", _LEFT_OUT)}
    """,
    needs=("id", "status", "created_at", "updated_at"),
    is_required=True,
    lacks="everything: no conversation is known",
)

# A mail's sender stands in the title alone, which a merge replaces by the merged ticket's number.
_FOLLOWUPS = Table(
    name="helpdesk_followup",
    columns=column_types("""
        id, ticket_id, date, title, comment, public, user_id, new_status, message_id,
        email_recipients
    """),
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
        where {stays("ticket_id", _LEFT_OUT)}
    """,
    needs=("id", "ticket_id", "created_at"),
    is_required=True,
    lacks="messages and closings",
)

_USERS = Table(
    name="auth_user",
    other_names=("accounts_user", "users_user", "user"),
    columns=column_types("""
        id, username, first_name, last_name, email, is_staff, is_superuser, is_active, date_joined
    """),
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
    columns=column_types("id, title"),
    keeps="queues",
    select="""
        select identifier(id) as id, masked(title) as title, landed_at from landed.helpdesk_queue
    """,
    lacks="the names of teams",
)

_KEPT = (
    PRESENT,
    Kept(
        name="tickets",
        columns=column_types("""
            id, effective_id, queue_id, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, submitter,
            assigned_to_id, status BIGINT, is_on_hold BOOLEAN, priority, description_length BIGINT
        """),
        key=("id", "effective_id"),
        newest=("updated_at",),
        thread="id",
        persons=("submitter",),
    ),
    Kept(
        name="followups",
        columns=column_types("""
            id, ticket_id, created_at TIMESTAMPTZ, user_id, sender, merged_from_id,
            new_status BIGINT, is_public BOOLEAN, is_message BOOLEAN, body_length BIGINT,
            is_mail BOOLEAN, is_escalation BOOLEAN, is_automatic BOOLEAN
        """),
        # A merge moves what was said; what is kept of it then has two rows.
        key=("id", "ticket_id"),
        thread="ticket_id",
        persons=("sender",),
    ),
    Kept(
        name="users",
        columns=column_types("""
            id, mailbox, is_of_staff BOOLEAN, name, is_active BOOLEAN, joined_at TIMESTAMPTZ
        """),
        key=("id",),
        persons=("mailbox",),
        is_state=True,
    ),
    Kept(
        name="queues",
        columns=column_types("id, title"),
        key=("id",),
        is_state=True,
    ),
)

DJANGO_HELPDESK = Kind(
    name="django_helpdesk",
    title="django-helpdesk",
    landings=("tables",),
    tables={
        "tables": (
            _TICKETS, _FOLLOWUPS, _USERS, _QUEUES,
            present("helpdesk_ticket"), every("helpdesk_ticket", "id, queue_id"),
            every("helpdesk_queue", "id, title"),
        ),
    },
    kept=_KEPT,
    canonical=canonical,
    touched=TOUCHED,
    options=(LEAVE_OUT, IS_WHOLE),
    users_are_addresses=True,
)  # fmt: skip
