"""Znuny (and OTRS 6): its tables and what of them is kept. The mapping is in `znuny_mapping`."""

from __future__ import annotations

from ..columns import column_types
from ..model import Kind, Option, Table
from .absence import IS_WHOLE, present
from .leaving_out import LEAVE_OUT, every, stays
from .plain import teams_table
from .znuny_articles import ARTICLES, MIME, PLAIN
from .znuny_kept import KEPT
from .znuny_mapping import TOUCHED, canonical
from .znuny_queues import LEFT_OUT


def _joined(name: str, columns: str, lacks: str = "", is_required: bool = False) -> Table:
    """A small table that others are joined with, read whole each time."""
    return Table(
        name=name,
        columns=column_types(f"id, {columns}"),
        is_required=is_required,
        lacks=lacks,
    )


_CUSTOMER = """case
                when contains(customer_user_id, '@') then address(customer_user_id)
                else customer_user_id
            end"""

_TICKETS = Table(
    name="ticket",
    columns=column_types("""
        id, tn, queue_id, type_id, service_id, user_id, ticket_priority_id, ticket_state_id,
        customer_user_id, create_time, change_time
    """),
    keeps="tickets",
    select=f"""
        select
            identifier(ticket.id) as id,
            identifier(ticket.queue_id) as queue_id,
            masked(ticket_type.name) as type_name,
            masked(service.name) as service_name,
            identifier(ticket.user_id) as owner_id,
            priority.name as priority,
            lower(state_type.name) as state,
            person({_CUSTOMER}) as customer,
            instant(ticket.create_time) as created_at,
            instant(ticket.change_time) as updated_at,
            ticket.landed_at
        from landed.ticket as ticket
        left join landed.ticket_state as state
            on identifier(ticket.ticket_state_id) = identifier(state.id)
        left join landed.ticket_state_type as state_type
            on identifier(state.type_id) = identifier(state_type.id)
        left join landed.ticket_type as ticket_type
            on identifier(ticket.type_id) = identifier(ticket_type.id)
        left join landed.service as service
            on identifier(ticket.service_id) = identifier(service.id)
        left join landed.ticket_priority as priority
            on identifier(ticket.ticket_priority_id) = identifier(priority.id)
        -- The ticket that says hello in every installation.
        where ticket.tn is distinct from '2021012710123456' and {stays("ticket.id", LEFT_OUT)}
    """,
    needs=("id", "state", "created_at", "updated_at"),
    is_required=True,
    lacks="everything: no conversation is known",
)

_READ_CHANGES = "('NewTicket', 'StateUpdate', 'OwnerUpdate', 'Move', 'PriorityUpdate', 'Merged')"
_FIELD_NAME = "split_part(split_part(history.name, '%%FieldName%%', 2), '%%', 1)"

# A state stands in the name of a change, `%%old%%new%%`; the ticket that a merged one went into is
# the last number of its name.
_HISTORY = Table(
    name="ticket_history",
    columns=column_types("""
        id, name, history_type_id, ticket_id, queue_id, owner_id, priority_id, state_id,
        create_time, create_by
    """),
    keeps="history",
    select=f"""
        select
            identifier(history.id) as id,
            identifier(history.ticket_id) as ticket_id,
            history_type.name as type,
            lower(coalesce(named_type.name, state_type.name)) as state,
            identifier(history.queue_id) as queue_id,
            identifier(history.owner_id) as owner_id,
            priority.name as priority,
            case
                when history_type.name = 'Merged'
                    then nullif(regexp_extract(history.name, '([0-9]+)[^0-9]*$', 1), '')
            end as merged_into_id,
            case
                when history_type.name = 'TicketDynamicFieldUpdate' then {_FIELD_NAME}
            end as field,
            coalesce(
                history_type.name = 'TicketDynamicFieldUpdate'
                and contains(history.name, '%%Value%%%%'),
                false
            ) as is_cleared,
            identifier(history.create_by) as created_by,
            instant(history.create_time) as created_at,
            history.landed_at
        from landed.ticket_history as history
        left join landed.ticket_history_type as history_type
            on identifier(history.history_type_id) = identifier(history_type.id)
        left join landed.ticket_state as named_state
            on history_type.name = 'StateUpdate'
                and split_part(history.name, '%%', 3) = named_state.name
        left join landed.ticket_state_type as named_type
            on identifier(named_state.type_id) = identifier(named_type.id)
        left join landed.ticket_state as state
            on identifier(history.state_id) = identifier(state.id)
        left join landed.ticket_state_type as state_type
            on identifier(state.type_id) = identifier(state_type.id)
        left join landed.ticket_priority as priority
            on identifier(history.priority_id) = identifier(priority.id)
        where {stays("history.ticket_id", LEFT_OUT)}
            and (
                history.id is null
                or history_type.name in {_READ_CHANGES}
                or (
                    history_type.name = 'TicketDynamicFieldUpdate'
                    and (
                        list_contains(chosen('labels_from'), {_FIELD_NAME})
                        or list_contains(chosen('rating_field'), {_FIELD_NAME})
                    )
                )
            )
    """,
    needs=("id", "ticket_id", "created_at"),
    is_required=True,
    lacks="when a ticket was closed, by whom, and what it was merged into",
)

_USERS = Table(
    name="users",
    columns=column_types("id, login, first_name, last_name, valid_id, change_time"),
    keeps="users",
    # All of them are staff; root@localhost stands for nobody.
    select="""
        with mailbox as (
            select identifier(user_id) as user_id, min(address(preferences_value)) as address
            from landed.user_preferences
            where preferences_key = 'UserEmail'
            group by 1
        )

        select
            identifier(account.id) as id,
            split_part(
                coalesce(
                    nullif(trim(concat_ws(' ', account.first_name, account.last_name)), ''),
                    trim(account.login)
                ),
                '@', 1
            ) as name,
            person(account.login) as login,
            person(mailbox.address) as mailbox,
            coalesce(whole(account.valid_id) = 1, true) as is_active,
            instant(account.change_time) as updated_at,
            account.landed_at
        from landed.users as account
        left join mailbox on identifier(account.id) = mailbox.user_id
        where account.id is null or identifier(account.id) <> '1'
    """,
    is_required=True,
    lacks="who is an agent: every answer would count as a customer's",
)

_PREFERENCES = Table(
    name="user_preferences",
    columns=column_types("user_id, preferences_key, preferences_value"),
    lacks="the addresses of agents: what they answer by mail counts as a customer's",
)

_QUEUES = teams_table(
    "queue",
    updated="change_time",
    is_masked=True,
    keeps="queues",
    lacks="the names of teams, and which queue is for spam",
)

_FIELD_VALUES = Table(
    name="dynamic_field_value",
    columns=column_types("id, field_id, object_id, value_text, value_int"),
    keeps="field_values",
    select=f"""
        select
            identifier(held.id) as id,
            identifier(held.object_id) as ticket_id,
            field.name as field,
            case
                when list_contains(chosen('labels_from'), field.name) then masked(held.value_text)
                else coalesce(whole(held.value_text), whole(held.value_int))::varchar
            end as value,
            held.landed_at
        from landed.dynamic_field_value as held
        left join landed.dynamic_field as field
            on identifier(held.field_id) = identifier(field.id)
        where held.id is null
            or (
                {stays("held.object_id", LEFT_OUT)}
                and (
                    list_contains(chosen('labels_from'), field.name)
                    or list_contains(chosen('rating_field'), field.name)
                )
            )
    """,
    lacks="labels and ratings that dynamic fields hold",
)

ZNUNY = Kind(
    name="znuny",
    title="Znuny",
    landings=("tables",),
    tables={
        "tables": (
            _TICKETS, _HISTORY, ARTICLES, MIME, PLAIN, _USERS, _PREFERENCES, _QUEUES,
            _FIELD_VALUES,
            present("ticket"), every("ticket", "id, queue_id"), every("queue", "id, name"),
            every("article", "id, ticket_id"),
            _joined("ticket_state", "name, type_id", is_required=True, lacks="what is closed"),
            _joined("ticket_state_type", "name", is_required=True, lacks="what is closed"),
            _joined("ticket_history_type", "name", is_required=True, lacks="when it was closed"),
            _joined("article_sender_type", "name", is_required=True, lacks="who wrote"),
            _joined("communication_channel", "name", lacks="channels"),
            _joined("ticket_priority", "name", lacks="priorities"),
            _joined("ticket_type", "name"),
            _joined("service", "name"),
            _joined("dynamic_field", "name"),
            _joined(
                "customer_user", "login, email",
                lacks="which addresses belong to a customer's account",
            ),
        ),
    },
    kept=KEPT,
    canonical=canonical,
    touched=TOUCHED,
    options=(
        Option(
            "labels_from", [], "what gives labels: queue, type, service, names of dynamic fields",
            shapes_records=True,
        ),
        Option(
            "rating_field", [], "the dynamic field that holds a rating from 1 to 5",
            shapes_records=True,
        ),
        LEAVE_OUT,
        IS_WHOLE,
        Option("spam_queues", ["Junk"], "names of queues whose tickets are spam"),
    ),
    users_are_addresses=True,
)  # fmt: skip
