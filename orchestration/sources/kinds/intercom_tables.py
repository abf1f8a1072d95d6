"""Intercom's streams as its API, Airbyte, dlt and Singer have them, and what of each is kept.

A part says by itself whether a contact or a teammate wrote it, so that contacts are kept as people
and teammates as agents, without a list of either.
"""

from __future__ import annotations

from ..columns import column_types
from ..model import Table

IS_OPERATOR = "coalesce(lower(email) like 'operator+%@intercom.io', false)"
_AUTHOR = "STRUCT(type VARCHAR, id VARCHAR, email VARCHAR, from_ai_agent VARCHAR)"
_PART = column_types(f"""
    id, part_type, created_at, updated_at, body, author {_AUTHOR}, assigned_to STRUCT(type VARCHAR,
    id VARCHAR), attachments STRUCT(type VARCHAR)[]
""")
_PART_STRUCT = f"STRUCT({', '.join(f'{name} {kind}' for name, kind in _PART.items())})"


def _who(author: str) -> str:
    """The kept columns of an author: what they are, and the identifier that goes with it."""
    is_contact = f"{author}.type in ('user', 'lead', 'contact')"
    is_listed = f"(is_staff({author}.id) or is_staff({author}.email))"
    return f"""
            case when {is_contact} and {is_listed} then 'admin' else {author}.type end
                as author_kind,
            case
                when {is_contact} and not {is_listed} then person({author}.id)
                else identifier({author}.id)
            end as author,
            coalesce(flag({author}.from_ai_agent), false) as is_ai"""


def _conversations(contacts: str, contact: str, tags: str, names: str) -> Table:
    """Conversations; contacts and tags are a list, or a list in an envelope."""
    return Table(
        name="conversations",
        columns={
            "id": "VARCHAR",
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR",
            "state": "VARCHAR",
            "open": "VARCHAR",
            "source": f"STRUCT(type VARCHAR, id VARCHAR, delivered_as VARCHAR, body VARCHAR,"
            f" author {_AUTHOR})",
            "contacts": contacts,
            "first_contact_reply": "STRUCT(created_at VARCHAR)",
            "admin_assignee_id": "VARCHAR",
            "team_assignee_id": "VARCHAR",
            "assignee": "STRUCT(type VARCHAR, id VARCHAR)",
            "priority": "VARCHAR",
            "tags": tags,
            "statistics": "STRUCT(first_close_at VARCHAR, last_close_at VARCHAR,"
            " last_closed_by_id VARCHAR, count_reopens VARCHAR, count_conversation_parts VARCHAR)",
            "conversation_rating": "STRUCT(rating VARCHAR, created_at VARCHAR, updated_at VARCHAR,"
            " teammate STRUCT(id VARCHAR))",
            "ticket": "STRUCT(ticket_state VARCHAR)",
        },
        keeps="conversations",
        select=f"""
        select
            identifier(id) as id,
            moment(created_at) as created_at,
            moment(updated_at) as updated_at,
            coalesce(lower(state), case when flag(open) then 'open' else 'closed' end) as state,
            person({contact}) as contact,
            source.type as channel,
            coalesce(
                identifier(admin_assignee_id),
                case when assignee.type = 'admin' then identifier(assignee.id) end
            ) as assignee_id,
            coalesce(
                identifier(team_assignee_id),
                case when assignee.type = 'team' then identifier(assignee.id) end
            ) as team_id,
            priority,
            list_transform({names}, lambda name: masked(name)) as tags,
            ticket.ticket_state as ticket_state,
            identifier(source.id) as source_id,
            source.delivered_as as delivered_as,
            {_who("source.author")},
            html_length(source.body) as source_length,
            moment(first_contact_reply.created_at) as first_reply_at,
            moment(statistics.first_close_at) as first_close_at,
            moment(statistics.last_close_at) as last_close_at,
            identifier(statistics.last_closed_by_id) as last_closed_by_id,
            whole(statistics.count_reopens) as count_reopens,
            whole(statistics.count_conversation_parts) as count_parts,
            whole(conversation_rating.rating) as rating,
            moment(conversation_rating.created_at) as rating_asked_at,
            moment(conversation_rating.updated_at) as rating_updated_at,
            identifier(conversation_rating.teammate.id) as rated_agent_id,
            landed_at
        from landed.conversations
        """,
        needs=("created_at", "updated_at", "state", "contact"),
        is_required=True,
        lacks="everything: no conversation is known",
    )


_API_CONVERSATIONS = _conversations(
    "STRUCT(contacts STRUCT(id VARCHAR)[])",
    "contacts.contacts[1].id",
    "STRUCT(tags STRUCT(name VARCHAR)[])",
    "list_transform(tags.tags, lambda tag: tag.name)",
)
_SINGER_CONVERSATIONS = _conversations(
    "STRUCT(id VARCHAR)[]",
    "contacts[1].id",
    "STRUCT(name VARCHAR)[]",
    "list_transform(tags, lambda tag: tag.name)",
)


def _part_columns(part: str, conversation: str) -> str:
    """The kept columns of a part that a relation or struct holds."""
    return f"""
            identifier({part}.id) as id,
            identifier({conversation}) as conversation_id,
            lower({part}.part_type) as part_type,
            moment({part}.created_at) as created_at,
            {_who(f"{part}.author")},
            {part}.assigned_to.type as assigned_type,
            identifier({part}.assigned_to.id) as assigned_id,
            case when length({part}.body) > 0 then html_length({part}.body) end as body_length,
            coalesce(len({part}.attachments) > 0, false) as has_attachment,
            moment({part}.updated_at) as updated_at,
            landed_at"""


PARTS = Table(
    name="conversation_parts",
    columns={**_PART, "conversation_id": "VARCHAR"},
    keeps="parts",
    select=f"""
        select {_part_columns("part", "part.conversation_id")}
        from landed.conversation_parts as part
    """,
    is_required=True,
    lacks="every message after the opening, and when conversations were closed",
)
_PARTS_INSIDE = Table(
    name="parts_of_conversations",
    other_names=("conversations",),
    columns={
        "id": "VARCHAR",
        "conversation_parts": f"STRUCT(conversation_parts {_PART_STRUCT}[])",
    },
    keeps="parts",
    select=f"""
        with exploded as (
            select
                id as conversation_id,
                landed_at,
                unnest(conversation_parts.conversation_parts) as part
            from landed.parts_of_conversations
        )

        select {_part_columns("part", "conversation_id")}
        from exploded
    """,
)
ADMINS = Table(
    name="admins",
    columns=column_types("id, name, email, team_ids VARCHAR[]"),
    keeps="admins",
    select=f"""
        select
            identifier(id) as id,
            name,
            {IS_OPERATOR} as is_operator,
            identifier(team_ids[1]) as team_id,
            landed_at
        from landed.admins
    """,
    is_required=True,
    lacks="the names of agents, and which of them is Intercom's own robot",
)
TEAMS = Table(
    name="teams",
    columns=column_types("id, name"),
    keeps="teams",
    select="select identifier(id) as id, name, landed_at from landed.teams",
    lacks="the names of teams",
)
_TICKETS = Table(
    name="tickets",
    columns=column_types("""
        id, category, created_at, updated_at, open, ticket_state,
        contacts STRUCT(contacts STRUCT(id VARCHAR)[]), admin_assignee_id, team_assignee_id,
        ticket_attributes STRUCT(_default_description_ VARCHAR)
    """),
    keeps="tickets",
    select="""
        select
            identifier(id) as id,
            category,
            moment(created_at) as created_at,
            moment(updated_at) as updated_at,
            coalesce(flag(open), true) as is_open,
            lower(ticket_state) as ticket_state,
            person(contacts.contacts[1].id) as contact,
            identifier(admin_assignee_id) as assignee_id,
            identifier(team_assignee_id) as team_id,
            html_length(ticket_attributes._default_description_) as description_length,
            landed_at
        from landed.tickets
    """,
    lacks="tickets of customers that are no conversations",
)
_TICKET_PARTS = Table(
    name="parts_of_tickets",
    other_names=("tickets",),
    columns={"id": "VARCHAR", "ticket_parts": f"STRUCT(ticket_parts {_PART_STRUCT}[])"},
    keeps="parts",
    select=f"""
        with exploded as (
            select id as ticket_id, landed_at, unnest(ticket_parts.ticket_parts) as part
            from landed.parts_of_tickets
        )

        select {_part_columns("part", "ticket_id")}
        from exploded
    """,
)

VENDOR = (_API_CONVERSATIONS, PARTS, ADMINS, TEAMS, _TICKETS, _TICKET_PARTS)
SINGER = (_SINGER_CONVERSATIONS, PARTS, ADMINS, TEAMS)
FILES = (_API_CONVERSATIONS, _PARTS_INSIDE, ADMINS, TEAMS, _TICKETS, _TICKET_PARTS)
