"""Mail archives: mbox files, Maildir and folders of mails. How mails are read is in `mail/`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from ..columns import column_types
from ..landings.mail import MailLanding
from ..language import literals
from ..mail.threads import join_mails
from ..model import Canonical, Kept, Kind, Landing, Opening, Option, Table
from .leaving_out import LEAVE_OUT

_MAILS = Table(
    name="mails",
    columns=column_types("""
        mail_key, sent_at TIMESTAMPTZ, sender, is_automatic BOOLEAN, references VARCHAR[],
        subject_key, gmail_thread_id, labels VARCHAR[], has_labels BOOLEAN, body_length BIGINT,
        state, is_limited BOOLEAN, folder, archive
    """),
    keeps="mails",
    key="mail_key",
    select="""
        select
            * exclude (sender, labels),
            person(sender) as sender,
            list_transform(labels, lambda label: masked(label)) as labels
        from landed.mails
    """,
    is_required=True,
    lacks="everything: no mail is known",
)

_KEPT = Kept(
    name="mails",
    columns={**_MAILS.columns},
    # A mail lies in several folders, and in each archive that was made of one.
    key=("mail_key", "folder", "archive", "subject_key"),
    persons=("sender",),
)

# Which copy of a mail tells of it. A copy in the newest archive of a folder counts for that folder;
# Gmail's labels take the place of folders. Where a copy stands outside of trash, the mail stands.
_CURRENT = """
    create or replace temp table current_mails as
    with copy as (
        select
            *,
            case when has_labels then '' else folder end as place,
            max(sent_at) over (partition by archive) as archived_until
        from mails
        where state <> 'draft'
    ),

    newest as (
        select *
        from copy
        qualify row_number() over (
            partition by mail_key, place
            -- An archive that was read while it was written has its last mail in part.
            order by
                archived_until desc, state = 'sent', body_length desc nulls last,
                hash(labels, state, archive)
        ) = 1
    ),

    listed as (
        select mail_key, list(distinct label order by label) as labels
        from (select mail_key, unnest(labels) as label from newest)
        group by mail_key
    ),

    reported as (
        select
            mail_key,
            arg_min(
                {
                    'sent_at': sent_at, 'sender': sender, 'is_automatic': is_automatic,
                    'references': "references", 'gmail_thread_id': gmail_thread_id,
                    'body_length': body_length, 'is_limited': is_limited,
                    'has_labels': has_labels
                },
                (not has_labels, state <> 'sent', sent_at, place)
            ) as mail,
            any_value(subject_key) as subject_key,
            bool_or(state = 'sent') as stands,
            min(state) as state
        from newest
        group by mail_key
    )

    select
        reported.mail_key,
        mail.sent_at as sent_at,
        mail.sender as sender,
        mail.is_automatic as is_automatic,
        mail.references as "references",
        mail.gmail_thread_id as gmail_thread_id,
        mail.body_length as body_length,
        mail.is_limited as is_limited,
        reported.subject_key,
        reported.stands,
        reported.state,
        coalesce(listed.labels, []) as labels
    from reported
    left join listed on reported.mail_key = listed.mail_key
"""

# An agent is known by nothing but the address: the part before the @, and what else it takes to
# tell two of them apart.
_STAFF = """
    create or replace temp table mail_staff as
    with address as (
        select
            entry,
            split_part(entry, '@', 1) as account,
            split_part(split_part(entry, '@', 2), '.', 1) as label,
            replace(split_part(entry, '@', 2), '.', '-') as domain
        from listed_staff
        where contains(entry, '@')
    ),

    named as (
        select
            entry,
            case
                when count(*) over (partition by account) = 1 then account
                when count(*) over (partition by account, label) = 1 then account || '.' || label
                else account || '.' || domain
            end as agent_id
        from address
    )

    select person(entry) as sender, min(agent_id) as agent_id
    from named
    where person(entry) is not null
    group by 1
"""

_WRITTEN = """
    create or replace temp table written_mails as
    select
        mail.*,
        thread.thread_id,
        staff.agent_id,
        case
            when mail.is_automatic then 'bot'
            when staff.agent_id is not null then 'agent'
            else 'user'
        end as author_type
    from current_mails as mail
    inner join mail_threads as thread on mail.mail_key = thread.mail_key
    left join mail_staff as staff on mail.sender = staff.sender
"""

_MESSAGES = """
    select
        mail_key as message_id,
        thread_id,
        sent_at,
        author_type,
        -- Whose holiday answer it is nobody has to know: an erasure would not look there.
        case author_type when 'agent' then agent_id when 'user' then sender end as author_id,
        false as is_private,
        body_length,
        sent_at as updated_at,
        case when not stands then sent_at end as deleted_at
    from written_mails
"""

_AGENTS = """
    select agent_id, agent_id as name, true as is_active, max(sent_at) as updated_at
    from written_mails
    where author_type = 'agent'
    group by agent_id
"""

_COUNTS = {
    "no list of staff, so that nobody is an agent": "select count(*) = 0 from listed_staff",
    "mails cut off at a limit": "select count(*) from written_mails where is_limited",
    "spam": "select count(*) from written_mails where not stands and state = 'spam'",
    "mails in the trash": "select count(*) from written_mails where not stands and state = 'trash'",
    "drafts left out": "select count(*) from mails where state = 'draft'",
    "threads begun by staff": "select count(*) from (select thread_id from written_mails"
    " group by thread_id having arg_min(author_type, (sent_at, mail_key)) = 'agent')",
}


def canonical(options: Mapping[str, Any]) -> Canonical:
    """The mapping under a source's options."""
    return Canonical(
        threads=_threads(options),
        messages=_MESSAGES,
        agents=_AGENTS,
        counts=_COUNTS,
        prepare=_prepare,
    )


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(_CURRENT)
    connection.execute(_STAFF)
    join_mails(connection, "current_mails", "mail_threads")
    connection.execute(_WRITTEN)


def _threads(options: Mapping[str, Any]) -> str:
    """A thread of mails is closed where its owner says which label means so, with its last mail."""
    closed_label = literals([label for label in [str(options["closed_label"]).lower()] if label])
    return f"""
    with thread as (
        select
            thread_id,
            min(sent_at) filter (where stands) as first_sent_at,
            min(sent_at) as created_at,
            max(sent_at) filter (where stands) as last_sent_at,
            max(sent_at) as updated_at,
            arg_min(sender, (sent_at, mail_key))
                filter (where author_type = 'user' and sender is not null) as user_id,
            list_distinct(flatten(list(labels) filter (where stands))) as labels
        from written_mails
        group by thread_id
    ),

    closed as (
        select
            *,
            list_has_any(list_transform(labels, lambda label: lower(label)), {closed_label})
                as is_closed
        from thread
    )

    select
        thread_id,
        coalesce(first_sent_at, created_at) as created_at,
        updated_at,
        case when is_closed then 'closed' else 'open' end as status,
        user_id,
        'email' as channel,
        labels,
        case when is_closed then last_sent_at end as closed_at,
        case when first_sent_at is null then updated_at end as deleted_at
    from closed
    """


def _open(where: Path, opening: Opening) -> Landing:
    return MailLanding(where, opening)


MBOX = Kind(
    name="mbox",
    title="Mail archives",
    landings=("files",),
    tables={"vendor": (_MAILS,)},
    kept=(_KEPT,),
    canonical=canonical,
    options=(
        LEAVE_OUT,
        Option("closed_label", "", "the label of a thread that is done: closed with its last mail"),
        Option(
            "join_by_subject", False, "whether mails of one subject are one thread",
            shapes_records=True,
        ),
    ),
    users_are_addresses=True,
    open_landing=_open,
)  # fmt: skip
