"""Columns of tables, as kinds list them."""

from __future__ import annotations


def column_types(listed: str) -> dict[str, str]:
    """Names and DuckDB types of columns, parted by commas: `id, at TIMESTAMPTZ`; else VARCHAR."""
    types: dict[str, str] = {}
    column, depth = "", 0
    for letter in f"{listed},":
        depth += (letter == "(") - (letter == ")")
        if letter != "," or depth:
            column += letter
            continue
        name, *kind = column.split()
        types[name] = " ".join(kind) or "VARCHAR"
        column = ""
    return types
