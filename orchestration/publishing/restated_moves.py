"""What changed records add to the parts of numbers, more or less than before.

It follows from the register, and is worked out of the rows of the facts that have changed, as they
were and as they are; what is equal takes itself away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.machine.sql import literal, quoted_list

DURATIONS = "fct_durations"

# A reply counts on the day on which it was sent, any other duration on its conversation's.
_TIMING_DATE = "case when measure = 'reply' then ended_date else thread_created_date end"


@dataclass(frozen=True)
class ChangedFacts:
    """Where the changed rows of a fact are: a query with `is_after`, by the fact's name.

    A fact that is not named is compared whole.
    """

    sources: Mapping[str, str]

    def rows(self, connection: duckdb.DuckDBPyConnection, fact: str) -> str:
        """A query of the rows that are no more (not is_after) and of those that are new."""
        if fact in self.sources:
            return self.sources[fact]
        return _differing_rows(quoted_list(_common_columns(connection, fact)), fact)


def _differing_rows(columns: str, fact: str) -> str:
    """A query of the rows that the two publications do not have alike, by a hash of each.

    Of all rows of a large inbox a database keeps hashes, but not the rows themselves.
    """
    was, now = (f"select {columns} from {side}.main.{fact}" for side in ("before", "warehouse"))
    return f"""
        with hashed as not materialized (
            select *, hash({columns}) as row_hash from (
                select false as is_after, * from ({was}) union all
                select true as is_after, * from ({now})
            )
        )

        select * exclude (row_hash) from hashed where row_hash in (
            select row_hash from hashed group by row_hash
            having count(*) filter (is_after) <> count(*) filter (not is_after)
        )
    """


def _common_columns(connection: duckdb.DuckDBPyConnection, fact: str) -> list[str]:
    rows = connection.execute(
        "select column_name from duckdb_columns() where table_name = ? and schema_name = 'main' "
        "and database_name in ('before', 'warehouse') "
        "group by column_name having count(*) = 2 order by min(column_index)",
        [fact],
    ).fetchall()
    return [name for (name,) in rows]


def find_moves(
    connection: duckdb.DuckDBPyConnection,
    names: set[str],
    numbers: Mapping[str, Any],
    kinds: Mapping[str, Any],
    facts: ChangedFacts,
) -> None:
    """Makes `moves`: what changed conversations add to parts of numbers, more or less than before.

    A quantile's are its seconds (`measured`), each once.
    """
    queries = []
    for kind, made in kinds.items():
        entries = [
            _entry(name, numbers[name])
            for name in sorted(names)
            if numbers[name].get("of") == kind and numbers[name]["kind"] == "sum"
        ]
        if entries:
            queries.append(_moves_query(facts.rows(connection, made["fact"]), made, entries))
    timings = [
        _timing_entry(name, numbers[name])
        for name in sorted(names)
        if numbers[name]["kind"] == "quantile"
    ]
    if timings:
        queries.append(_moves_query(facts.rows(connection, DURATIONS), {}, timings))
    connection.execute(
        "create or replace temp table moves as "
        "select part, day, agent_id, thread_id, measured, sum(amount) as amount "
        f"from ({' union all '.join(queries)}) as added group by all having sum(amount) <> 0"
    )


def _entry(name: str, number: Mapping[str, Any]) -> str:
    value = number.get("value", 1)
    amount = f"case when {number['where']} then {value} else 0 end" if "where" in number else value
    return _struct(name, number["day"], number["whose"], "null", amount)


def _timing_entry(name: str, number: Mapping[str, Any]) -> str:
    clock = number["clock"]
    counts = f"measure = {literal(number['measure'])} and {clock} is not null"
    return _struct(name, _TIMING_DATE, "agent_id", clock, f"case when {counts} then 1 else 0 end")


def _struct(part: str, day: str, agent: str, measured: str, amount: object) -> str:
    return (
        f"{{'part': {literal(part)}, 'day': {day}, 'agent_id': {agent}, "
        f"'measured': cast({measured} as double), 'amount': cast({amount} as bigint)}}"
    )


def _moves_query(rows: str, made: Mapping[str, Any], entries: list[str]) -> str:
    """The entries of each changed record; those of a row that is no more count against it."""
    columns = "".join(f", {sql} as {name}" for name, sql in made.get("columns", {}).items())
    return (
        "select move.part, move.day, move.agent_id, thread_id, move.measured, "
        "move.amount * case when is_after then 1 else -1 end as amount from ("
        f"select is_after, thread_id, unnest([{', '.join(entries)}]) as move "
        f"from (select *{columns} from ({rows}) as changed) as records "
        f"where {made.get('where', 'true')}) as moved "
        "where move.day is not null and move.amount <> 0"
    )


def by_period(table: str) -> str:
    """Rows of days once for each grain of a mart and once for each scope, by the period's start."""
    grains = (
        f"select * replace ({start} as day), {literal(grain)} as grain from {table}"
        for grain, start in (("day", "day"), ("month", "cast(date_trunc('month', day) as date)"))
    )
    return by_scope(
        f"select * rename (day as period_start_date) from ({' union all '.join(grains)})"
    )


def by_scope(query: str) -> str:
    """Rows once for their agent, and once for everyone."""
    return (
        f"select *, true as is_agent from ({query}) union all "
        f"select * replace (cast(null as varchar) as agent_id), false as is_agent from ({query})"
    )
