"""Help Scout: its records as its API tells them, also in pages, and what of each is kept."""

from __future__ import annotations

from ..columns import column_types
from ..model import Kept, Kind, LeavesOut, Table
from .help_scout_api import API
from .help_scout_mapping import TOUCHED, canonical
from .leaving_out import LEAVE_OUT_GROUPS
from .plain import AGENTS, TEAMS

_THREAD = column_types("""
    id, type, status, state, body, action STRUCT(type VARCHAR, associatedEntities VARCHAR),
    createdBy STRUCT(id VARCHAR, type VARCHAR), customer STRUCT(id VARCHAR), createdAt
""")
_CONVERSATION = column_types("""
    id, type, status, state, mailboxId, assignee STRUCT(id VARCHAR),
    primaryCustomer STRUCT(id VARCHAR), createdAt, closedAt, closedBy, userUpdatedAt,
    tags STRUCT(tag VARCHAR)[]
""")


def _struct(fields: dict[str, str]) -> str:
    return f"STRUCT({', '.join(f'{name} {kind}' for name, kind in fields.items())})"


def _paged(table: str, field: str, columns: dict[str, str]) -> str:
    """A CTE `reported`: the records of a table, whether they stand alone or in pages of a list."""
    alone = ", ".join(f'"{name}"' for name in columns)
    inside = ", ".join(f'record."{name}" as "{name}"' for name in columns)
    return f"""
        reported as (
            select {alone}, landed_at
            from landed.{table}
            where _embedded.{field} is null
            union all by name
            select {inside}, landed_at
            from (select unnest(_embedded.{field}) as record, landed_at from landed.{table})
        )
    """


_INSIDE = f"STRUCT(threads {_struct(_THREAD)}[])"
_PAGES = (
    f"STRUCT(conversations {_struct({**_CONVERSATION, '_embedded': _INSIDE})}[],"
    f" threads {_struct(_THREAD)}[])"
)

_CONVERSATIONS = Table(
    name="conversations",
    columns={**_CONVERSATION, "_embedded": _PAGES},
    keeps="conversations",
    select=f"""
        with {_paged("conversations", "conversations", _CONVERSATION)}

        select
            identifier(id) as id,
            lower(type) as channel,
            lower(status) as status,
            lower(state) as state,
            identifier(mailboxId) as mailbox_id,
            identifier(assignee.id) as assignee_id,
            person(primaryCustomer.id) as customer,
            instant(createdAt) as created_at,
            instant(closedAt) as closed_at,
            identifier(closedBy) as closed_by,
            greatest(instant(userUpdatedAt), instant(closedAt), instant(createdAt)) as updated_at,
            list_transform(tags, lambda tag: masked(tag.tag)) as tags,
            landed_at
        from reported
    """,
    needs=("id", "status", "created_at"),
    is_required=True,
    lacks="everything: no conversation is known",
)


def _entity(thread: str, word: str) -> str:
    """SQL for the number behind a word in what a thread's action is about."""
    return (
        f"nullif(regexp_extract({thread}.action.associatedEntities, "
        f"'(?i){word}\"?[^0-9a-z]*([0-9]+)', 1), '')"
    )


def _thread(thread: str, conversation: str) -> str:
    return f"""
            identifier({thread}.id) as id,
            identifier({conversation}) as conversation_id,
            case when {thread}.action.type = 'merged' then 'merge' else lower({thread}.type) end
                as type,
            lower({thread}.status) as status,
            lower({thread}.state) as state,
            -- No public record shows which word goes before the number: the original one's does,
            -- else any that names one.
            case when {thread}.action.type = 'merged' then coalesce(
                {_entity(thread, "originalconversation")}, {_entity(thread, "conversation[a-z]*")}
            ) end as merged_id,
            {thread}.createdBy.type as author_kind,
            person({thread}.createdBy.id) as author,
            person({thread}.customer.id) as customer,
            html_length({thread}.body) as body_length,
            instant({thread}.createdAt) as created_at,
            landed_at"""


_THREADS = Table(
    name="conversation_threads",
    other_names=("threads",),
    columns={**_THREAD, "conversation_id": "VARCHAR"},
    keeps="threads",
    select=f"""
        select {_thread("reported", "reported.conversation_id")}
        from landed.conversation_threads as reported
    """,
    is_required=True,
    lacks="messages, and so first responses",
)
_THREADS_INSIDE = Table(
    name="threads_of_conversations",
    other_names=("conversations",),
    columns=column_types(f"id, _embedded {_PAGES}"),
    keeps="threads",
    select=f"""
        with holder as (
            select id, _embedded.threads as threads, landed_at
            from landed.threads_of_conversations
            where id is not null
            union all by name
            select page.id as id, page._embedded.threads as threads, landed_at
            from (
                select unnest(_embedded.conversations) as page, landed_at
                from landed.threads_of_conversations
            )
        ),

        exploded as (select id as conversation_id, unnest(threads) as thread, landed_at from holder)

        select {_thread("thread", "conversation_id")} from exploded
    """,
)

_USER = column_types("id, firstName, lastName, updatedAt")
_USERS = Table(
    name="users",
    columns={**_USER, "_embedded": f"STRUCT(users {_struct(_USER)}[])"},
    keeps="agents",
    select=f"""
        with {_paged("users", "users", _USER)}

        select
            person(id) as id,
            identifier(id) as agent_id,
            concat_ws(' ', firstName, lastName) as name,
            null as team_id,
            true as is_active,
            instant(updatedAt) as updated_at,
            landed_at
        from reported
    """,
    lacks="the names of agents",
)

_MAILBOX = column_types("id, name, updatedAt")
_MAILBOXES = Table(
    name="mailboxes",
    columns={**_MAILBOX, "_embedded": f"STRUCT(mailboxes {_struct(_MAILBOX)}[])"},
    keeps="teams",
    select=f"""
        with {_paged("mailboxes", "mailboxes", _MAILBOX)}

        select
            identifier(id) as id, masked(name) as name, instant(updatedAt) as updated_at, landed_at
        from reported
    """,
    lacks="the names of mailboxes, which are the teams",
)

_RATINGS = Table(
    name="ratings",
    columns=column_types("""
        id, rating, conversationId, conversation STRUCT(id VARCHAR), threadId,
        user STRUCT(id VARCHAR), userId, createdAt, modifiedAt
    """),
    keeps="ratings",
    select="""
        select
            identifier(id) as id,
            coalesce(identifier(conversationId), identifier(conversation.id)) as conversation_id,
            identifier(threadId) as thread_id,
            lower(replace(replace(rating, '_', ' '), '-', ' ')) as rating,
            coalesce(identifier("user".id), identifier(userId)) as agent_id,
            instant(createdAt) as created_at,
            coalesce(instant(modifiedAt), instant(createdAt)) as updated_at,
            landed_at
        from landed.ratings
    """,
    lacks="ratings: there is no list of them but in webhooks and in the happiness report",
)

_KEPT = (
    Kept(
        name="conversations",
        columns=column_types("""
            id, channel, status, state, mailbox_id, assignee_id, customer, created_at TIMESTAMPTZ,
            closed_at TIMESTAMPTZ, closed_by, updated_at TIMESTAMPTZ, tags VARCHAR[]
        """),
        key=("id",),
        newest=("updated_at",),
        thread="id",
        persons=("customer",),
        is_state=True,
    ),
    Kept(
        name="threads",
        columns=column_types("""
            id, conversation_id, type, status, state, merged_id, author_kind, author, customer,
            body_length BIGINT, created_at TIMESTAMPTZ
        """),
        key=("id",),
        thread="conversation_id",
        persons=("author", "customer"),
        is_state=True,
    ),
    Kept(
        name="ratings",
        columns=column_types("""
            id, conversation_id, thread_id, rating, agent_id, created_at TIMESTAMPTZ,
            updated_at TIMESTAMPTZ
        """),
        key=("id",),
        newest=("updated_at",),
        thread="conversation_id",
    ),
    AGENTS,
    TEAMS,
)

_FILES = (_CONVERSATIONS, _THREADS_INSIDE, _USERS, _MAILBOXES, _RATINGS)
HELP_SCOUT = Kind(
    name="help_scout",
    title="Help Scout",
    landings=("airbyte", "dlt", "files"),
    tables={"vendor": (_CONVERSATIONS, _THREADS, _USERS, _MAILBOXES, _RATINGS), "files": _FILES},
    kept=_KEPT,
    canonical=canonical,
    touched=TOUCHED,
    api=API,
    leaves_out=LeavesOut(("conversations",), "mailbox_id", "teams"),
    options=(LEAVE_OUT_GROUPS,),
)
