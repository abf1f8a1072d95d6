"""Request Tracker 5: its tables and what of them is kept. The mapping is beside it.

Read are the tables themselves (a schema, or a CSV file a table): the searches and downloads of RT
leave out merged and deleted tickets, and give times without their zone.
"""

from __future__ import annotations

from ..model import Kind, Option, Table
from .absence import IS_WHOLE, present
from .leaving_out import LEAVE_OUT, every, stays
from .mail_text import own_words_length
from .request_tracker_api import API
from .request_tracker_kept import KEPT
from .request_tracker_mapping import TOUCHED, canonical
from .request_tracker_people import GROUP_MEMBERS, GROUPS, PRINCIPALS, REQUESTORS, USERS
from .request_tracker_queues import LEFT_OUT, SAID_IN_LEFT_OUT


def _header(name: str) -> str:
    """SQL for the value of a header of an attachment, in lower case."""
    return rf"lower(regexp_extract(Headers, '(?im)^{name}[ \t]*:[ \t]*([^\s;(]*)', 1))"


# Where the engine keeps no octets, as PostgreSQL, every text with a letter beyond ASCII is encoded.
_DECODED = r"""
    case lower(coalesce(ContentEncoding, 'none'))
        when 'base64' then try(decode(from_base64(replace(Content, chr(10), ''))))
        when 'quoted-printable' then coalesce(
            try(url_decode(regexp_replace(
                replace(regexp_replace(Content, '=[ \t]*\r?\n', '', 'g'), '%', '%25'),
                '=([0-9A-Fa-f]{2})', '%\1', 'g'
            ))),
            Content
        )
        else Content
    end
"""

_TICKETS = Table(
    name="Tickets",
    columns={
        "id": "VARCHAR",
        "EffectiveId": "VARCHAR",
        "Queue": "VARCHAR",
        "Type": "VARCHAR",
        "Owner": "VARCHAR",
        "Priority": "VARCHAR",
        "Status": "VARCHAR",
        "Resolved": "VARCHAR",
        "LastUpdated": "VARCHAR",
        "Created": "VARCHAR",
    },
    keeps="tickets",
    select=f"""
        select
            identifier(id) as id,
            coalesce(identifier(EffectiveId), identifier(id)) as effective_id,
            identifier(Queue) as queue_id,
            identifier("Owner") as owner_id,
            whole_text("Priority") as priority,
            lower(trim("Status")) as status,
            instant(Created) as created_at,
            instant(Resolved) as resolved_at,
            instant(LastUpdated) as updated_at,
            landed_at
        from landed."Tickets"
        -- Reminders and approvals lie in the same table.
        where id is null
            or (lower(coalesce("Type", 'ticket')) = 'ticket' and {stays("id", LEFT_OUT)})
    """,
    needs=("id", "status", "created_at"),
    is_required=True,
    zero_is_never=True,
    lacks="everything: no conversation is known",
)

# Of other transactions the values may be texts, of these they are states and identifiers.
_TRANSACTIONS = Table(
    name="Transactions",
    columns={
        "id": "VARCHAR",
        "ObjectType": "VARCHAR",
        "ObjectId": "VARCHAR",
        "Type": "VARCHAR",
        "Field": "VARCHAR",
        "OldValue": "VARCHAR",
        "NewValue": "VARCHAR",
        "Creator": "VARCHAR",
        "Created": "VARCHAR",
    },
    keeps="transactions",
    select=rf"""
        select
            identifier(id) as id,
            identifier(ObjectId) as ticket_id,
            "Type" as type,
            case when "Type" in ('Status', 'Set', 'AddLink', 'AddWatcher', 'DelWatcher') then Field
            end as field,
            case
                when "Type" = 'Status' then lower(trim(NewValue))
                when "Type" = 'Set' and Field in ('Owner', 'Queue', 'Priority')
                    then whole_text(NewValue)
                when "Type" = 'AddLink' and Field = 'MergedInto'
                    then regexp_extract(NewValue, '([0-9]+)$', 1)
            end as value,
            case
                when "Type" = 'AddWatcher' and Field = 'Requestor' then person(NewValue)
                when "Type" = 'DelWatcher' and Field = 'Requestor' then person(OldValue)
            end as watcher,
            person(Creator) as creator,
            instant(Created) as created_at,
            landed_at
        from landed."Transactions"
        where id is null
            or (ObjectType = 'RT::Ticket' and {stays("ObjectId", LEFT_OUT)})
    """,
    needs=("id", "ticket_id", "type", "created_at"),
    is_required=True,
    lacks="messages, closings and merges",
)

_ATTACHMENTS = Table(
    name="Attachments",
    columns={
        "id": "VARCHAR",
        "TransactionId": "VARCHAR",
        "Parent": "VARCHAR",
        "Filename": "VARCHAR",
        "ContentType": "VARCHAR",
        "ContentEncoding": "VARCHAR",
        "Content": "VARCHAR",
        "Headers": "VARCHAR",
    },
    keeps="attachments",
    select=f"""
        with attachment as (
            select
                *,
                case when coalesce(Filename, '') = '' then lower(ContentType) end as text_type,
                {_header("x-rt-interface")} as interface,
                {_header("auto-submitted")} as submitted,
                {_header("rt-detectedautogenerated")} as detected
            from landed."Attachments"
        )

        select
            identifier(id) as id,
            identifier(TransactionId) as transaction_id,
            coalesce(identifier(Parent), '') = '' as is_root,
            nullif(interface, '') as interface,
            submitted not in ('', 'no') or detected = 'true' as is_automatic,
            case text_type
                when 'text/plain' then {own_words_length(_DECODED)}
            end as plain_length,
            case text_type when 'text/html' then html_length({_DECODED}) end as html_length,
            landed_at
        from attachment
        where {stays("TransactionId", SAID_IN_LEFT_OUT)}
    """,
    needs=("id", "transaction_id"),
    is_required=True,
    lacks="messages: who wrote what is known by it alone",
)

_QUEUES = Table(
    name="Queues",
    columns={"id": "VARCHAR", "Name": "VARCHAR", "LastUpdated": "VARCHAR"},
    keeps="queues",
    select="""
        select
            identifier(id) as id,
            masked("Name") as name,
            instant(LastUpdated) as updated_at,
            landed_at
        from landed."Queues"
    """,
    lacks="the names of teams, and which queue is for spam",
)

_FIELDS = Table(
    name="CustomFields",
    columns={"id": "VARCHAR", "Name": "VARCHAR"},
    keeps="",
    select="",
    lacks="labels and ratings",
)

# The values of fields that the options name, and of no others: they are texts.
_FIELD_VALUES = Table(
    name="ObjectCustomFieldValues",
    columns={
        "id": "VARCHAR",
        "CustomField": "VARCHAR",
        "ObjectType": "VARCHAR",
        "ObjectId": "VARCHAR",
        "Content": "VARCHAR",
        "Created": "VARCHAR",
        "LastUpdated": "VARCHAR",
        "Disabled": "VARCHAR",
    },
    keeps="field_values",
    select=f"""
        select
            identifier(held.id) as id,
            identifier(held.ObjectId) as ticket_id,
            field.Name as field,
            case
                when list_contains(chosen('label_fields'), field.Name) then masked(held.Content)
                else whole(held.Content)::varchar
            end as value,
            coalesce(flag(held.Disabled), false) as is_removed,
            instant(held.Created) as created_at,
            instant(held.LastUpdated) as updated_at,
            held.landed_at
        from landed."ObjectCustomFieldValues" as held
        left join landed."CustomFields" as field
            on identifier(held.CustomField) = identifier(field.id)
        where held.id is null
            or (
                held.ObjectType = 'RT::Ticket'
                and {stays("held.ObjectId", LEFT_OUT)}
                and (
                    list_contains(chosen('label_fields'), field.Name)
                    or list_contains(chosen('rating_field'), field.Name)
                )
            )
    """,
    lacks="labels and ratings",
)

_TABLES = (
    _TICKETS, _TRANSACTIONS, _ATTACHMENTS, USERS, GROUPS, GROUP_MEMBERS, PRINCIPALS, REQUESTORS,
    _QUEUES, _FIELDS, _FIELD_VALUES, every("Tickets", ("id", "Queue")),
    every("Queues", ("id", "Name")), every("Transactions", ("id", "ObjectType", "ObjectId")),
)  # fmt: skip

REQUEST_TRACKER = Kind(
    name="request_tracker",
    title="Request Tracker 5",
    landings=("tables",),
    tables={
        "tables": (*_TABLES, present("Tickets")),
        # An answer never has all tickets, so that none is missing from it.
        "api": _TABLES,
    },
    kept=KEPT,
    canonical=canonical,
    touched=TOUCHED,
    api=API,
    erased="select id as person from new.users where is_erased",
    options=(
        Option("label_fields", [], "custom fields whose values are labels", shapes_records=True),
        Option(
            "rating_field", [], "the custom field that holds a rating from 1 to 5",
            shapes_records=True,
        ),
        Option("spam_queues", [], "names of queues whose tickets are spam"),
        Option("rejected_is_spam", False, "whether a ticket is rejected because it is spam"),
        Option("closed_statuses", ["resolved", "rejected"], "statuses that a lifecycle ends in"),
        LEAVE_OUT,
        IS_WHOLE,
        Option("pending_statuses", ["stalled"], "statuses that wait for the customer"),
    ),
)  # fmt: skip
