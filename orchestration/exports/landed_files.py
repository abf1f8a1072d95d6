"""The landed files of a day, of every kind: their columns, and an older form in that of now.

Belongs here: what stands in a file of an entity, of quarantine or of its history. Does not: where
files lie and how they are written, and what the columns of an entity are.
"""

from __future__ import annotations

import pyarrow as pa

from orchestration.exports.reading.schema import CONTRACTS

QUARANTINE_SCHEMA = pa.schema(
    [
        pa.field("entity", pa.string()),
        pa.field("export_date", pa.date32()),
        pa.field("file_name", pa.string()),
        pa.field("row_number", pa.int64()),
        pa.field("line_number", pa.int64()),
        pa.field("column_name", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("row_text", pa.string()),
        pa.field("record_key", pa.string()),
        pa.field("record_version", pa.timestamp("us", tz="UTC")),
    ]
)
"""record_key: a hash of the record's key, where it surely is one; record_version: of the record."""

QUARANTINE_HISTORY_SCHEMA = QUARANTINE_SCHEMA.append(pa.field("outcome", pa.string())).append(
    pa.field("loaded_at", pa.string())
)
"""What was set aside once and is no more: how it ended, and the load that ended it."""

QUARANTINE = "quarantine"
QUARANTINE_HISTORY = "quarantine_history"


def file_schema(kind: str) -> pa.Schema:
    """The columns of a landed file: of an entity, of quarantine or of its history."""
    if kind == QUARANTINE:
        return QUARANTINE_SCHEMA
    return (
        QUARANTINE_HISTORY_SCHEMA if kind == QUARANTINE_HISTORY else CONTRACTS[kind].landed_schema
    )


def in_form_of_now(kind: str, rows: pa.Table) -> pa.Table:
    """Landed rows of any form in that of now: columns that their file lacks are null."""
    schema = file_schema(kind)
    if rows.schema.names == schema.names:
        return rows
    columns = [
        rows[field.name] if field.name in rows.column_names else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def file_dictionary_columns(kind: str) -> list[str]:
    """The columns of a landed file that repeat few values."""
    if kind in (QUARANTINE, QUARANTINE_HISTORY):
        return ["entity", "file_name", "reason"]
    return CONTRACTS[kind].dictionary_columns
