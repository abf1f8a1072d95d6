"""Answers of clients as plain values, and what they tell of tables, so that all can be compared."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

Rows = list[list[Any]]

KINDS = {
    "bigint": "number",
    "boolean": "boolean",
    "date": "date",
    "double precision": "decimal",
    "text": "text",
    "timestamp with time zone": "instant",
    # As DuckDB, the protocols and the drivers name them.
    "bool": "boolean",
    "double": "decimal",
    "float8": "decimal",
    "int8": "number",
    "timestamp": "instant",
    "timestamptz": "instant",
    "varchar": "text",
}


@dataclass(frozen=True)
class Column:
    """A column as a client describes it; None is what it does not tell."""

    kind: str
    is_nullable: bool | None
    comment: str | None


Tables = dict[str, dict[str, Column]]


def plain_rows(rows: Iterable[Iterable[Any]]) -> Rows:
    """The same values as texts, numbers and booleans, whatever types a client has."""
    return [[_plain(value) for value in row] for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        assert value.tzinfo is not None, f"{value} does not tell its zone"
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # so that NaN equals NaN
    return value


def kind_of(type_name: object) -> str:
    """What a type is to a reader, by a client's name for it."""
    name = str(type_name).lower().partition(" collate")[0]
    return KINDS[name.partition("(")[0]]
