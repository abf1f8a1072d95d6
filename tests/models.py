"""The models' own SQL on many small inboxes: compiled by dbt once a zone and week start.

A whole run of dbt takes seconds; a property is tried on hundreds of inboxes. So dbt compiles the
project once, and the compiled statements then run in the order of the graph in a database in
memory, over landed exports. What dbt adds (contracts, tests, comments) is tested by whole runs.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb
import pandas as pd
import pytest
from dbt.cli.main import dbtRunner

from orchestration.exports import ENTITIES, find_export_days, load_day, read_manifests
from orchestration.exports.schema import CONTRACTS
from orchestration.settings import DBT_PROJECT, Settings, load_settings
from orchestration.warehouse.catalog import write_catalog
from orchestration.warehouse.dbt import load_manifest

DATABASE = "warehouse"


@cache
def parsed_dbt_folder(timezone: str) -> Path:
    """A dbt folder of a home in which the project has been parsed; to be copied, not used."""
    settings = load_settings(home=mkdtemp(prefix="inbox-parsed-"), timezone=timezone)
    load_manifest(settings)
    return settings.dbt_folder


@cache
def parsed_project() -> tuple[Settings, Any]:
    """The project as dbt parses it, which no setting changes, and the settings of its folders."""
    settings = load_settings(home=mkdtemp(prefix="inbox-compiled-"))
    write_catalog({}, settings.raw_folder, settings.raw_catalog)
    return settings, dbt_command(settings, None, ["parse"])


def dbt_command(settings: Settings, manifest: Any, command: list[str]) -> Any:
    """What one dbt command gives, over a project that may have been parsed before."""
    folder = settings.dbt_folder
    outcome = dbtRunner(manifest=manifest).invoke(
        [
            *("--log-level", "none", *command),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        ]
    )
    assert outcome.success, outcome.exception
    return outcome.result


@cache
def compiled_nodes(timezone: str, week_start: str) -> list[dict[str, Any]]:
    """The models of the project with their compiled SQL, each after those that it reads."""
    settings, parsed = parsed_project()
    settings = settings.model_copy(update={"timezone": timezone, "week_start": week_start})
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("INBOX_WAREHOUSE_PATH", str(settings.warehouse_database))
        environment.setenv("INBOX_RAW_CATALOG", str(settings.raw_catalog))
        dbt_command(settings, parsed, ["compile", "--vars", json.dumps(settings.dbt_vars)])
    manifest = json.loads((settings.dbt_folder / "target" / "manifest.json").read_text())
    models = {
        name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"
    }
    ordered: dict[str, dict[str, Any]] = {}
    while len(ordered) < len(models):
        for name, node in models.items():
            parents = [parent for parent in node["depends_on"]["nodes"] if parent in models]
            if name not in ordered and all(parent in ordered for parent in parents):
                ordered[name] = node
    return list(ordered.values())


class Warehouse:
    """The published tables and functions over a folder of exports, built in memory."""

    def __init__(self, raw: Path, timezone: str = "UTC", week_start: str = "monday") -> None:
        self.connection = duckdb.connect(config={"threads": 2})
        self.connection.execute("set TimeZone = 'UTC'")
        self.connection.execute(f"attach ':memory:' as {DATABASE}")
        self.connection.execute(f"use {DATABASE}")
        self._register(raw)
        for schema in ("staging", "intermediate", "main"):
            self.connection.execute(f"create schema if not exists {schema}")
        for node in compiled_nodes(timezone, week_start):
            self._build(node)

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def table(self, name: str) -> pd.DataFrame:
        """A published table."""
        return self.connection.execute(f"select * from main.{name}").df()

    def call(self, function: str, *arguments: object) -> pd.DataFrame:
        """A published function."""
        marks = ", ".join("?" for _ in arguments)
        return self.connection.execute(f"from {function}({marks})", list(arguments)).df()

    def _register(self, raw: Path) -> None:
        self.connection.execute("create schema raw")
        manifests = read_manifests(raw)
        for entity in ENTITIES:
            landed = [str(raw / m.landed[entity]) for m in manifests.values() if entity in m.landed]
            relation = (
                self.connection.read_parquet(landed)
                if landed
                else self.connection.from_arrow(CONTRACTS[entity].landed_schema.empty_table())
            )
            relation.create(f"raw.{entity}")
        files = [
            (day, file.entity, file.file_name, file.rows_read, file.rows_loaded, file.rows_rejected)
            for day, manifest in manifests.items()
            for file in manifest.files
        ]
        self.connection.execute("create table raw.export_days (export_date date)")
        self.connection.execute(
            "create table raw.export_files (export_date date, entity varchar, file_name varchar, "
            "rows_read bigint, rows_loaded bigint, rows_rejected bigint)"
        )
        for day in manifests:
            self.connection.execute("insert into raw.export_days values (?)", [day])
        for file in files:
            self.connection.execute("insert into raw.export_files values (?, ?, ?, ?, ?, ?)", file)

    def _build(self, node: dict[str, Any]) -> None:
        sql = node["compiled_code"]
        name = f"{node['schema']}.{node['name']}"
        kind = node["config"]["materialized"]
        if kind == "table_function":
            arguments = ", ".join(node["config"]["arguments"])
            self.connection.execute(f"create macro {name}({arguments}) as table {sql}")
        else:
            self.connection.execute(f"create {kind} {name} as {sql}")


def load(exports: Path, raw: Path) -> None:
    """Lands every day of a folder of exports, in their order."""
    for day in find_export_days(exports):
        load_day(day, raw)
