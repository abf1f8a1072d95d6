"""DuckDB's types in PostgreSQL's words, and what has none; apart, as sqlglot is slow to import."""

from __future__ import annotations

TYPES = {
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double precision",
    "HUGEINT": "numeric(39, 0)",
    "INTEGER": "integer",
    # Texts sort by their bytes, as they do in the published file.
    "VARCHAR": 'text collate "C"',
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
}


class NoCounterpart(Exception):
    """A published table or function that cannot be written for PostgreSQL; the text says why."""
