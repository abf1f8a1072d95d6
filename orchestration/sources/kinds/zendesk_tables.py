"""Zendesk's streams as its API, Airbyte, dlt and Singer name them, and what of each is kept."""

from __future__ import annotations

from ..columns import column_types
from ..model import Table
from .plain import teams_table

# Fields whose changes tell of a thread; the values of all others may be texts.
READ_FIELDS = "('status', 'assignee_id', 'group_id', 'priority', 'satisfaction_score')"
_READ_EVENTS = "('Comment', 'VoiceComment', 'CommentPrivacyChange')"

TICKETS = Table(
    name="tickets",
    other_names=("incremental_tickets",),
    columns=column_types("""
        id, created_at, updated_at, generated_timestamp, status, requester_id, assignee_id,
        group_id, priority, tags VARCHAR[], via STRUCT(channel VARCHAR), is_public, description,
        from_messaging_channel
    """),
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

_COMMENT_COLUMNS = column_types("""
    id, ticket_id, created_at, timestamp, author_id, public, via STRUCT(channel VARCHAR),
    plain_body, body, html_body
""")

COMMENTS = Table(
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

AUDITS = Table(
    name="ticket_audits",
    other_names=("audits",),
    columns=column_types("""
        id, ticket_id, created_at, author_id, via STRUCT(channel VARCHAR), events STRUCT(id VARCHAR,
        type VARCHAR, field_name VARCHAR, value VARCHAR, author_id VARCHAR, public VARCHAR,
        comment_id VARCHAR, plain_body VARCHAR, body VARCHAR, html_body VARCHAR,
        via STRUCT(channel VARCHAR))[]
    """),
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
            case when event.field_name in {READ_FIELDS} then identifier(event.value) end as value,
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
            or event.type in {_READ_EVENTS}
            or (event.type in ('Create', 'Change') and event.field_name in {READ_FIELDS})
    """,
    lacks="when a ticket was first solved, by whom, and replies that became notes afterwards",
)

USERS = Table(
    name="users",
    columns=column_types("id, name, email, role, active, suspended, default_group_id, updated_at"),
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
            -- What the desk leaves of a person whom it has deleted for good.
            coalesce(name = 'Permanently Deleted User' and email is null, false) as is_erased,
            coalesce(flag(active), true) and not coalesce(flag(suspended), false) as is_active,
            case when is_of_staff then identifier(default_group_id) end as group_id,
            instant(updated_at) as updated_at,
            landed_at
        from described
    """,
    is_required=True,
    lacks="who is an agent: every answer would count as a customer's",
)

GROUPS = teams_table("groups", updated="updated_at", keeps="groups")

METRICS = Table(
    name="ticket_metrics",
    columns=column_types("id, ticket_id, solved_at, reopens, updated_at"),
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

RATINGS = Table(
    name="satisfaction_ratings",
    columns=column_types("id, ticket_id, score, assignee_id, updated_at"),
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

SURVEYS = Table(
    name="survey_responses",
    columns=column_types("""
        id, answers STRUCT(type VARCHAR, rating VARCHAR, updated_at VARCHAR)[],
        subjects STRUCT(id VARCHAR, zrn VARCHAR)[]
    """),
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

VENDOR = (TICKETS, COMMENTS, AUDITS, USERS, GROUPS, METRICS, RATINGS, SURVEYS)
