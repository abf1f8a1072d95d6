"""Zendesk Support: its streams and what of them is kept. The mapping is in `zendesk_mapping`.

Fivetran renames columns and has tables of its own; they come to the same kept records.
"""

from __future__ import annotations

from ..model import Kept, Kind, Option, Table
from .zendesk_mapping import TOUCHED, canonical

# Fields whose changes tell of a thread; the values of all others may be texts.
_TOLD_FIELDS = "('status', 'assignee_id', 'group_id', 'priority', 'satisfaction_score')"
_TOLD_EVENTS = "('Comment', 'VoiceComment', 'CommentPrivacyChange')"

_TICKETS = Table(
    name="tickets",
    other_names=("incremental_tickets",),
    columns={
        "id": "VARCHAR",
        "created_at": "VARCHAR",
        "updated_at": "VARCHAR",
        "generated_timestamp": "VARCHAR",
        "status": "VARCHAR",
        "requester_id": "VARCHAR",
        "assignee_id": "VARCHAR",
        "group_id": "VARCHAR",
        "priority": "VARCHAR",
        "tags": "VARCHAR[]",
        "via": "STRUCT(channel VARCHAR)",
        "is_public": "VARCHAR",
        "description": "VARCHAR",
        "from_messaging_channel": "VARCHAR",
    },
    keeps="tickets",
    select="""
        select
            identifier(id) as id,
            instant(created_at) as created_at,
            instant(updated_at) as updated_at,
            greatest(instant(updated_at), epoch(generated_timestamp)) as version_at,
            lower(status) as status,
            person(requester_id) as requester,
            identifier(assignee_id) as assignee_id,
            identifier(group_id) as group_id,
            priority,
            list_transform(tags, lambda tag: masked(tag)) as tags,
            via.channel as channel,
            flag(is_public) as is_public,
            text_length(description) as description_length,
            flag(from_messaging_channel) as is_messaging,
            null as merged_ids,
            false as is_deleted,
            landed_at
        from landed.tickets
    """,
    needs=("created_at", "updated_at", "status", "requester"),
    is_required=True,
    lacks="everything: no conversation is known",
)

_COMMENT_COLUMNS = {
    "id": "VARCHAR",
    "ticket_id": "VARCHAR",
    "created_at": "VARCHAR",
    "timestamp": "VARCHAR",
    "author_id": "VARCHAR",
    "public": "VARCHAR",
    "via": "STRUCT(channel VARCHAR)",
    "plain_body": "VARCHAR",
    "body": "VARCHAR",
    "html_body": "VARCHAR",
}

_COMMENTS = Table(
    name="ticket_comments",
    other_names=("comments",),
    columns=_COMMENT_COLUMNS,
    keeps="comments",
    select="""
        select
            identifier(id) as id,
            identifier(ticket_id) as ticket_id,
            coalesce(instant(created_at), epoch("timestamp")) as created_at,
            person(author_id) as author,
            coalesce(author_id in ('-1', '0'), false) as is_system,
            flag(public) as is_public,
            via.channel as channel,
            coalesce(
                text_length(plain_body), text_length(body), html_length(html_body)
            ) as body_length,
            landed_at
        from landed.ticket_comments
    """,
    is_required=True,
    unless="ticket_audits",
    lacks="messages after the opening, and so first responses",
)

_AUDITS = Table(
    name="ticket_audits",
    other_names=("audits",),
    columns={
        "id": "VARCHAR",
        "ticket_id": "VARCHAR",
        "created_at": "VARCHAR",
        "author_id": "VARCHAR",
        "via": "STRUCT(channel VARCHAR)",
        "events": "STRUCT(id VARCHAR, type VARCHAR, field_name VARCHAR, value VARCHAR,"
        " author_id VARCHAR, public VARCHAR, comment_id VARCHAR, plain_body VARCHAR,"
        " body VARCHAR, html_body VARCHAR, via STRUCT(channel VARCHAR))[]",
    },
    keeps="audit_events",
    select=f"""
        with exploded as (
            select
                * exclude (events),
                unnest(case when id is null then [null] else events end) as event
            from landed.ticket_audits
        )

        select
            identifier(event.id) as id,
            identifier(ticket_id) as ticket_id,
            identifier(id) as audit_id,
            instant(created_at) as occurred_at,
            event.type as type,
            event.field_name as field,
            case when event.field_name in {_TOLD_FIELDS} then identifier(event.value) end as value,
            person(author_id) as actor,
            coalesce(author_id in ('-1', '0'), false) as actor_is_system,
            person(event.author_id) as author,
            coalesce(event.author_id in ('-1', '0'), false) as is_system,
            flag(event.public) as is_public,
            identifier(event.comment_id) as comment_id,
            coalesce(event.via.channel, via.channel) as channel,
            coalesce(
                text_length(event.plain_body), text_length(event.body),
                html_length(event.html_body)
            ) as body_length,
            landed_at
        from exploded
        where id is null
            or event.type in {_TOLD_EVENTS}
            or (event.type in ('Create', 'Change') and event.field_name in {_TOLD_FIELDS})
    """,
    lacks="when a ticket was first solved, by whom, and replies that became notes afterwards",
)

_USERS = Table(
    name="users",
    columns={
        "id": "VARCHAR",
        "name": "VARCHAR",
        "email": "VARCHAR",
        "role": "VARCHAR",
        "active": "VARCHAR",
        "suspended": "VARCHAR",
        "default_group_id": "VARCHAR",
        "updated_at": "VARCHAR",
    },
    keeps="users",
    # Of people who are no staff, neither the key itself nor the name stays.
    select="""
        with described as (
            select
                *,
                coalesce(
                    role in ('agent', 'admin') or is_staff(id) or is_staff(email), false
                ) as is_of_staff
            from landed.users
        )

        select
            person(id) as id,
            case when is_of_staff then identifier(id) end as agent_id,
            case when is_of_staff then name end as name,
            is_of_staff,
            coalesce(flag(active), true) and not coalesce(flag(suspended), false) as is_active,
            case when is_of_staff then identifier(default_group_id) end as group_id,
            instant(updated_at) as updated_at,
            landed_at
        from described
    """,
    is_required=True,
    lacks="who is an agent: every answer would count as a customer's",
)

_GROUPS = Table(
    name="groups",
    columns={"id": "VARCHAR", "name": "VARCHAR", "updated_at": "VARCHAR"},
    keeps="groups",
    select="""
        select identifier(id) as id, name, instant(updated_at) as updated_at, landed_at
        from landed.groups
    """,
    lacks="the names of teams",
)

_METRICS = Table(
    name="ticket_metrics",
    columns={
        "id": "VARCHAR",
        "ticket_id": "VARCHAR",
        "solved_at": "VARCHAR",
        "reopens": "VARCHAR",
        "updated_at": "VARCHAR",
    },
    keeps="ticket_metrics",
    select="""
        select
            identifier(id) as id,
            identifier(ticket_id) as ticket_id,
            instant(solved_at) as solved_at,
            whole(reopens) as reopens,
            instant(updated_at) as updated_at,
            landed_at
        from landed.ticket_metrics
    """,
    unless="ticket_audits",
    lacks="when a ticket was last solved",
)

_RATINGS = Table(
    name="satisfaction_ratings",
    columns={
        "id": "VARCHAR",
        "ticket_id": "VARCHAR",
        "score": "VARCHAR",
        "assignee_id": "VARCHAR",
        "updated_at": "VARCHAR",
    },
    keeps="satisfaction_ratings",
    select="""
        select
            identifier(id) as id,
            identifier(ticket_id) as ticket_id,
            lower(score) as score,
            identifier(assignee_id) as assignee_id,
            instant(updated_at) as updated_at,
            landed_at
        from landed.satisfaction_ratings
    """,
    lacks="ratings of the older kind (good, bad)",
)

_SURVEYS = Table(
    name="survey_responses",
    columns={
        "id": "VARCHAR",
        "answers": "STRUCT(type VARCHAR, rating VARCHAR, updated_at VARCHAR)[]",
        "subjects": "STRUCT(id VARCHAR, zrn VARCHAR)[]",
    },
    keeps="survey_responses",
    select="""
        with answered as (
            select
                id,
                coalesce(subjects[1].id, regexp_extract(subjects[1].zrn, '[0-9]+$')) as ticket_id,
                list_filter(answers, lambda answer: answer.type = 'rating_scale')[1] as answer,
                landed_at
            from landed.survey_responses
        )

        select
            identifier(id) as id,
            identifier(ticket_id) as ticket_id,
            whole(answer.rating) as rating,
            instant(answer.updated_at) as updated_at,
            landed_at
        from answered
    """,
    lacks="ratings of the newer surveys (1 to 5)",
)

_FIVETRAN = (
    Table(
        name="ticket",
        columns={
            "id": "VARCHAR",
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR",
            "status": "VARCHAR",
            "requester_id": "VARCHAR",
            "assignee_id": "VARCHAR",
            "group_id": "VARCHAR",
            "priority": "VARCHAR",
            "via_channel": "VARCHAR",
            "is_public": "VARCHAR",
            "description": "VARCHAR",
            "merged_ticket_ids": "VARCHAR[]",
            "_fivetran_deleted": "VARCHAR",
        },
        keeps="tickets",
        select="""
            with tagged as (
                select identifier(ticket_id) as ticket_id, list(distinct masked(tag)) as tags
                from landed.ticket_tag
                where not coalesce(flag(_fivetran_deleted), false)
                group by 1
            )

            select
                identifier(id) as id,
                instant(created_at) as created_at,
                instant(updated_at) as updated_at,
                instant(updated_at) as version_at,
                lower(status) as status,
                person(requester_id) as requester,
                identifier(assignee_id) as assignee_id,
                identifier(group_id) as group_id,
                priority,
                tagged.tags as tags,
                via_channel as channel,
                flag(is_public) as is_public,
                text_length(description) as description_length,
                null as is_messaging,
                list_transform(merged_ticket_ids, lambda merged: identifier(merged)) as merged_ids,
                coalesce(flag(_fivetran_deleted), false) as is_deleted,
                landed_at
            from landed.ticket
            left join tagged on tagged.ticket_id = identifier(id)
        """,
        needs=("created_at", "updated_at", "status", "requester"),
        is_required=True,
        lacks="everything: no conversation is known",
    ),
    Table(
        name="ticket_comment",
        columns={
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "created": "VARCHAR",
            "user_id": "VARCHAR",
            "public": "VARCHAR",
            "body": "VARCHAR",
            "via_channel": "VARCHAR",
            "_fivetran_deleted": "VARCHAR",
        },
        keeps="comments",
        select="""
            select
                identifier(id) as id,
                identifier(ticket_id) as ticket_id,
                instant(created) as created_at,
                person(user_id) as author,
                coalesce(user_id in ('-1', '0'), false) as is_system,
                flag(public) as is_public,
                via_channel as channel,
                text_length(body) as body_length,
                landed_at
            from landed.ticket_comment
            where not coalesce(flag(_fivetran_deleted), false)
        """,
        is_required=True,
        lacks="messages after the opening, and so first responses",
    ),
    Table(
        name="ticket_field_history",
        columns={
            "ticket_id": "VARCHAR",
            "field_name": "VARCHAR",
            "updated": "VARCHAR",
            "value": "VARCHAR",
            "user_id": "VARCHAR",
        },
        key="ticket_id",
        keeps="audit_events",
        select=f"""
            select
                concat_ws(':', ticket_id, field_name, epoch_us(instant(updated)), value) as id,
                identifier(ticket_id) as ticket_id,
                null as audit_id,
                instant(updated) as occurred_at,
                'Change' as type,
                field_name as field,
                identifier(value) as value,
                person(user_id) as actor,
                coalesce(user_id in ('-1', '0'), false) as actor_is_system,
                null as author,
                false as is_system,
                null as is_public,
                null as comment_id,
                null as channel,
                null as body_length,
                landed_at
            from landed.ticket_field_history
            where ticket_id is null or field_name in {_TOLD_FIELDS}
        """,
        lacks="when a ticket was solved, by whom, and ratings",
    ),
    Table(
        name="ticket_tag",
        columns={"ticket_id": "VARCHAR", "tag": "VARCHAR", "_fivetran_deleted": "VARCHAR"},
        key="ticket_id",
        keeps="",
        select="",
        lacks="labels, and which tickets were merged away",
    ),
    Table(
        name="user",
        columns={
            "id": "VARCHAR",
            "name": "VARCHAR",
            "email": "VARCHAR",
            "role": "VARCHAR",
            "active": "VARCHAR",
            "suspended": "VARCHAR",
            "default_group_id": "VARCHAR",
            "updated_at": "VARCHAR",
        },
        keeps="users",
        select=_USERS.select.replace("landed.users", 'landed."user"'),
        is_required=True,
        lacks=_USERS.lacks,
    ),
    Table(
        name="group",
        columns=_GROUPS.columns,
        keeps="groups",
        select=_GROUPS.select.replace("landed.groups", 'landed."group"'),
        lacks=_GROUPS.lacks,
    ),
    Table(
        name="satisfaction_rating",
        columns=_RATINGS.columns,
        keeps="satisfaction_ratings",
        select=_RATINGS.select.replace("satisfaction_ratings", "satisfaction_rating"),
        lacks="",
    ),
)

_KEPT = (
    Kept(
        name="tickets",
        columns={
            "id": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
            "updated_at": "TIMESTAMPTZ",
            "version_at": "TIMESTAMPTZ",
            "status": "VARCHAR",
            "requester": "VARCHAR",
            "assignee_id": "VARCHAR",
            "group_id": "VARCHAR",
            "priority": "VARCHAR",
            "tags": "VARCHAR[]",
            "channel": "VARCHAR",
            "is_public": "BOOLEAN",
            "description_length": "BIGINT",
            "is_messaging": "BOOLEAN",
            "merged_ids": "VARCHAR[]",
            "is_deleted": "BOOLEAN",
        },
        key=("id",),
        newest=("version_at",),
        thread="id",
        persons=("requester",),
    ),
    Kept(
        name="comments",
        columns={
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "created_at": "TIMESTAMPTZ",
            "author": "VARCHAR",
            "is_system": "BOOLEAN",
            "is_public": "BOOLEAN",
            "channel": "VARCHAR",
            "body_length": "BIGINT",
        },
        key=("id",),
        thread="ticket_id",
        persons=("author",),
    ),
    Kept(
        name="audit_events",
        columns={
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "audit_id": "VARCHAR",
            "occurred_at": "TIMESTAMPTZ",
            "type": "VARCHAR",
            "field": "VARCHAR",
            "value": "VARCHAR",
            "actor": "VARCHAR",
            "actor_is_system": "BOOLEAN",
            "author": "VARCHAR",
            "is_system": "BOOLEAN",
            "is_public": "BOOLEAN",
            "comment_id": "VARCHAR",
            "channel": "VARCHAR",
            "body_length": "BIGINT",
        },
        key=("id",),
        thread="ticket_id",
        persons=("actor", "author"),
    ),
    Kept(
        name="users",
        columns={
            "id": "VARCHAR",
            "agent_id": "VARCHAR",
            "name": "VARCHAR",
            "is_of_staff": "BOOLEAN",
            "is_active": "BOOLEAN",
            "group_id": "VARCHAR",
            "updated_at": "TIMESTAMPTZ",
        },
        key=("id",),
        newest=("updated_at",),
        persons=("id",),
    ),
    Kept(
        name="groups",
        columns={"id": "VARCHAR", "name": "VARCHAR", "updated_at": "TIMESTAMPTZ"},
        key=("id",),
        newest=("updated_at",),
    ),
    Kept(
        name="ticket_metrics",
        columns={
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "solved_at": "TIMESTAMPTZ",
            "reopens": "BIGINT",
            "updated_at": "TIMESTAMPTZ",
        },
        key=("id",),
        newest=("updated_at",),
        thread="ticket_id",
    ),
    Kept(
        name="satisfaction_ratings",
        columns={
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "score": "VARCHAR",
            "assignee_id": "VARCHAR",
            "updated_at": "TIMESTAMPTZ",
        },
        # Every version: a rating that was withdrawn is told from one that never was.
        key=("id", "updated_at", "score"),
        thread="ticket_id",
    ),
    Kept(
        name="survey_responses",
        columns={
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "rating": "BIGINT",
            "updated_at": "TIMESTAMPTZ",
        },
        key=("id",),
        newest=("updated_at",),
        thread="ticket_id",
    ),
)

ZENDESK = Kind(
    name="zendesk",
    title="Zendesk Support",
    landings=("airbyte", "fivetran", "dlt", "singer", "files"),
    tables={
        "vendor": (
            _TICKETS, _COMMENTS, _AUDITS, _USERS, _GROUPS, _METRICS, _RATINGS, _SURVEYS,
        ),
        "fivetran": _FIVETRAN,
    },
    kept=_KEPT,
    canonical=canonical,
    touched=TOUCHED,
    options=(
        Option("bots", [], "identifiers of accounts that answer by themselves"),
        Option("drop_labels", ["closed_by_merge"], "tags that are no labels; * stands for any"),
        Option("leave_out", [], "identifiers of groups whose tickets are not imported"),
        Option("keep_samples", False, "whether Zendesk's sample tickets count"),
        Option("survey_steps", 5, "steps of the scale of the newer surveys"),
    ),
)  # fmt: skip
