"""The log of restatements, from one publication to the next.

Its rows are in the file that is renamed into place, so they are there with a publication or not at
all. Belongs here: carrying it over, what is added, what goes. Does not: which cells have another
value (`restated_cells`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from orchestration.machine.sql import literal
from orchestration.publishing.restated_cells import Restating, columns_of
from orchestration.publishing.restatement_tables import LOG_TABLES, create_log

logger = logging.getLogger("inbox.publication")


def attach_previous(connection: duckdb.DuckDBPyConnection, database: Path) -> bool:
    """Attaches the publication in place as `before`; False where there is none that can be read."""
    if not database.exists():
        return False
    try:
        connection.execute(f"attach {literal(database)} as before (read_only)")
        connection.execute("select count(*) from before.main.dim_report")
    except duckdb.Error as error:
        logger.warning(
            "The publication in place cannot be read (%s): what moved since it is not known, and "
            "its log of restatements ends with it",
            type(error).__name__,
        )
        return False
    return True


@dataclass(frozen=True)
class Brought:
    """What became of the log: its rows by table, the rows that this publication added."""

    rows: dict[str, int]
    added: int
    is_changed: bool


def bring_log(
    connection: duckdb.DuckDBPyConnection,
    restating: Restating,
    publication_id: str,
    published_at: datetime,
    *,
    has_previous: bool,
) -> Brought:
    """Brings the log in the copy to this publication's.

    Where the copy began empty, the log is carried over from the publication in place.
    """
    is_new = create_log(connection)
    changed = is_new
    if is_new and has_previous:
        for table in LOG_TABLES:
            if columns_of(connection, "before", table):
                connection.execute(f"insert into {table} by name from before.main.{table}")
    if restating.is_erasure:
        users = [name for name, number in restating.numbers.items() if number["kind"] == "users"]
        changed |= _forget_users(connection, users)
    changed |= _forget_old(connection, published_at - timedelta(days=restating.keep_days))
    added = _add_rows(connection, publication_id, published_at) if has_previous else 0
    return Brought(
        rows={table: _count(connection, f"select count(*) from {table}") for table in LOG_TABLES},
        added=added,
        is_changed=changed or added > 0,
    )


def _forget_old(connection: duckdb.DuckDBPyConnection, oldest: datetime) -> bool:
    old = "select distinct publication_id from fct_restatements where published_at < ?"
    connection.execute(f"delete from restated_threads where publication_id in ({old})", [oldest])
    return _count(connection, "delete from fct_restatements where published_at < ?", oldest) > 0


def _forget_users(connection: duckdb.DuckDBPyConnection, numbers: Iterable[str]) -> bool:
    """Takes away which conversations were told to have brought or lost a user.

    Who was erased could else be put together again from the conversations that moved with them.
    """
    names = ", ".join(map(literal, numbers))
    connection.execute(f"delete from restated_cell_threads where number in ({names})")
    return _count(connection, f"delete from restated_threads where number in ({names})") > 0


def _add_rows(
    connection: duckdb.DuckDBPyConnection, publication_id: str, published_at: datetime
) -> int:
    """Adds what this publication restates; how many cells."""
    added = _count(
        connection,
        """
        insert into fct_restatements
        select
            ?, ?, was.as_of_date, now.as_of_date, cells.table_name, cells.period_start_date,
            cells.agent_id, cells.number, cells.value_before, cells.value_after,
            coalesce(behind.threads_changed, 0)
        from restated_cells as cells
        cross join before.main.dim_report as was
        cross join warehouse.main.dim_report as now
        left join (
            select
                table_name, period_start_date, agent_id, number,
                count(distinct thread_id) as threads_changed
            from restated_cell_threads
            group by all
        ) as behind
            on cells.table_name = behind.table_name and cells.number = behind.number
            and cells.period_start_date = behind.period_start_date
            and cells.agent_id is not distinct from behind.agent_id
        order by all
        """,
        publication_id,
        published_at,
    )
    connection.execute(
        """
        insert into restated_threads
        select
            ?, table_name, period_start_date, agent_id, number, thread_id, export_date
        from restated_cell_threads
        order by all
        """,
        [publication_id],
    )
    return added


def _count(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> int:
    """The one number that a query gives, such as how many rows it has changed."""
    rows = connection.execute(query, list(parameters)).fetchall()
    return int(rows[0][0])
