"""The models' own SQL on many small inboxes.

A whole run of dbt takes seconds; a property is tried on hundreds of inboxes. So the statements that
`compiled` has of dbt run in the order of the graph in a database in memory, over landed exports.
What dbt adds (contracts, tests, comments) and what happens to a build that is killed is tested by
whole runs.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet

from orchestration.exports import ENTITIES, find_export_days, load_day, read_manifests
from orchestration.exports.coverage import find_coverage
from orchestration.exports.healing import unresolved_rows
from orchestration.exports.reading.schema import CONTRACTS
from orchestration.privacy.record import Door
from orchestration.settings import load_settings
from orchestration.warehouse.batches import MATERIALIZATIONS
from orchestration.warehouse.catalog import Catalog, LandedFile, next_catalog, with_coverage
from orchestration.warehouse.open_hours import load_schedules
from tests.compiled import carried_nodes, compiled_nodes, zone_macros

DATABASE = "warehouse"
_LISTS = {
    "coverage": "covered_from date",
    "missing_days": "export_date date",
    "unresolved_rows": "export_date date, entity varchar, rows_unresolved bigint",
}
SCHEDULE_COLUMNS = {
    "schedules": "schedule_id varchar, zone varchar, weekday bigint, date date, "
    "opens_second bigint, closes_second bigint, valid_from date",
    "zone_offsets": "zone varchar, wall_second bigint, starts_second bigint, offset_seconds bigint",
}


class Warehouse:
    """The published tables and functions over landed exports, built in memory.

    `bring` applies what has landed since, as a batch of its own.
    """

    def __init__(
        self,
        raw: Path,
        timezone: str = "UTC",
        week_start: str = "monday",
        schedules: Path | None = None,
        *,
        is_whole: bool = True,
    ) -> None:
        # Small tables: a second thread would cost more than it takes over.
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("set TimeZone = 'UTC'")
        self.connection.execute(f"attach ':memory:' as {DATABASE}")
        self.connection.execute(f"use {DATABASE}")
        for schema in ("zone", "raw", "staging", "intermediate", "changes", "internal", "main"):
            self.connection.execute(f"create schema if not exists {schema}")
        for statement in zone_macros(timezone):
            self.connection.execute(statement)
        self._week_start = week_start
        settings = load_settings(home=raw.parent, timezone=timezone, schedules=schedules)
        self._schedules = load_schedules(settings)
        self._catalog: Catalog | None = None
        self.bring(raw, is_whole=is_whole)

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def bring(self, raw: Path, *, is_whole: bool = True) -> None:
        """Builds the tables, or applies what differs between what they hold and what is landed.

        is_whole: with the tables and functions that are made anew of those that batches change.
        """
        action = "build" if self._catalog is None else "apply"
        self._catalog = next_catalog(self._catalog, read_manifests(raw), raw)
        self._register(self._catalog, raw)
        self._register_schedules()
        nodes_of = compiled_nodes if is_whole else carried_nodes
        for node in nodes_of(self._week_start, action):
            kind = node["config"]["materialized"]
            if kind == "changed_view" and action == "apply":
                changes = f"changes.{node['name']}"
                self.connection.execute(
                    f"create or replace view {changes} as {node['compiled_code']}"
                )
            elif kind in MATERIALIZATIONS and action == "apply":
                self._apply(node)
            else:
                self._build(node)

    @property
    def catalog(self) -> Catalog:
        """What has landed of what the tables hold."""
        assert self._catalog is not None
        return self._catalog

    def table(self, name: str) -> pd.DataFrame:
        """A published table."""
        return self.connection.execute(f"select * from main.{name}").df()

    def call(self, function: str, *arguments: object, **named: object) -> pd.DataFrame:
        """A published function, with arguments by place and by name."""
        marks = ", ".join([*("?" for _ in arguments), *(f"{name} := ?" for name in named)])
        values = [*arguments, *named.values()]
        return self.connection.execute(f"from {function}({marks})", values).df()

    def _register(self, catalog: Catalog, raw: Path) -> None:
        for entity in ENTITIES:
            rows = self._rows(entity, catalog.landed_files)
            self.connection.execute(f"create or replace view raw.{entity} as {rows}")
            incoming, replaced = (
                self._rows(entity, files)
                for files in (catalog.incoming_files, catalog.replaced_files)
            )
            self.connection.execute(
                f"create or replace view raw.changed_{entity} as "
                f"select *, true as is_incoming from ({incoming}) "
                f"union all select *, false as is_incoming from ({replaced})"
            )
        self.connection.execute("create or replace table raw.export_days (export_date date)")
        self.connection.execute(
            "create or replace table raw.export_files (export_date date, entity varchar, "
            "file_name varchar, rows_read bigint, rows_loaded bigint, rows_rejected bigint, "
            "rows_superseded bigint)"
        )
        coverage = find_coverage(raw)
        catalog = with_coverage(catalog, coverage, unresolved_rows(raw, read_manifests(raw), 1))
        for table, columns in _LISTS.items():
            self.connection.execute(f"create or replace table raw.{table} ({columns})")
            for row in getattr(catalog, table):
                self.connection.execute(
                    f"insert into raw.{table} values ({', '.join('?' for _ in row)})",
                    list(row.values()),
                )
        for day in catalog.export_days:
            self.connection.execute("insert into raw.export_days values (?)", [day])
        for file in catalog.export_files:
            self.connection.execute(
                "insert into raw.export_files values (?, ?, ?, ?, ?, ?, ?)", list(file.values())
            )

    def _register_schedules(self) -> None:
        for table, columns in SCHEDULE_COLUMNS.items():
            self.connection.execute(f"create or replace table raw.{table} ({columns})")
            rows = getattr(self._schedules, table.replace("schedules", "rows"))
            if rows:  # a thousand offsets: an insert of each would be a third of a warehouse
                incoming = pyarrow.Table.from_pylist([dict(row) for row in rows])
                self.connection.register("incoming", incoming)
                self.connection.execute(f"insert into raw.{table} by name from incoming")
                self.connection.unregister("incoming")

    def _rows(self, entity: str, files: tuple[LandedFile, ...]) -> str:
        paths = [f"'{file.path}'" for file in files if file.entity == entity]
        if paths:
            return f"select * from read_parquet([{', '.join(paths)}])"
        empty = self._empty_file(entity)
        return f"select * from read_parquet('{empty}')"

    def _empty_file(self, entity: str) -> Path:
        path = empty_folder() / f"{entity}.parquet"
        if not path.exists():
            pyarrow.parquet.write_table(CONTRACTS[entity].landed_schema.empty_table(), path)
        return path

    def _build(self, node: dict[str, Any]) -> None:
        sql = node["compiled_code"]
        name = f"{node['schema']}.{node['name']}"
        kind = node["config"]["materialized"]
        if kind == "table_function":
            named = [f"{name} := null" for name in node["config"]["named"]]
            arguments = ", ".join([*node["config"]["arguments"], *named])
            self.connection.execute(f"create or replace macro {name}({arguments}) as table {sql}")
        else:
            kind = {"changed_rows": "table", "changed_view": "view"}.get(kind, kind)
            self.connection.execute(f"create or replace {kind} {name} as {sql}")

    def _apply(self, node: dict[str, Any]) -> None:
        name, changes = f"{node['schema']}.{node['name']}", f"changes.{node['name']}"
        keys = node["config"]["unique_key"]
        same = " and ".join(
            f"changes.{key} is not distinct from standing.{key}"
            for key in ([keys] if isinstance(keys, str) else keys)
        )
        self.connection.execute(f"create or replace table {changes} as {node['compiled_code']}")
        self.connection.execute(
            f"delete from {name} as standing using {changes} as changes "
            f"where not changes.is_after and {same}"
        )
        self.connection.execute(
            f"insert into {name} by name select * exclude (is_after) from {changes} where is_after"
        )


@cache
def empty_folder() -> Path:
    """A folder for files without rows."""
    return Path(mkdtemp(prefix="inbox-empty-"))


def load(exports: Path, raw: Path) -> None:
    """Lands every day of a folder of exports, in their order."""
    for day in find_export_days(exports):
        load_day(day, raw, Door())
