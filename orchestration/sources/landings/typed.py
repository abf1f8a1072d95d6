"""Original records of a typed table: its own columns, JSON in a column, lists in child tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import duckdb

from orchestration.machine.sql import quoted

from ..model import Table
from .columns import from_json, original_column, original_columns
from .layout import Layout

ChildScan = Callable[[str], str | None]
"""SQL to read a table of the landing by its name, for a `from`; None where it is not there."""


def typed_relation(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    scan: str,
    layout: Layout,
    child: ChildScan = lambda name: None,
    there: Mapping[str, str] | None = None,
) -> str:
    """The original records of a typed table.

    child: of the landing, for lists taken apart. there: its columns, where they are known.
    """
    there = described(connection, scan) if there is None else there
    stamp = _stamp(layout, there)
    if layout.raw_column and layout.raw_column in there:
        fields = ", ".join(f"{quoted(name)} {kind}" for name, kind in table.columns.items())
        data = from_json(f"{quoted(layout.raw_column)}::varchar", f"STRUCT({fields})")
        names = ", ".join(f"data.{quoted(name)} as {quoted(name)}" for name in table.columns)
        inner = f"select {data} as data, {stamp} as landed_at from {scan}"
        return f"select {names}, landed_at from ({inner})"
    joins: list[str] = []

    def list_of(name: str, wanted: str) -> str | None:
        children = child(f"{table.name}__{name}") if wanted.endswith("[]") else None
        if children is None:
            return None
        alias = f"list_of_{name}"
        entry = _entry(wanted.removesuffix("[]"), described(connection, children))
        joins.append(
            f" left join (select _dlt_parent_id, list({entry} order by _dlt_list_idx::bigint)"
            f" as entries from {children} group by all) as {quoted(alias)}"
            f" on {quoted(alias)}._dlt_parent_id = parent._dlt_id"
        )
        return f"{quoted(alias)}.entries"

    columns = original_columns(table.columns, there, list_of)
    return f"select {columns}, {stamp} as landed_at from {scan} as parent{''.join(joins)}"


def described(connection: duckdb.DuckDBPyConnection, scan: str) -> dict[str, str]:
    """Names and types of what can be read."""
    rows = connection.execute(f"describe select * from {scan}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def _entry(wanted: str, there: Mapping[str, str]) -> str:
    kind = duckdb.sqltype(wanted)
    if kind.id != "struct":
        return original_column("value", wanted, there) or f"null::{wanted}"
    fields = ", ".join(
        f"{quoted(field)} := {original_column(field, str(of_type), there) or 'null'}"
        for field, of_type in kind.children
    )
    return f"struct_pack({fields})::{wanted}"


def _stamp(layout: Layout, there: Mapping[str, str]) -> str:
    stamps = [f"{name}::varchar" for name in layout.stamps if name in there]
    return f"landed_time(coalesce({', '.join([*stamps, 'null::varchar'])}))"
