"""Freshdesk: its streams as its API, Airbyte and dlt name them, and what of each is kept."""

from __future__ import annotations

from ..columns import column_types
from ..model import Kept, Kind, LeavesOut, Option, Table
from .freshdesk_api import API
from .freshdesk_mapping import canonical
from .leaving_out import LEAVE_OUT_GROUPS
from .plain import AGENTS, TEAMS, became_agents, teams_table

_TICKETS = Table(
    name="tickets",
    columns=column_types("""
        id, created_at, updated_at, status, priority, source, requester_id, responder_id, group_id,
        tags VARCHAR[], spam, deleted, description, description_text,
        stats STRUCT(resolved_at VARCHAR, closed_at VARCHAR)
    """),
    keeps="tickets",
    select="""
        select
            identifier(id) as id,
            instant(created_at) as created_at,
            instant(updated_at) as updated_at,
            identifier(status) as status,
            identifier(priority) as priority,
            identifier(source) as source,
            person(requester_id) as requester,
            identifier(responder_id) as responder_id,
            identifier(group_id) as group_id,
            list_transform(tags, lambda tag: masked(tag)) as tags,
            coalesce(flag(spam), false) as is_spam,
            coalesce(flag(deleted), false) as is_deleted,
            coalesce(
                text_length(description_text), html_length(description)
            ) as description_length,
            instant(stats.resolved_at) as resolved_at,
            instant(stats.closed_at) as closed_at,
            landed_at
        from landed.tickets
    """,
    needs=("id", "created_at", "updated_at", "status"),
    is_required=True,
    lacks="everything: no conversation is known",
)

_CONVERSATIONS = Table(
    name="conversations",
    columns=column_types("""
        id, ticket_id, user_id, incoming, private, source, auto_response, automation_id, body,
        body_text, created_at, last_edited_at
    """),
    keeps="conversations",
    select="""
        select
            identifier(id) as id,
            identifier(ticket_id) as ticket_id,
            person(user_id) as author,
            coalesce(flag(incoming), false) as is_incoming,
            coalesce(flag(private), false) as is_private,
            -- An answer to a survey lies among the messages.
            coalesce(identifier(source) = '6', false) as is_survey,
            coalesce(flag(auto_response), false) or identifier(automation_id) is not null
                as is_automatic,
            coalesce(text_length(body_text), html_length(body)) as body_length,
            instant(created_at) as created_at,
            coalesce(instant(last_edited_at), instant(created_at)) as updated_at,
            landed_at
        from landed.conversations
    """,
    needs=("id", "ticket_id", "created_at"),
    is_required=True,
    lacks="messages after the opening, and so first responses",
)

_AGENTS = Table(
    name="agents",
    columns=column_types("""
        id, contact STRUCT(name VARCHAR, active VARCHAR), group_ids VARCHAR[], updated_at
    """),
    keeps="agents",
    select="""
        select
            person(id) as id,
            identifier(id) as agent_id,
            contact.name as name,
            identifier(group_ids[1]) as team_id,
            coalesce(flag(contact.active), true) as is_active,
            instant(updated_at) as updated_at,
            landed_at
        from landed.agents
    """,
    is_required=True,
    lacks="who is an agent: what staff answer by mail would count as a customer's",
)

_GROUPS = teams_table("groups", updated="updated_at")

_RATINGS = Table(
    name="satisfaction_ratings",
    columns=column_types("""
        id, ticket_id, survey_id, agent_id, ratings STRUCT(default_question VARCHAR), created_at,
        updated_at
    """),
    keeps="ratings",
    select="""
        select
            identifier(id) as id,
            identifier(ticket_id) as ticket_id,
            identifier(survey_id) as survey_id,
            identifier(agent_id) as agent_id,
            whole(ratings.default_question) as answer,
            instant(created_at) as created_at,
            coalesce(instant(updated_at), instant(created_at)) as updated_at,
            landed_at
        from landed.satisfaction_ratings
    """,
    lacks="ratings",
)

_SURVEYS = Table(
    name="surveys",
    columns=column_types("id, questions STRUCT(id VARCHAR, accepted_ratings VARCHAR[])[]"),
    keeps="surveys",
    select="""
        select
            identifier(id) as id,
            list_reverse_sort(list_transform(
                list_filter(questions, lambda one: one.id = 'default_question')[1].accepted_ratings,
                lambda step: whole(step)
            )) as steps,
            landed_at
        from landed.surveys
    """,
    lacks="the scale of surveys: the usual one of seven steps is taken",
)

_KEPT = (
    Kept(
        name="tickets",
        columns=column_types("""
            id, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, status, priority, source, requester,
            responder_id, group_id, tags VARCHAR[], is_spam BOOLEAN, is_deleted BOOLEAN,
            description_length BIGINT, resolved_at TIMESTAMPTZ, closed_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at",),
        thread="id",
        persons=("requester",),
    ),
    Kept(
        name="conversations",
        columns=column_types("""
            id, ticket_id, author, is_incoming BOOLEAN, is_private BOOLEAN, is_survey BOOLEAN,
            is_automatic BOOLEAN, body_length BIGINT, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at",),
        thread="ticket_id",
        persons=("author",),
    ),
    Kept(
        name="ratings",
        columns=column_types("""
            id, ticket_id, survey_id, agent_id, answer BIGINT, created_at TIMESTAMPTZ,
            updated_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at",),
        thread="ticket_id",
    ),
    Kept(name="surveys", columns=column_types("id, steps BIGINT[]"), key=("id",)),
    AGENTS,
    TEAMS,
)

FRESHDESK = Kind(
    name="freshdesk",
    title="Freshdesk",
    landings=("airbyte", "dlt", "files"),
    tables={"vendor": (_TICKETS, _CONVERSATIONS, _AGENTS, _GROUPS, _RATINGS, _SURVEYS)},
    kept=_KEPT,
    canonical=canonical,
    touched=became_agents("conversations", "ticket_id"),
    api=API,
    leaves_out=LeavesOut(("tickets",), "group_id", "teams"),
    options=(
        Option("closed_statuses", ["4", "5"], "numbers of the statuses that are closed"),
        Option("pending_statuses", ["3", "6", "7"], "numbers of those that wait for somebody"),
        LEAVE_OUT_GROUPS,
    ),
)
