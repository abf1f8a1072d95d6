"""Original records out of typed tables: un-flattened, JSON text parsed, everything as text again.

A connector may have typed what the vendor sent, spread `{"via": {"channel": ...}}` over columns
`via__channel`, moved lists to tables of their own, or put nested values into JSON text. Here a
declared column is found again, whichever of these was done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import duckdb

from orchestration.machine.sql import literal, quoted

Columns = Mapping[str, str]
"""Names and DuckDB types of the columns of a table that is there."""


ListOf = Callable[[str, str], str | None]
"""SQL for a list, by flattened name and type, that lies in a table of its own; None elsewhere."""


def no_lists(name: str, wanted: str) -> str | None:
    """For connectors that leave lists where they are."""
    return None


def original_column(
    name: str, wanted: str, there: Columns, list_of: ListOf = no_lists
) -> str | None:
    """SQL for a declared column of a typed table; None where nothing of it is there.

    Engines differ in the case that they give names, and no table has two that differ by it alone.
    """
    in_lower_case = {key.lower(): kind for key, kind in there.items()}
    if name.lower() in in_lower_case:
        return _as_wanted(quoted(name), in_lower_case[name.lower()], wanted)
    kind = duckdb.sqltype(wanted)
    if kind.id != "struct":
        return list_of(name, wanted)
    fields = [
        (field, original_column(f"{name}__{field}", str(of_type), there, list_of))
        for field, of_type in kind.children
    ]
    if all(expression is None for _, expression in fields):
        return None
    packed = ", ".join(f"{quoted(field)} := {sql or 'null'}" for field, sql in fields)
    return f"struct_pack({packed})::{wanted}"


def original_columns(wanted: Columns, there: Columns, list_of: ListOf = no_lists) -> str:
    """The select list of a table's declared columns; what is absent is null."""
    return ", ".join(
        f"{original_column(name, kind, there, list_of) or f'null::{kind}'} as {quoted(name)}"
        for name, kind in wanted.items()
    )


def from_json(sql: str, wanted: str) -> str:
    """SQL that reads JSON text as a declared type; null where it is none."""
    structure = literal(json.dumps(_structure(duckdb.sqltype(wanted))))
    return f"case when json_valid({sql}) then json_transform({sql}, {structure}) end"


def _as_wanted(column: str, there: str, wanted: str) -> str:
    if wanted == "VARCHAR":
        return _as_text(column, there)
    if there in ("VARCHAR", "JSON"):
        # JSON text, or text that holds it.
        return from_json(f"{column}::varchar", wanted)
    return from_json(f"to_json({column})::varchar", wanted)


def _as_text(column: str, there: str) -> str:
    if there in ("DOUBLE", "FLOAT"):
        # A whole number that became a double, as any number column with a null does.
        return (
            f"case when {column} = trunc({column}) and abs({column}) < 9e18"
            f" then {column}::bigint::varchar else {column}::varchar end"
        )
    if there == "JSON":
        return f"({column} ->> '$')"
    if there.startswith(("STRUCT", "MAP")) or there.endswith("]"):
        return f"to_json({column})::varchar"
    return f"{column}::varchar"


def _structure(kind: Any) -> Any:
    if kind.id == "struct":
        return {field: _structure(of_type) for field, of_type in kind.children}
    if kind.id == "list":
        return [_structure(kind.children[0][1])]
    return str(kind)
