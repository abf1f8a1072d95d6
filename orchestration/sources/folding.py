"""Kept records to rows of our entities: what all kinds share.

Threads that an import touched are folded whole, from all that is kept of them: closings follow from
the status history, an opening message is made where none was brought, and what the fold of the
earlier records gave and this one does not is told as gone. So the end state is a function of the
set of kept records.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from orchestration.machine.sql import quoted

from .keeping import newest_first
from .leaving import find_left_out
from .model import CANONICAL, Canonical, Kept, Kind

KEYS = {"threads": "thread_id", "messages": "message_id", "ratings": "rating_id"}
"""Entities whose rows can be told as gone."""

_SECONDS_OF_OPENING = 2


def find_touched(connection: duckdb.DuckDBPyConnection, kind: Kind, is_whole: bool) -> None:
    """Table `touched`: the threads to be folded. is_whole: all that are known."""
    schema = "kept" if is_whole else "new"
    streams = [kept for kept in kind.kept if kept.thread is not None]
    if not streams:
        return
    of_records = " union ".join(
        f"select {quoted(str(kept.thread))} as thread_id from {schema}.{quoted(kept.name)}"
        for kept in streams
    )
    connection.execute(
        f"create or replace temp table touched as select thread_id from ({of_records})"
        " where thread_id is not null"
    )
    if kind.touched is not None and not is_whole:
        connection.execute(
            f"insert into touched select thread_id from ({kind.touched})"
            " where thread_id is not null and thread_id not in (select thread_id from touched)"
        )


def fold(
    connection: duckdb.DuckDBPyConnection,
    kind: Kind,
    canonical: Canonical,
    target: str,
    source: str,
    is_whole: bool,
    left_out: Sequence[str] = (),
) -> None:
    """Schema `target`: a table an entity, of the touched threads, from the records in `source`.

    source: schema `kept` or `before`. is_whole: every thread is touched. left_out: groups whose
    conversations do not count.
    """
    records = f"{target}_records"
    leaves_out = find_left_out(connection, kind, left_out, source)
    for schema in (records, target):
        connection.execute(f"create schema if not exists {schema}")
    for kept in kind.kept:
        _make_records(connection, kept, records, source, is_whole, leaves_out)
    connection.execute(f"set search_path = '{records},main'")
    if canonical.prepare is not None:
        canonical.prepare(connection)
    for relation in CANONICAL:
        select = _canonical(relation, getattr(canonical, relation))
        name = "reported_threads" if relation == "threads" else relation
        connection.execute(f"create or replace table {target}.{name} as {select}")
    connection.execute(f"set search_path = '{target},main'")
    connection.execute(f"create or replace table {target}.threads as {_THREADS}")
    connection.execute(f"insert into {target}.messages by name {_OPENINGS}")
    connection.execute("set search_path = 'main'")


def tell_what_is_gone(connection: duckdb.DuckDBPyConnection, now: str, before: str) -> int:
    """Add rows to `now` for what `before` has and it has not, as gone; their count."""
    gone = 0
    for entity, key in KEYS.items():
        row = connection.execute(
            f"""
            insert into {now}.{entity} by name
            select * replace (coalesce(deleted_at, updated_at) as deleted_at)
            from {before}.{entity}
            where {key} not in (select {key} from {now}.{entity} where {key} is not null)
            """
        ).fetchone()
        gone += 0 if row is None else int(row[0])
    return gone


def drop_what_stands(
    connection: duckdb.DuckDBPyConnection, kind: Kind, now: str, before: str
) -> None:
    """What is folded whole each time is told only where it has changed."""
    has_threads = any(kept.thread is not None for kept in kind.kept)
    for entity in ("agents", "teams") if has_threads else (*KEYS, "events", "agents", "teams"):
        connection.execute(
            f"create or replace table {now}.{entity} as"
            f" select * from {now}.{entity} except select * from {before}.{entity}"
        )


def _make_records(
    connection: duckdb.DuckDBPyConnection,
    kept: Kept,
    schema: str,
    source: str,
    is_whole: bool,
    leaves_out: bool,
) -> None:
    """A view or table of one stream: the touched threads' records, each in its newest version."""
    name = f"{schema}.{quoted(kept.name)}"
    select = f"select * from {source}.{quoted(kept.name)}"
    if kept.thread is not None and leaves_out:
        select += (
            f" where {quoted(kept.thread)} not in (select thread_id from left_out)"
            f" or {quoted(kept.thread)} is null"
        )
    if kept.thread is not None and not is_whole:
        touched = f"{quoted(kept.thread)} in (select thread_id from touched)"
        raw = f"{schema}.{quoted('all_' + kept.name)}"
        connection.execute(
            f"create or replace table {raw} as select * from ({select}) where {touched}"
        )
        select = f"select * from {raw}"
    key = ", ".join(quoted(column) for column in kept.key)
    repeated = f"select {key} from ({select}) group by {key} having count(*) > 1"
    if connection.execute(f"{repeated} limit 1").fetchone() is not None:
        select = (
            f"{select} qualify row_number() over"
            f" (partition by {key} order by {newest_first(kept)}) = 1"
        )
        connection.execute(f"create or replace table {name} as {select}")
    else:
        connection.execute(f"create or replace view {name} as {select}")


def _canonical(relation: str, select: str | None) -> str:
    """A kind's relation with all columns, in their types."""
    columns = CANONICAL[relation]
    typed = ", ".join(f"null::{kind} as {quoted(name)}" for name, kind in columns.items())
    if select is None:
        return f"select {typed} where false"
    cast = ", ".join(f"{quoted(name)}::{kind} as {quoted(name)}" for name, kind in columns.items())
    # The first branch names and orders the columns; those that the kind leaves out are null.
    return (
        f"with reported as ({select}) select {cast} from (select {typed} where false"
        " union all by name select * from reported)"
    )


# Closing is what crosses into closed, reopening what crosses out of it: solved and later closed is
# one closing. Before its first event a thread is open.
_THREADS = """
    with change as (
        select
            thread_id,
            occurred_at,
            value,
            case when actor_type = 'agent' then actor_id end as agent_id,
            row_number() over thread_history as place,
            lag(value, 1, 'open') over thread_history as value_before
        from events
        where type = 'status' and value is not null and occurred_at is not null
        window thread_history as (
            partition by thread_id order by occurred_at, sequence, event_id
        )
    ),

    place as (
        select
            thread_id,
            min(occurred_at)
                filter (where value = 'closed' and value_before <> 'closed') as first_closed_at,
            max(place) filter (where value = 'closed' and value_before <> 'closed') as closing,
            max(place) as last,
            count(*) filter (where value <> 'closed' and value_before = 'closed') as reopen_count
        from change
        group by thread_id
    ),

    history as (
        select
            place.*,
            closing.occurred_at as last_closed_at,
            closing.agent_id as last_closed_by,
            latest.value as last_value,
            latest.occurred_at as last_at
        from place
        inner join change as latest
            on place.thread_id = latest.thread_id and place.last = latest.place
        left join change as closing
            on place.thread_id = closing.thread_id and place.closing = closing.place
    ),

    current_states as (
        select
            thread.*,
            history.first_closed_at as history_first_closed_at,
            history.last_closed_at,
            history.last_closed_by,
            history.reopen_count as history_reopen_count,
            history.last_value,
            -- A change that is later than the record's own version came without the record.
            case
                when history.last_at > thread.updated_at then history.last_value
                else thread.status
            end as status_now,
            greatest(thread.updated_at, history.last_at) as version_at
        from reported_threads as thread
        left join history on thread.thread_id = history.thread_id
    ),

    closed as (
        select
            *,
            case
                when status_now <> 'closed' then null
                when last_value = 'closed' then last_closed_at
                else closed_at
            end as reported_closed_at
        from current_states
    )

    select
        thread_id,
        created_at,
        version_at as updated_at,
        status_now as status,
        user_id,
        channel,
        assigned_agent_id,
        team_id,
        priority,
        case
            when status_now = 'closed' then coalesce(reported_closed_at, version_at)
        end as closed_at,
        coalesce(
            history_first_closed_at,
            first_closed_at,
            case when status_now = 'closed' and reopen_count = 0 then reported_closed_at end
        ) as first_closed_at,
        case
            when status_now <> 'closed' then null
            when last_value = 'closed' then last_closed_by
            else closed_by_agent_id
        end as closed_by_agent_id,
        coalesce(history_reopen_count, reopen_count) as reopen_count,
        coalesce(list_sort(list_distinct(labels)), []) as labels,
        deleted_at,
        case when deleted_at is not null then merged_into_thread_id end as merged_into_thread_id,
        status_now = 'closed' and reported_closed_at is null as is_closing_assumed
    from closed
"""

_OPENINGS = f"""
    with opened as (
        select distinct message.thread_id
        from messages as message
        inner join reported_threads as thread on message.thread_id = thread.thread_id
        where abs(epoch_us(message.sent_at) - epoch_us(thread.created_at))
            <= {_SECONDS_OF_OPENING} * 1000000
    )

    select
        opening_id as message_id,
        thread_id,
        created_at as sent_at,
        opening_author_type as author_type,
        opening_author_id as author_id,
        opening_is_private as is_private,
        opening_length as body_length,
        created_at as updated_at
    from reported_threads
    where opening_length is not null
        and created_at is not null
        and thread_id not in (select thread_id from opened)
"""

SQL = [_THREADS, _OPENINGS]
"""What a fold is made of: where it changes, the same records give other rows."""
