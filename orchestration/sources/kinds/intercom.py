"""Intercom: its streams and what of them is kept. The mapping is in `intercom_mapping`.

A part says by itself whether a contact or a teammate wrote it, so that contacts are kept as people
and teammates as agents, without a list of either.
"""

from __future__ import annotations

from ..model import Kept, Kind, Option, Table
from .intercom_mapping import TOUCHED, canonical

_AUTHOR = "STRUCT(type VARCHAR, id VARCHAR, email VARCHAR, from_ai_agent VARCHAR)"
_PART = {
    "id": "VARCHAR",
    "part_type": "VARCHAR",
    "created_at": "VARCHAR",
    "updated_at": "VARCHAR",
    "body": "VARCHAR",
    "author": _AUTHOR,
    "assigned_to": "STRUCT(type VARCHAR, id VARCHAR)",
    "attachments": "STRUCT(type VARCHAR)[]",
}
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


_PARTS = Table(
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
_ADMINS = Table(
    name="admins",
    columns={"id": "VARCHAR", "name": "VARCHAR", "email": "VARCHAR", "team_ids": "VARCHAR[]"},
    keeps="admins",
    select="""
        select
            identifier(id) as id,
            name,
            coalesce(lower(email) like 'operator+%@intercom.io', false) as is_operator,
            identifier(team_ids[1]) as team_id,
            landed_at
        from landed.admins
    """,
    is_required=True,
    lacks="the names of agents, and which of them is Intercom's own robot",
)
_TEAMS = Table(
    name="teams",
    columns={"id": "VARCHAR", "name": "VARCHAR"},
    keeps="teams",
    select="select identifier(id) as id, name, landed_at from landed.teams",
    lacks="the names of teams",
)
_TICKETS = Table(
    name="tickets",
    columns={
        "id": "VARCHAR",
        "category": "VARCHAR",
        "created_at": "VARCHAR",
        "updated_at": "VARCHAR",
        "open": "VARCHAR",
        "ticket_state": "VARCHAR",
        "contacts": "STRUCT(contacts STRUCT(id VARCHAR)[])",
        "admin_assignee_id": "VARCHAR",
        "team_assignee_id": "VARCHAR",
        "ticket_attributes": "STRUCT(_default_description_ VARCHAR)",
    },
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

_FIVETRAN = (
    Table(
        name="conversation_history",
        other_names=("conversation",),
        columns={
            "id": "VARCHAR",
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR",
            "state": "VARCHAR",
            "open": "VARCHAR",
            "priority": "VARCHAR",
            "assignee_id": "VARCHAR",
            "assignee_type": "VARCHAR",
            "team_assignee_id": "VARCHAR",
            "source_id": "VARCHAR",
            "source_type": "VARCHAR",
            "source_delivered_as": "VARCHAR",
            "source_body": "VARCHAR",
            "source_author_id": "VARCHAR",
            "source_author_type": "VARCHAR",
            "first_contact_reply_created_at": "VARCHAR",
            "conversation_rating_value": "VARCHAR",
            "conversation_rating_created_at": "VARCHAR",
            "conversation_rating_teammate_id": "VARCHAR",
            "statistics_first_close_at": "VARCHAR",
            "statistics_last_close_at": "VARCHAR",
            "statistics_last_closed_by_id": "VARCHAR",
            "statistics_count_reopens": "VARCHAR",
            "statistics_count_conversation_parts": "VARCHAR",
        },
        keeps="conversations",
        select="""
        with contact as (
            select
                identifier(conversation_id) as conversation_id,
                arg_max(contact_id, instant(conversation_updated_at)) as contact_id
            from landed.conversation_contact_history
            where coalesce(flag(_fivetran_active), true)
            group by 1
        ),

        tagged as (
            select
                identifier(history.conversation_id) as conversation_id,
                list(distinct masked(tag.name)) as tags
            from landed.conversation_tag_history as history
            inner join landed.tag as tag on identifier(history.tag_id) = identifier(tag.id)
            where coalesce(flag(history._fivetran_active), true)
            group by 1
        )

        select
            identifier(id) as id,
            moment(created_at) as created_at,
            moment(updated_at) as updated_at,
            coalesce(lower(state), case when flag(open) then 'open' else 'closed' end) as state,
            person(contact.contact_id) as contact,
            source_type as channel,
            case when coalesce(assignee_type, 'admin') in ('admin', 'nobody_admin')
                then identifier(assignee_id) end as assignee_id,
            coalesce(
                identifier(team_assignee_id),
                case when assignee_type = 'team' then identifier(assignee_id) end
            ) as team_id,
            priority,
            tagged.tags as tags,
            null as ticket_state,
            identifier(source_id) as source_id,
            source_delivered_as as delivered_as,
            source_author_type as author_kind,
            case when source_author_type in ('user', 'lead', 'contact')
                then person(source_author_id) else identifier(source_author_id) end as author,
            false as is_ai,
            html_length(source_body) as source_length,
            moment(first_contact_reply_created_at) as first_reply_at,
            moment(statistics_first_close_at) as first_close_at,
            moment(statistics_last_close_at) as last_close_at,
            identifier(statistics_last_closed_by_id) as last_closed_by_id,
            whole(statistics_count_reopens) as count_reopens,
            whole(statistics_count_conversation_parts) as count_parts,
            whole(conversation_rating_value) as rating,
            moment(conversation_rating_created_at) as rating_asked_at,
            null as rating_updated_at,
            identifier(conversation_rating_teammate_id) as rated_agent_id,
            landed_at
        from landed.conversation_history
        left join contact on identifier(id) = contact.conversation_id
        left join tagged on identifier(id) = tagged.conversation_id
        """,
        needs=("created_at", "updated_at", "state"),
        is_required=True,
        lacks="everything: no conversation is known",
    ),
    Table(
        name="conversation_part_history",
        other_names=("conversation_part",),
        columns={
            "id": "VARCHAR",
            "conversation_id": "VARCHAR",
            "part_type": "VARCHAR",
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR",
            "body": "VARCHAR",
            "author_id": "VARCHAR",
            "author_type": "VARCHAR",
            "assigned_to_id": "VARCHAR",
            "assigned_to_type": "VARCHAR",
        },
        keeps="parts",
        select="""
        select
            identifier(id) as id,
            identifier(conversation_id) as conversation_id,
            lower(part_type) as part_type,
            moment(created_at) as created_at,
            author_type as author_kind,
            case when author_type in ('user', 'lead', 'contact')
                then person(author_id) else identifier(author_id) end as author,
            false as is_ai,
            assigned_to_type as assigned_type,
            identifier(assigned_to_id) as assigned_id,
            case when length(body) > 0 then html_length(body) end as body_length,
            false as has_attachment,
            moment(updated_at) as updated_at,
            landed_at
        from landed.conversation_part_history
        """,
        is_required=True,
        lacks=_PARTS.lacks,
    ),
    Table(
        name="conversation_contact_history",
        columns={
            "conversation_id": "VARCHAR",
            "contact_id": "VARCHAR",
            "conversation_updated_at": "VARCHAR",
            "_fivetran_active": "VARCHAR",
        },
        keeps="",
        select="",
        is_required=True,
        lacks="whose conversation it is: no user is known",
    ),
    Table(
        name="conversation_tag_history",
        columns={
            "conversation_id": "VARCHAR",
            "tag_id": "VARCHAR",
            "_fivetran_active": "VARCHAR",
        },
        keeps="",
        select="",
        lacks="labels",
    ),
    Table(
        name="tag",
        columns={"id": "VARCHAR", "name": "VARCHAR"},
        keeps="",
        select="",
        lacks="labels",
    ),
    Table(
        name="admin",
        columns={"id": "VARCHAR", "name": "VARCHAR", "email": "VARCHAR", "team_ids": "VARCHAR[]"},
        keeps="admins",
        select=_ADMINS.select.replace("landed.admins", "landed.admin"),
        is_required=True,
        lacks=_ADMINS.lacks,
    ),
    Table(
        name="team",
        columns=_TEAMS.columns,
        keeps="teams",
        select=_TEAMS.select.replace("landed.teams", "landed.team"),
        lacks=_TEAMS.lacks,
    ),
)

_WHO = {"author_kind": "VARCHAR", "author": "VARCHAR", "is_ai": "BOOLEAN"}
_KEPT = (
    Kept(
        name="conversations",
        columns={
            "id": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
            "updated_at": "TIMESTAMPTZ",
            "state": "VARCHAR",
            "contact": "VARCHAR",
            "channel": "VARCHAR",
            "assignee_id": "VARCHAR",
            "team_id": "VARCHAR",
            "priority": "VARCHAR",
            "tags": "VARCHAR[]",
            "ticket_state": "VARCHAR",
            "source_id": "VARCHAR",
            "delivered_as": "VARCHAR",
            **_WHO,
            "source_length": "BIGINT",
            "first_reply_at": "TIMESTAMPTZ",
            "first_close_at": "TIMESTAMPTZ",
            "last_close_at": "TIMESTAMPTZ",
            "last_closed_by_id": "VARCHAR",
            "count_reopens": "BIGINT",
            "count_parts": "BIGINT",
            "rating": "BIGINT",
            "rating_asked_at": "TIMESTAMPTZ",
            "rating_updated_at": "TIMESTAMPTZ",
            "rated_agent_id": "VARCHAR",
        },
        key=("id",),
        newest=("updated_at",),
        thread="id",
        persons=("contact", "author"),
    ),
    Kept(
        name="parts",
        columns={
            "id": "VARCHAR",
            "conversation_id": "VARCHAR",
            "part_type": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
            **_WHO,
            "assigned_type": "VARCHAR",
            "assigned_id": "VARCHAR",
            "body_length": "BIGINT",
            "has_attachment": "BOOLEAN",
            "updated_at": "TIMESTAMPTZ",
        },
        key=("id",),
        newest=("updated_at",),
        thread="conversation_id",
        persons=("author",),
    ),
    Kept(
        name="tickets",
        columns={
            "id": "VARCHAR",
            "category": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
            "updated_at": "TIMESTAMPTZ",
            "is_open": "BOOLEAN",
            "ticket_state": "VARCHAR",
            "contact": "VARCHAR",
            "assignee_id": "VARCHAR",
            "team_id": "VARCHAR",
            "description_length": "BIGINT",
        },
        key=("id",),
        newest=("updated_at",),
        thread="id",
        persons=("contact",),
    ),
    Kept(
        name="admins",
        columns={
            "id": "VARCHAR",
            "name": "VARCHAR",
            "is_operator": "BOOLEAN",
            "team_id": "VARCHAR",
        },
        key=("id",),
    ),
    Kept(name="teams", columns={"id": "VARCHAR", "name": "VARCHAR"}, key=("id",)),
)

INTERCOM = Kind(
    name="intercom",
    title="Intercom",
    landings=("airbyte", "fivetran", "dlt", "singer", "files"),
    tables={
        "vendor": (_API_CONVERSATIONS, _PARTS, _ADMINS, _TEAMS, _TICKETS, _TICKET_PARTS),
        "singer": (_SINGER_CONVERSATIONS, _PARTS, _ADMINS, _TEAMS),
        "files": (
            _API_CONVERSATIONS, _PARTS_INSIDE, _ADMINS, _TEAMS, _TICKETS, _TICKET_PARTS,
        ),
        "fivetran": _FIVETRAN,
    },
    kept=_KEPT,
    canonical=canonical,
    touched=TOUCHED,
    options=(
        Option("bots", [], "identifiers of teammates that answer by themselves"),
        Option("leave_out", [], "identifiers of teams whose conversations are not imported"),
        Option("keep_outbound", False, "whether outbound conversations that nobody answered count"),
    ),
)  # fmt: skip
