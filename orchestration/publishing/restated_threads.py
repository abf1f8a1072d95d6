"""The conversations behind a restatement: whose part of a number is not what it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.publishing.restated_moves import ChangedFacts, by_period, by_scope, find_moves
from orchestration.publishing.restated_users import (
    find_activities,
    pair_new_users,
    pair_unique_users,
)

_VERSIONED = ("threads", "messages", "ratings", "thread_events")
"""The records of a conversation, of which the warehouse keeps every version with its day."""


def find_threads(
    connection: duckdb.DuckDBPyConnection,
    numbers: Mapping[str, Any],
    kinds: Mapping[str, Any],
    facts: ChangedFacts,
    days: Mapping[str, str],
    days_before: Mapping[str, str],
) -> None:
    """Makes the temporary table `restated_cell_threads` of the one of `restated_cells`.

    numbers, kinds: the register. days, days_before: what landed of each export day, now and in the
    publication in place.
    """
    connection.execute(
        "create or replace temp table restated_pairs (table_name varchar, period_start_date date, "
        "agent_id varchar, number varchar, thread_id varchar)"
    )
    rows = connection.execute("select distinct number from restated_cells").fetchall()
    restated = {name: numbers[name] for (name,) in rows}
    parts = [part for name, number in restated.items() for part in _parts(name, number)]
    if parts:
        find_moves(connection, {part.name for part in parts}, numbers, kinds, facts)
        _pair(connection, parts)
    if any(number["kind"] == "users" for number in restated.values()):
        find_activities(connection, facts)
        pair_unique_users(connection)
        pair_new_users(connection)
    _tell_days(connection, days, days_before)


@dataclass(frozen=True)
class _Part:
    """What a number is made of: a sum or a quantile of the register, as it comes in or goes."""

    number: str
    name: str
    group: str
    factor: int = 1
    is_balance: bool = False


def _parts(name: str, number: Mapping[str, Any]) -> list[_Part]:
    match number["kind"]:
        case "ratio":
            return [_Part(name, part, part) for part in (number["over"], number["under"])]
        case "balance":
            return [
                _Part(name, number["comes"], name, 1, is_balance=True),
                _Part(name, number["goes"], name, -1, is_balance=True),
            ]
        case "sum" | "quantile":
            return [_Part(name, name, name)]
    return []


def _pair(connection: duckdb.DuckDBPyConnection, parts: list[_Part]) -> None:
    """Cells with the conversations whose part of them is another one."""
    _keep_parts(connection, parts)
    connection.execute(
        f"""
        insert into restated_pairs
        select distinct table_name, period_start_date, agent_id, number, thread_id from (
            {
            _pair_query(
                "not parts.is_balance and cells.grain = moved.grain "
                "and cells.period_start_date = moved.period_start_date",
                f"({by_period('moves')})",
            )
        }
            union all
            {
            _pair_query(
                "parts.is_balance and moved.day <= cells.period_end_date",
                f"({by_scope('from moves')})",
            )
        }
        ) as pairs
        """
    )


def _keep_parts(connection: duckdb.DuckDBPyConnection, parts: list[_Part]) -> None:
    connection.execute(
        "create or replace temp table parts (number varchar, part varchar, part_group varchar, "
        "factor bigint, is_balance boolean)"
    )
    connection.executemany(
        "insert into parts values (?, ?, ?, ?, ?)",
        [[p.number, p.name, p.group, p.factor, p.is_balance] for p in parts],
    )


def _pair_query(condition: str, moved: str) -> str:
    return f"""
        select
            cells.table_name, cells.period_start_date, cells.agent_id, cells.number,
            parts.part_group, moved.thread_id, moved.measured
        from restated_cells as cells
        inner join parts on cells.number = parts.number
        inner join {moved} as moved
            on parts.part = moved.part and cells.is_agent = moved.is_agent
            and cells.agent_id is not distinct from moved.agent_id and {condition}
        group by all
        having sum(moved.amount * parts.factor) <> 0
    """


def _tell_days(
    connection: duckdb.DuckDBPyConnection, days: Mapping[str, str], days_before: Mapping[str, str]
) -> None:
    """Makes `restated_cell_threads`: the pairs with the export days that brought the change.

    These are the new or changed days that have a record of the conversation which stands. Where
    none has, a record went with a day that was replaced or taken out.
    """
    _keep_changed_days(connection, days, days_before)
    connection.execute(
        f"""
        create or replace temp table restated_cell_threads as
        with brought as ({" union ".join(_record_days(connection))})
        select pairs.*, brought.export_date
        from restated_pairs as pairs
        inner join brought using (thread_id)
        union all
        select pairs.*, changed_days.day
        from restated_pairs as pairs
        left join changed_days on not changed_days.is_there
        where pairs.thread_id not in (select thread_id from brought)
        """
    )


def _keep_changed_days(
    connection: duckdb.DuckDBPyConnection, days: Mapping[str, str], days_before: Mapping[str, str]
) -> None:
    """Makes `changed_days`: days that are new or other ones, and such as were there otherwise."""
    connection.execute(
        "create or replace temp table changed_days as "
        "select unnest(?::date[]) as day, true as is_there union all "
        "select unnest(?::date[]), false",
        [
            [day for day, landed in days.items() if days_before.get(day) != landed],
            [day for day, landed in days_before.items() if days.get(day) != landed],
        ],
    )
    if not days_before:  # it is not on record: by the counts that were published
        now, was = ("from warehouse.main.fct_export_days", "from before.main.fct_export_days")
        connection.execute(
            "create or replace temp table changed_days as "
            f"select export_date as day, true as is_there from ({now} except {was}) "
            f"union all select export_date, false from ({was} except {now})"
        )


def _record_days(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Queries of the changed export days that have a latest record of a restated conversation.

    A warehouse that is another engine's does not have the records here: then all changed days.
    """
    here = connection.execute(
        "select count(*) from duckdb_tables() where database_name = 'warehouse' and "
        "schema_name = 'intermediate' and table_name like 'int_%_versioned'"
    ).fetchall()
    if not here[0][0]:
        yield (
            "select distinct thread_id, day as export_date from restated_pairs "
            "cross join changed_days where is_there"
        )
        return
    for kind in _VERSIONED:
        yield (
            f"select thread_id, export_date from warehouse.intermediate.int_{kind}_versioned "
            "where is_latest and thread_id in (select thread_id from restated_pairs) "
            "and export_date in (select day from changed_days where is_there)"
        )
