"""The two tables of the log of restatements: their columns, what each means, and their keys."""

from __future__ import annotations

import duckdb

from orchestration.machine.sql import literal, quoted

_CELL = {
    "table_name": ("varchar not null", "The mart of the cell."),
    "period_start_date": ("date not null", "First day of the period of the cell."),
    "agent_id": ("varchar", "Of an agents' mart: whose cell it is; null there is nobody's."),
    "number": ("varchar not null", "The mart's column."),
}

LOG_TABLES = {
    "fct_restatements": {
        "publication_id": ("varchar not null", "The publication that brought the other value."),
        "published_at": ("timestamp with time zone not null", "When it was made."),
        "as_of_date_before": ("date not null", "Until when the data reached in the one before it."),
        "as_of_date_after": ("date not null", "Until when the data reach in this one."),
        **_CELL,
        "value_before": ("double", "The value that readers had. A count of no row is 0."),
        "value_after": ("double", "The value of this publication."),
        "threads_changed": ("bigint not null", "How many conversations changed the value."),
    },
    "restated_threads": {
        "publication_id": ("varchar not null", "As in fct_restatements."),
        **_CELL,
        "thread_id": ("varchar not null", "A conversation that changed the value."),
        "export_date": (
            "date",
            "An export day, new or changed since, that brought the change; null where none did, "
            "but a setting.",
        ),
    },
}
"""By table and column: type and description."""

DESCRIPTIONS = {
    "fct_restatements": "One row per publication and cell of mart_inbox_daily, mart_agents_daily "
    "or their monthly pair that was complete in the publication before and has another value in "
    "it. A log of this warehouse's own publications, kept for INBOX_RESTATEMENT_DAYS: no function "
    "of the files alone.",
    "restated_threads": "One row per row of fct_restatements, conversation that changed the value, "
    "and export day that brought the change. A log of this warehouse's own publications.",
}

LOG_KEYS = {
    "fct_restatements": [
        "publication_id",
        "table_name",
        "period_start_date",
        "agent_id",
        "number",
    ],
    "restated_threads": [
        "publication_id",
        "table_name",
        "period_start_date",
        "agent_id",
        "number",
        "thread_id",
        "export_date",
    ],
}
"""The columns that are unique together."""


def create_log(connection: duckdb.DuckDBPyConnection) -> bool:
    """Makes the tables in the database in use where they are not there; whether they were not."""
    present = connection.execute(
        "select count(*) from duckdb_tables() "
        "where database_name = current_database() and table_name in ?",
        [list(LOG_TABLES)],
    ).fetchall()
    if int(present[0][0]) == len(LOG_TABLES):
        return False
    for table, columns in LOG_TABLES.items():
        definitions = ", ".join(f"{quoted(name)} {kind}" for name, (kind, _) in columns.items())
        connection.execute(f"create or replace table {table} ({definitions})")
        connection.execute(f"comment on table {table} is {literal(DESCRIPTIONS[table])}")
        for name, (_, description) in columns.items():
            connection.execute(
                f"comment on column {table}.{quoted(name)} is {literal(description)}"
            )
    return True
