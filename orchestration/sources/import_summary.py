"""The summary of an import: its counts, what it covers, and threads as they would come out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from orchestration.machine import zones

from .keeping import SourceState
from .model import Canonical

COUNTS = {
    "threads without opening message": """
        select count(*)
        from threads
        where deleted_at is null and thread_id not in (select thread_id from opened_threads)
    """,
    "openings made from the thread": """
        select count(*) from messages where message_id in (select opening_id from reported_threads)
    """,
    "closings assumed": "select count(*) from threads where is_closing_assumed",
    "bot messages": "select count(*) from messages where author_type = 'bot'",
    "threads gone": "select count(*) from threads where deleted_at is not null",
    "ratings withdrawn": "select count(*) from ratings where deleted_at is not null",
}
"""What the fold itself counts, over the schema that it made."""


def note_openings(connection: duckdb.DuckDBPyConnection) -> None:
    """Note which threads have an opening, while messages that have not changed are still there."""
    connection.execute(
        """
        create or replace table now.opened_threads as
        select distinct message.thread_id
        from now.messages as message
        inner join now.threads as thread on message.thread_id = thread.thread_id
        where abs(epoch_us(message.sent_at) - epoch_us(thread.created_at)) <= 2000000
        """
    )


def counts_of(connection: duckdb.DuckDBPyConnection, canonical: Canonical) -> dict[str, int]:
    """The counts of an import besides its rows: the fold's own and those of the kind."""
    counts = {}
    for schema, selects in (("now", COUNTS), ("now_records", canonical.counts)):
        connection.execute(f"set search_path = '{schema},main'")
        for name, select in selects.items():
            row = connection.execute(select).fetchone()
            counts[name] = 0 if row is None or row[0] is None else int(row[0])
    connection.execute("set search_path = 'main'")
    return counts


def oldest_day(connection: duckdb.DuckDBPyConnection, timezone: str) -> date | None:
    """The day of the oldest thread: from it on a first fill covers."""
    row = connection.execute("select epoch_us(min(created_at)) from now.threads").fetchone()
    if row is None or row[0] is None:
        return None
    return zones.local_date(datetime.fromtimestamp(row[0] / 1e6, UTC), timezone)


def covered_from(
    connection: duckdb.DuckDBPyConnection,
    state: SourceState,
    options: Mapping[str, Any],
    timezone: str,
) -> date | None:
    """The day from which on all is there: that of the oldest record, or since when was fetched."""
    if state.covered_from is not None and not state.is_filling:
        return state.covered_from
    oldest = oldest_day(connection, timezone)
    since = options.get("since")
    if oldest is not None and since:
        oldest = max(oldest, date.fromisoformat(since))
    days = [day for day in (state.covered_from, oldest) if day is not None]
    return min(days, default=None)


def newest_threads(connection: duckdb.DuckDBPyConnection, count: int) -> list[dict[str, Any]]:
    """The newest threads, with how many messages of whom they have."""
    if not count:
        return []
    found = connection.execute(
        f"""
        select
            thread_id, created_at::varchar as created_at, status, channel,
            assigned_agent_id, closed_at::varchar as closed_at, labels,
            (select count(*) from now.messages as m
             where m.thread_id = t.thread_id and m.author_type = 'user') as user_messages,
            (select count(*) from now.messages as m
             where m.thread_id = t.thread_id and m.author_type = 'agent') as agent_messages,
            (select max(score) from now.ratings as r where r.thread_id = t.thread_id) as score,
            deleted_at::varchar as deleted_at
        from now.threads as t
        order by created_at desc nulls last, thread_id
        limit {count}
        """
    )
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
