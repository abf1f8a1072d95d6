"""An inbox that is published again and again with threads that have moved."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publishing.publish import publish
from orchestration.publishing.record import Publication
from orchestration.publishing.restated_cells import Restating

NUMBERS: dict[str, Any] = {
    "new_threads": {
        "kind": "sum",
        "of": "threads",
        "day": "created_date",
        "whose": "assigned_agent_id",
    },
    "unique_users": {"kind": "users"},
    "open_threads": {"kind": "balance", "comes": "new_threads", "goes": "new_threads"},
}
KINDS: dict[str, Any] = {"threads": {"fact": "fct_threads"}}
# A thread is its name, the day of January on which it was created, who holds it, and its user.
Thread = tuple[str, int, str | None, str | None]
FIRST: list[Thread] = [("t1", 1, "ada", "u1"), ("t2", 1, None, "u2"), ("t3", 2, "ada", "u1")]
MOVED: list[Thread] = [*FIRST, ("t4", 1, "ben", "u3")]


class Inbox:
    """Warehouses of threads, and what is published of them in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.published = folder / "published"

    def publish(
        self,
        threads: list[Thread],
        as_of: int,
        *statements: str,
        days: dict[str, str] | None = None,
        **options: Any,
    ) -> Publication:
        """Publishes a warehouse of these threads that reaches to a day of January."""
        path = self.folder / "warehouse.duckdb"
        path.unlink(missing_ok=True)
        with closing(duckdb.connect(str(path))) as connection:
            fill(connection, threads, as_of)
            for statement in statements:
                connection.execute(statement)
        days = days or {f"2024-01-{day:02}": "landed" for day in range(1, as_of + 1)}
        restating = Restating(NUMBERS, KINDS, days, **{"keep_days": 400, **options})
        return publish(path, self.published, f"{as_of}", restating=restating)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Asks the published file."""
        path = str(self.published / "inbox.duckdb")
        with closing(duckdb.connect(path, read_only=True)) as connection:
            return connection.execute(query).fetchall()

    def cells(self, columns: str = "value_before, value_after") -> list[tuple[Any, ...]]:
        """What is logged of the inbox by day, as days of January."""
        return self.rows(
            f"select day(period_start_date), number, {columns} from fct_restatements "
            "where table_name = 'mart_inbox_daily' order by all"
        )


def fill(connection: duckdb.DuckDBPyConnection, threads: list[Thread], as_of: int) -> None:
    """The tables that the log is made of."""
    connection.execute(
        f"""
        create table dim_report as select
            date '2024-01-{as_of:02}' as as_of_date, date '2024-01-01' as covered_from,
            date '2024-01-01' as first_date, date '2024-01-02' as last_date,
            'UTC' as timezone, 'monday' as week_start;
        create table dim_dates as
            select unnest(generate_series(date '2024-01-01', date '2024-01-31', interval 1 day))
            ::date as date, false as is_missing;
        create table fct_export_days as select date '2024-01-01' as export_date, 1 as files;
        create table fct_threads (
            thread_id varchar, created_date date, assigned_agent_id varchar, user_id varchar
        );
        create table fct_messages (
            thread_id varchar, sent_date date, assigned_agent_id varchar, user_id varchar,
            is_counted boolean
        );
        """
    )
    for thread, day, agent, user in threads:
        connection.execute(
            "insert into fct_threads values (?, ?, ?, ?)",
            [thread, f"2024-01-{day:02}", agent, user],
        )
    connection.execute(
        """
        create table fct_user_days as select *, null::date as previous_active_date from (
            select distinct created_date as active_date, user_id from fct_threads
            where user_id is not null);
        create table fct_agent_user_days as
            select distinct created_date as active_date, assigned_agent_id as agent_id, user_id
            from fct_threads where user_id is not null;
        """
    )
    for grain, ending in (("day", "daily"), ("month", "monthly")):
        for scope, agent in (("inbox", ""), ("agents", "assigned_agent_id as agent_id, ")):
            connection.execute(
                f"""
                create table mart_{scope}_{ending} as select
                    date_trunc('{grain}', created_date)::date as period_start_date, {agent}
                    (date_trunc('{grain}', created_date) + interval 1 {grain}
                        - interval 1 day)::date as period_end_date,
                    count(*) as new_threads, count(distinct user_id) as unique_users,
                    0::bigint as open_threads
                from fct_threads group by all
                """
            )
