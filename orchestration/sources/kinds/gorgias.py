"""Gorgias: its records as its API, Airbyte and dlt have them, and what of each is kept."""

from __future__ import annotations

from dataclasses import replace

from ..columns import column_types
from ..model import Kept, Kind, LeavesOut, Table
from .gorgias_mapping import canonical
from .leaving_out import LEAVE_OUT_GROUPS
from .plain import AGENTS, TEAMS, became_agents, teams_table

_SURVEY = "STRUCT(id VARCHAR, score VARCHAR, scored_datetime VARCHAR)"
_TICKETS = Table(
    name="tickets",
    other_names=("data",),
    columns=column_types("""
        id, status, channel, priority, customer STRUCT(id VARCHAR),
        assignee_user STRUCT(id VARCHAR), assignee_user_id, assignee_team STRUCT(id VARCHAR),
        assignee_team_id, tags STRUCT(name VARCHAR)[], spam, created_datetime, updated_datetime,
        closed_datetime, trashed_datetime
    """),
    keeps="tickets",
    select="""
        select
            identifier(id) as id,
            lower(status) as status,
            channel,
            priority,
            person(customer.id) as customer,
            coalesce(identifier(assignee_user_id), identifier(assignee_user.id)) as assignee_id,
            coalesce(identifier(assignee_team_id), identifier(assignee_team.id)) as team_id,
            list_transform(tags, lambda tag: masked(tag.name)) as tags,
            coalesce(flag(spam), false) as is_spam,
            instant(created_datetime) as created_at,
            coalesce(instant(updated_datetime), instant(created_datetime)) as updated_at,
            instant(closed_datetime) as closed_at,
            instant(trashed_datetime) as trashed_at,
            landed_at
        from landed.tickets
    """,
    needs=("id", "status", "created_at"),
    is_required=True,
    lacks="everything: no conversation is known",
)

_MESSAGE = column_types("""
    id, ticket_id, from_agent, public, sender STRUCT(id VARCHAR), rule_id, via, created_datetime,
    sent_datetime, failed_datetime, stripped_text, body_text, body_html
""")


def _message(message: str) -> str:
    return f"""
            identifier({message}.id) as id,
            identifier({message}.ticket_id) as ticket_id,
            coalesce(flag({message}.from_agent), false) as is_from_agent,
            coalesce(flag({message}.public), true) as is_public,
            person({message}.sender.id) as author,
            identifier({message}.rule_id) is not null
                or coalesce({message}.via in ('rule', 'api-automation'), false) as is_automatic,
            {message}.failed_datetime is not null as has_failed,
            coalesce(
                text_length({message}.stripped_text), text_length({message}.body_text),
                html_length({message}.body_html)
            ) as body_length,
            coalesce(instant({message}.sent_datetime), instant({message}.created_datetime))
                as sent_at,
            landed_at"""


_MESSAGES = Table(
    name="messages",
    other_names=("data",),
    columns=_MESSAGE,
    keeps="messages",
    select=f"select {_message('said')} from landed.messages as said",
    needs=("id", "ticket_id", "sent_at"),
    is_required=True,
    lacks="messages, and so first responses",
)
_MESSAGES_INSIDE = Table(
    name="messages_of_tickets",
    other_names=("tickets",),
    columns={
        "id": "VARCHAR",
        "messages": f"STRUCT({', '.join(f'{name} {kind}' for name, kind in _MESSAGE.items())})[]",
    },
    keeps="messages",
    select=f"""
        with exploded as (
            select unnest(messages) as said, landed_at from landed.messages_of_tickets
        )

        select {_message("said")} from exploded
    """,
)

_USERS = Table(
    name="users",
    other_names=("data",),
    columns=column_types("id, name, active, updated_datetime"),
    keeps="agents",
    select="""
        select
            person(id) as id,
            identifier(id) as agent_id,
            name,
            null as team_id,
            coalesce(flag(active), true) as is_active,
            instant(updated_datetime) as updated_at,
            landed_at
        from landed.users
    """,
    lacks="the names of agents",
)
_TEAMS = teams_table("teams", other_names=("data",))

# The time of an answer has no offset: it is of UTC, whatever the zone of others.
_SCORED = "try_cast({survey}.scored_datetime || 'Z' as timestamptz)"
_SURVEYS = Table(
    name="satisfaction_surveys",
    other_names=("satisfaction-surveys", "data"),
    columns=column_types("id, ticket_id, score, scored_datetime"),
    keeps="surveys",
    select=f"""
        select
            identifier(id) as id,
            identifier(ticket_id) as ticket_id,
            whole(score) as score,
            coalesce(
                {_SCORED.format(survey="survey")}, instant(scored_datetime)
            ) as scored_at,
            landed_at
        from landed.satisfaction_surveys as survey
    """,
    lacks="ratings, but for those that tickets hold",
)
_SURVEYS_INSIDE = Table(
    name="surveys_of_tickets",
    other_names=("tickets", "data"),
    columns=column_types(f"id, satisfaction_survey {_SURVEY}"),
    keeps="surveys",
    select=f"""
        select
            identifier(satisfaction_survey.id) as id,
            identifier(id) as ticket_id,
            whole(satisfaction_survey.score) as score,
            coalesce(
                {_SCORED.format(survey="satisfaction_survey")},
                instant(satisfaction_survey.scored_datetime)
            ) as scored_at,
            landed_at
        from landed.surveys_of_tickets
        where satisfaction_survey.id is not null
    """,
)

_KEPT = (
    Kept(
        name="tickets",
        columns=column_types("""
            id, status, channel, priority, customer, assignee_id, team_id, tags VARCHAR[],
            is_spam BOOLEAN, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, closed_at TIMESTAMPTZ,
            trashed_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at",),
        thread="id",
        persons=("customer",),
    ),
    Kept(
        name="messages",
        columns=column_types("""
            id, ticket_id, is_from_agent BOOLEAN, is_public BOOLEAN, author, is_automatic BOOLEAN,
            has_failed BOOLEAN, body_length BIGINT, sent_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("has_failed",),
        thread="ticket_id",
        persons=("author",),
    ),
    Kept(
        name="surveys",
        columns=column_types("id, ticket_id, score BIGINT, scored_at TIMESTAMPTZ"),
        key=("id",),
        newest=("scored_at",),
        thread="ticket_id",
    ),
    AGENTS,
    TEAMS,
)

_OTHERS = (_USERS, _TEAMS, _SURVEYS, _SURVEYS_INSIDE)
GORGIAS = Kind(
    name="gorgias",
    title="Gorgias",
    landings=("airbyte", "dlt", "files"),
    tables={
        "vendor": (_TICKETS, _MESSAGES, *_OTHERS),
        # A single ticket's answer holds its messages, a list of tickets does not.
        "files": (
            _TICKETS,
            replace(_MESSAGES, is_required=False, lacks="messages that no ticket's answer holds"),
            _MESSAGES_INSIDE,
            *_OTHERS,
        ),
    },
    kept=_KEPT,
    canonical=canonical,
    touched=became_agents("messages", "ticket_id"),
    leaves_out=LeavesOut(("tickets",), "team_id", "teams"),
    options=(LEAVE_OUT_GROUPS,),
)
