"""What a cluster holds: its tables, by what Spark says of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.engines.spark import connection
from orchestration.engines.spark.connection import ClusterRefused
from orchestration.engines.state import ModelState
from orchestration.settings import Settings

SCHEMAS = ("main", "internal", "intermediate", "changes")
"""Schemas whose tables are seen from here, by their names in DuckDB."""

_BEING_CHANGED = "applying"
_TYPES = {
    "array": "VARCHAR[]",
    "binary": "BLOB",
    "boolean": "BOOLEAN",
    "byte": "TINYINT",
    "date": "DATE",
    "double": "DOUBLE",
    "float": "FLOAT",
    "integer": "INTEGER",
    "long": "BIGINT",
    "short": "SMALLINT",
    "string": "VARCHAR",
    "timestamp": "TIMESTAMPTZ",
}
_COLUMN = re.compile(r"^ \|-- (?P<name>.+): (?P<type>.+) \(nullable = \w+\)$", re.MULTILINE)
_STATE = re.compile(r"\binbox\.(?P<name>\w+)=(?P<value>[^,\]]*)")


@dataclass(frozen=True)
class ClusterTable:
    """A table or view of the cluster.

    schema: its name in DuckDB. columns: with Spark's types. format: of its files; a view has
    none. location: the URL of its folder. partitioned_by: the columns that stand in the names of
    folders. state: what batches it has had; version: of its rows, where it is known.
    """

    schema: str
    name: str
    columns: Mapping[str, str]
    format: str | None
    location: str | None
    partitioned_by: tuple[str, ...]
    state: ModelState | None
    version: str | None


def read_cluster(settings: Settings) -> list[ClusterTable]:
    """Every table and view of the cluster that is seen from here.

    Raises ClusterUnavailable, ClusterRefused.
    """
    with connection.cursor(settings) as cursor:
        found: list[ClusterTable] = []
        for schema in SCHEMAS:
            database = database_name(settings, schema)
            cursor.execute(f"show databases like '{database}'")
            if cursor.fetchall():
                cursor.execute(f"show table extended in {database} like '*'")
                found.extend(parse_table(schema, row[1], row[3]) for row in cursor.fetchall())
        return found


def parse_table(schema: str, name: str, information: str) -> ClusterTable:
    """A table by what Spark says of it, a line each."""
    described, _, columns = information.partition("\nSchema: root\n")
    facts = dict(line.split(": ", 1) for line in described.splitlines() if ": " in line)
    noted = dict(_STATE.findall(facts.get("Table Properties", "")))
    state = None
    if "batch_number" in noted and noted["action"] != _BEING_CHANGED:
        state = ModelState(
            noted["fingerprint"],
            int(noted["batch_number"]),
            noted["action"],
            noted["version"],
            noted.get("previous_version") or None,
            int(noted["rows_written"]),
        )
    is_view = facts["Type"] == "VIEW"
    return ClusterTable(
        schema=schema,
        name=name,
        columns=dict(_COLUMN.findall(columns)),
        format=None if is_view else facts["Provider"].lower(),
        location=None if is_view else facts["Location"],
        partitioned_by=tuple(re.findall("`([^`]+)`", facts.get("Partition Columns", ""))),
        state=state,
        version=noted.get("version"),
    )


def duckdb_type(kind: str, table: str, column: str) -> str:
    """DuckDB's type for one of Spark's."""
    if kind.startswith("decimal("):
        return kind.upper()
    if kind not in _TYPES:
        raise ClusterRefused(
            f"The cluster's table {table} has a column that cannot be read here ({column}, of type "
            f"{kind}): cast it in its model"
        )
    return _TYPES[kind]


def database_name(settings: Settings, schema: str) -> str:
    """The cluster's database of a schema, as the macro `generate_schema_name` has it."""
    return f"{settings.spark_schema}_{schema}"
