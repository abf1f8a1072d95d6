"""The foreign keys of a publication in PostgreSQL, by which tools find how its tables join.

Belongs here: which column names which table. Does not: the tables and their own keys.
"""

from __future__ import annotations

from typing import Any

from orchestration.machine.sql import quoted

REFERENCES = {"thread_id": "fct_threads", "agent_id": "dim_agents", "team_id": "dim_teams"}
"""The table that a column names a row of; `assigned_agent_id` is an `agent_id`."""


def add_foreign_keys(cursor: Any, schema: str) -> None:
    """Ties the columns that name a conversation, an agent or a team to its table.

    Where a row names what is not there, as a rating does whose conversation has not arrived, the
    key is left unchecked (`not valid`): it tells how to join, and that a left join is needed.
    """
    cursor.execute(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = %s order by 1, 2",
        [schema],
    )
    columns = cursor.fetchall()
    tables = {table for table, _ in columns}
    for table, column in columns:
        key = next((key for key in REFERENCES if f"_{column}".endswith(f"_{key}")), None)
        if key and REFERENCES[key] in tables - {table}:
            _add_foreign_key(cursor, schema, table, column, key)


def _add_foreign_key(cursor: Any, schema: str, table: str, column: str, key: str) -> None:
    import psycopg2.errors

    statement = (
        f"alter table {schema}.{quoted(table)} add foreign key ({quoted(column)}) "
        f"references {schema}.{REFERENCES[key]} ({key})"
    )
    cursor.execute("savepoint before_reference")
    try:
        cursor.execute(statement)
    except psycopg2.errors.ForeignKeyViolation:
        cursor.execute("rollback to savepoint before_reference")
        cursor.execute(f"{statement} not valid")
    except psycopg2.errors.InvalidForeignKey:  # its texts are too long for a key
        cursor.execute("rollback to savepoint before_reference")
    cursor.execute("release savepoint before_reference")
