"""The cells that were complete as published, and have another value now.

Belongs here: comparing the marts of a publication with those of the one in place. Does not: which
threads are behind a cell (`restated_threads`), and keeping the log (`restatements`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.machine.sql import literal, quoted
from orchestration.publishing.restated_moves import ChangedFacts
from orchestration.publishing.restated_threads import find_threads

logger = logging.getLogger("inbox.publication")


@dataclass(frozen=True)
class Mart:
    """A mart whose cells are logged: its grain, and whose its rows are (a scope)."""

    grain: str
    scope: str


MARTS = {
    "mart_inbox_daily": Mart("day", "inbox"),
    "mart_agents_daily": Mart("day", "agent"),
    "mart_inbox_monthly": Mart("month", "inbox"),
    "mart_agents_monthly": Mart("month", "agent"),
}
"""The tables whose cells are logged; the others say the same by week, year, channel or team."""

COUNTS = frozenset({"sum", "users", "balance"})
"""Kinds of numbers that are 0 where a row is not there; any other is null."""

AT_PERIOD_END = frozenset({"balance", "age"})
"""Kinds of numbers that are told at a period's end: of months alone, or a day would move each."""

# What another engine may differ by, in the last bits: no value has moved by that.
CLOSE = 1e-12


@dataclass(frozen=True)
class Restating:
    """What the log needs to know besides the two databases.

    numbers, kinds: the register, and what its sums are made of. days: what landed of each export
    day, by its ISO date. keep_days: how long a row is kept. is_erasure: users have been erased;
    then no conversation is named as one that had a user who is gone.
    """

    numbers: Mapping[str, Any]
    kinds: Mapping[str, Any]
    days: Mapping[str, str]
    keep_days: int
    is_erasure: bool = False

    def shown(self, mart: Mart) -> dict[str, Any]:
        """The numbers of a mart that are logged, in the order of its columns."""
        return {
            name: number
            for name, number in self.numbers.items()
            if number["kind"] != "days"
            and mart.scope in number.get("only_in", [mart.scope])
            and (mart.grain == "month" or number["kind"] not in AT_PERIOD_END)
        }


def find_restatements(
    connection: duckdb.DuckDBPyConnection,
    restating: Restating,
    facts: ChangedFacts,
    days_before: Mapping[str, str],
) -> None:
    """Makes the temporary tables `restated_cells` and `restated_cell_threads`.

    The publication in place is attached as `before`. Where its days are those of another zone,
    none of its cells is one of this publication's.
    """
    marts = {table: _shown_in_both(connection, table, restating) for table in MARTS}
    if not _is_comparable(connection) or not any(marts.values()):
        marts = {}
    cells = "\nunion all\n".join(
        _cells(table, numbers) for table, numbers in marts.items() if numbers
    )
    connection.execute(f"create or replace temp table restated_cells as {cells or _NO_CELLS}")
    try:
        find_threads(
            connection, restating.numbers, restating.kinds, facts, restating.days, days_before
        )
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        # An older version published other facts.
        logger.warning(
            "The facts of the publication in place are others (%s): what was restated is logged "
            "without the threads behind it",
            str(error).splitlines()[0],
        )
        connection.execute(
            f"create or replace temp table restated_cell_threads as from ({NO_THREADS})"
        )


NO_THREADS = (
    "select table_name, period_start_date, agent_id, number, null::varchar as thread_id, "
    "null::date as export_date from restated_cells where false"
)

_NO_CELLS = (
    "select null::varchar as table_name, null::varchar as grain, false as is_agent, null::date as "
    "period_start_date, null::date as period_end_date, null::varchar as agent_id, null::varchar as "
    "number, null::double as value_before, null::double as value_after where false"
)


def _is_comparable(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether both publications have the same days, and say which of them are complete."""
    needed = {("dim_report", "covered_from"), ("dim_dates", "is_missing")}
    if not all(name in columns_of(connection, "before", table) for table, name in needed):
        return False
    found = connection.execute(
        "select before.timezone = now.timezone from before.main.dim_report as before "
        "cross join warehouse.main.dim_report as now"
    ).fetchall()
    return bool(found and found[0][0])


def _shown_in_both(
    connection: duckdb.DuckDBPyConnection, table: str, restating: Restating
) -> dict[str, Any]:
    """The logged numbers of a mart that both publications have."""
    both = columns_of(connection, "before", table) & columns_of(connection, "warehouse", table)
    return {name: n for name, n in restating.shown(MARTS[table]).items() if name in both}


def columns_of(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> set[str]:
    """The columns of a published table in one of the databases; none where it is not there."""
    rows = connection.execute(
        "select column_name from duckdb_columns() "
        "where database_name = ? and schema_name = 'main' and table_name = ?",
        [database, table],
    ).fetchall()
    return {name for (name,) in rows}


def _cells(table: str, numbers: Mapping[str, Any]) -> str:
    """A row a cell of a mart that was complete and has another value now."""
    mart = MARTS[table]
    agent = "agent_id" if mart.scope == "agent" else "null::varchar"
    keys = f"period_start_date, period_end_date, {agent} as agent_id"
    values = ", ".join(
        f"{{'number': {literal(name)}, 'value_before': {_value('was', name, number)}, "
        f"'value_after': {_value('now', name, number)}}}"
        for name, number in numbers.items()
    )
    was, now = (", ".join(f"{side}.{quoted(name)}" for name in numbers) for side in ("was", "now"))
    columns = ", ".join(map(quoted, numbers))
    return f"""
        select
            {literal(table)} as table_name, {literal(mart.grain)} as grain,
            {mart.scope == "agent"} as is_agent, period_start_date, period_end_date, agent_id,
            cell.number, cell.value_before, cell.value_after
        from (
            select
                coalesce(was.period_start_date, now.period_start_date) as period_start_date,
                coalesce(was.period_end_date, now.period_end_date) as period_end_date,
                coalesce(was.agent_id, now.agent_id) as agent_id,
                unnest([{values}]) as cell
            from (select {keys}, {columns} from before.main.{quoted(table)}) as was
            full join (select {keys}, {columns} from warehouse.main.{quoted(table)}) as now
                on was.period_start_date = now.period_start_date
                and was.agent_id is not distinct from now.agent_id
            where row({was}) is distinct from row({now})
        ) as cells
        cross join before.main.dim_report as report
        where {_is_another("cell.value_before", "cell.value_after")}
            and period_end_date <= report.as_of_date
            and period_start_date >= report.covered_from
            and not exists (
                select 1 from before.main.dim_dates as dates
                where dates.is_missing and dates.date between period_start_date and period_end_date
            )
    """


def _value(side: str, name: str, number: Mapping[str, Any]) -> str:
    value = f"{side}.{quoted(name)}"
    return f"cast(coalesce({value}, 0) as double)" if number["kind"] in COUNTS else value


def _is_another(before: str, after: str) -> str:
    return (
        f"{before} is distinct from {after} and coalesce(abs({before} - {after}) > "
        f"{CLOSE!r} * greatest(abs({before}), abs({after})), true)"
    )
