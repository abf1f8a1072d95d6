"""What a database says of its published tables beside their rows.

Each question to DuckDB's catalog goes through all of its columns, and costs what copying a small
table does. So all tables of a database are asked for at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

PUBLISHED_SCHEMA = "main"


@dataclass(frozen=True)
class Column:
    """A column of a table or a view, which says nothing of what is null."""

    name: str
    kind: str
    is_nullable: bool
    comment: str | None


@dataclass(frozen=True)
class TableForm:
    """A table or a view: its statement (none of a view), its comment, its columns in order."""

    definition: str | None
    comment: str | None
    columns: list[Column] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Its columns' names."""
        return [column.name for column in self.columns]

    @property
    def day_column(self) -> str | None:
        """The first column of days that are never null: what a table's Parquet is parted by."""
        days = (one for one in self.columns if one.kind == "DATE" and not one.is_nullable)
        return next((one.name for one in days), None)


def read_forms(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, TableForm]:
    """The tables and views of the published schema of a database, in order."""
    forms = {
        name: TableForm(definition, comment)
        for name, definition, comment in connection.execute(
            "select table_name, sql, comment from duckdb_tables() "
            "where database_name = $1 and schema_name = $2 union all "
            "select view_name, null, comment from duckdb_views() "
            "where database_name = $1 and schema_name = $2 and not internal order by 1",
            [database, PUBLISHED_SCHEMA],
        ).fetchall()
    }
    for table, *told in connection.execute(
        "select table_name, column_name, data_type, is_nullable, comment from duckdb_columns() "
        "where database_name = $1 and schema_name = $2 and not internal "
        "order by table_name, column_index",
        [database, PUBLISHED_SCHEMA],
    ).fetchall():
        forms[table].columns.append(Column(*told))
    return forms
