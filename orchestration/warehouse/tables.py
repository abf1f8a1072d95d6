"""What the warehouse holds after a build: columns and rows, and where the columns come from.

Belongs here: looking at the finished database and at dbt's compiled SQL. Nothing here is a number
of the report, and nothing that goes wrong here is worth a failed build.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration.engines.warehouse_file import looked_at
from orchestration.machine import files
from orchestration.settings import Settings
from orchestration.warehouse.parsing import project_fingerprint

logger = logging.getLogger("inbox.dbt")

Relation = tuple[str, str]
"""Schema and name of a table or view."""


_PERIODS = {
    "fct_active_users": ("active_date",),
    "fct_agent_days": ("activity_date",),
    "fct_label_days": ("created_date",),
    "fct_period_timings": ("period_grain", "period_start_date"),
}


@dataclass(frozen=True)
class WarehouseTables:
    """columns: types by column, of each table and view. rows: of each table and published view.

    periods: by table of numbers by period, the periods that its last batch recomputed; all of
    them where it was rebuilt.
    """

    columns: Mapping[Relation, Mapping[str, str]] = field(default_factory=dict)
    rows: Mapping[Relation, int] = field(default_factory=dict)
    periods: Mapping[str, int] = field(default_factory=dict)


def describe_tables(database: Path) -> WarehouseTables:
    """Columns and rows of what the warehouse holds now, for who holds its lock."""
    if not database.exists():
        return WarehouseTables()
    columns: dict[Relation, dict[str, str]] = {}
    with looked_at(database) as connection:
        for schema, table, column, kind in connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() "
            "where not internal order by column_index"
        ).fetchall():
            columns.setdefault((schema, table), {})[column] = kind
        rows = {
            (schema, table): _count(connection, schema, table)
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal union all "
                "select schema_name, view_name from duckdb_views() where schema_name = 'main' "
                "and not internal"
            ).fetchall()
        }
        periods = {
            table: _count_periods(
                connection, "changes" if ("changes", table) in columns else schema, table, period
            )
            for schema, table in columns
            if schema == "main" and (period := _period_of(table))
        }
    return WarehouseTables(columns, rows, periods)


Lineage = dict[str, list[tuple[str, str]]]
"""By column of a model: the columns that it is made of, each with the unique id of its parent."""


def trace_columns(
    settings: Settings,
    manifest: Mapping[str, Any],
    models: Iterable[Mapping[str, Any]],
    tables: WarehouseTables,
    applied: Collection[str] = (),
) -> dict[str, Lineage]:
    """By unique id of the models: the columns of direct parents that each column is made of.

    A model whose SQL cannot be followed has those that it had, or none. Read from the SQL that dbt
    compiled last, and kept until the project changes: following all models takes seconds. applied:
    names of models whose SQL was that of a batch, which tells nothing of this; they are as they
    were.
    """
    kept = settings.dbt_folder / "column_lineage.json"
    project = project_fingerprint()
    try:
        known: dict[str, dict[str, Any]] = dict(json.loads(kept.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        known = {}
    is_changed = False
    for model in models:
        unique_id = model["unique_id"]
        before = known.get(unique_id, {})
        if before.get("project") != project and model["name"] not in applied:
            # A table that is made of what a batch touched has the batch's SQL until it is rebuilt.
            columns = _trace_or_tell(settings, manifest, model, tables) or before.get("columns", {})
            known[unique_id] = {"project": project if columns else "", "columns": columns}
            is_changed = True
    if is_changed:
        with suppress(OSError):  # then it is traced again next time
            files.write_text(kept, json.dumps(known), by_many=True)
    return {unique_id: record["columns"] for unique_id, record in known.items()}


def _trace_or_tell(
    settings: Settings,
    manifest: Mapping[str, Any],
    model: Mapping[str, Any],
    tables: WarehouseTables,
) -> Lineage:
    try:
        return _trace_columns(settings, manifest, model, tables)
    except Exception as error:  # a picture for the UI: whatever the parser says, the tables stand
        logger.warning("No column lineage of %s: %s", model["name"], type(error).__name__)
        return {}


def _trace_columns(
    settings: Settings,
    manifest: Mapping[str, Any],
    model: Mapping[str, Any],
    tables: WarehouseTables,
) -> Lineage:
    # Imported here: only a build needs it. Once for all columns: dagster-dbt's own function parses
    # and optimizes the statement for each column again, at thirty times the cost.
    from sqlglot import MappingSchema, exp, parse_one
    from sqlglot.lineage import lineage
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    dialect = "duckdb"
    compiled = settings.dbt_folder / "target" / "compiled" / model["package_name"]
    path = compiled / model["original_file_path"]
    if not path.exists():
        return {}
    schema = MappingSchema(dialect=dialect)
    parents: dict[Relation, str] = {}
    for unique_id in model["depends_on"]["nodes"]:
        parent = manifest["nodes"].get(unique_id) or manifest["sources"].get(unique_id)
        if parent is None or not parent.get("relation_name"):
            continue
        relation = (parent["schema"], parent.get("alias") or parent["identifier"])
        parents[relation] = unique_id
        schema.add_table(
            exp.to_table(parent["relation_name"], dialect=dialect),
            dict(tables.columns.get(relation, {})),
            dialect=dialect,
        )
    statement = qualify(
        parse_one(path.read_text(encoding="utf-8"), dialect=dialect),
        schema=schema,
        dialect=dialect,
        validate_qualify_columns=False,
        identify=False,
    )
    scope = build_scope(statement)
    columns: Lineage = {}
    for column in statement.named_selects:  # type: ignore[attr-defined]
        found = set()
        for node in lineage(
            column,
            statement,
            schema=schema,
            dialect=dialect,
            scope=scope,
            trim_selects=False,
            copy=False,
        ).walk():
            table = None if node.downstream else node.expression.find(exp.Table)
            if table is not None and (table.db, table.name) in parents:
                found.add((parents[table.db, table.name], exp.to_column(node.name).name))
        columns[column] = sorted(found)
    return columns


def _period_of(table: str) -> tuple[str, ...]:
    """The columns that name a period in a table of numbers by period; none in any other."""
    if table.startswith("mart_") and table != "mart_inbox_cards":
        return ("period_start_date",)
    return _PERIODS.get(table, ())


def _count_periods(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, period: tuple[str, ...]
) -> int:
    columns = ", ".join(f'"{column}"' for column in period)
    row = connection.execute(
        f'select count(*) from (select distinct {columns} from "{schema}"."{table}")'
    ).fetchone()
    assert row is not None
    return int(row[0])


def _count(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    row = connection.execute(f'select count(*) from "{schema}"."{table}"').fetchone()
    assert row is not None
    return int(row[0])
