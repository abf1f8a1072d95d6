"""The project's statements as dbt compiles them, once a week start and action."""

from __future__ import annotations

import json
from functools import cache
from tempfile import mkdtemp
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from orchestration.machine.zones import offset_changes
from orchestration.settings import DBT_PROJECT, Settings, load_settings
from orchestration.warehouse.batches import MATERIALIZATIONS, BatchPlan
from orchestration.warehouse.catalog import next_catalog, write_catalog
from tests.homes import made_once, parsed_dbt_folder


@cache
def parsed_project() -> tuple[Settings, Any]:
    """The project as dbt parses it, which no setting changes, and the settings of its folders."""
    settings = load_settings(home=mkdtemp(prefix="inbox-compiled-"))
    write_catalog(next_catalog(None, {}, settings.raw_folder), settings.raw_catalog)
    parsed = Manifest.from_msgpack((parsed_dbt_folder() / "parsed.msgpack").read_bytes())
    # A batch's statements name the columns of the tables that stand.
    dbt_command(settings, parsed, ["run"])
    return settings, parsed


def dbt_command(settings: Settings, manifest: Any, command: list[str]) -> Any:
    """What one dbt command gives, over a project that may have been parsed before."""
    folder = settings.dbt_folder
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("INBOX_WAREHOUSE_PATH", str(settings.warehouse_database))
        environment.setenv("INBOX_RAW_CATALOG", str(settings.raw_catalog))
        environment.setenv("INBOX_RAW_FOLDER", str(settings.raw_folder))
        offsets = json.dumps(offset_changes(settings.timezone))
        environment.setenv("INBOX_ZONE_OFFSETS", offsets)
        outcome = dbtRunner(manifest=manifest).invoke(
            [
                *("--log-level", "none", *command),
                *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
                *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            ]
        )
    DuckDBConnectionManager.close_all_connections()
    assert outcome.success, outcome.exception
    return outcome.result


@cache
def compiled_nodes(week_start: str, action: str) -> list[dict[str, Any]]:
    """The models with their compiled SQL, each after those that it reads; of any zone.

    action: build, for all rows of each table, or apply, for those that a batch changes.
    Compiled by the first process that asks.
    """
    nodes: list[dict[str, Any]] = made_once(
        f"compiled-{week_start}-{action}", lambda: _compiled_nodes(week_start, action)
    )
    return nodes


def _compiled_nodes(week_start: str, action: str) -> list[dict[str, Any]]:
    settings, parsed = parsed_project()
    settings = settings.model_copy(update={"week_start": week_start})
    names = [
        node.name
        for node in parsed.nodes.values()
        if node.resource_type == "model" and node.config.materialized in MATERIALIZATIONS
    ]
    plan = BatchPlan(2, dict.fromkeys(names, action), dict.fromkeys(names, ""))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("INBOX_BATCH_PLAN", plan.environment)
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


@cache
def carried_nodes(week_start: str, action: str) -> list[dict[str, Any]]:
    """Those of them that a batch changes, and what they are made of.

    What is not among them is made anew of these in each batch, by the statement of a rebuild.
    """
    nodes = compiled_nodes(week_start, action)
    carried = {
        node["unique_id"] for node in nodes if node["config"]["materialized"] in MATERIALIZATIONS
    }
    for node in reversed(nodes):
        if node["unique_id"] in carried:
            carried.update(node["depends_on"]["nodes"])
    return [node for node in nodes if node["unique_id"] in carried]


@cache
def zone_macros(timezone: str) -> tuple[str, ...]:
    """What makes the functions of a zone in a database, as a run of dbt does at its start."""
    name = f"zone-{timezone.replace('/', '-')}"
    return tuple(made_once(name, lambda: _zone_macros(timezone)))


def _zone_macros(timezone: str) -> list[str]:
    settings, parsed = parsed_project()
    settings = settings.model_copy(update={"timezone": timezone})
    run = ["run", "--select", "stg_inbox__export_days", "--vars", json.dumps(settings.dbt_vars)]
    dbt_command(settings, parsed, run)
    with duckdb.connect(str(settings.warehouse_database), read_only=True) as connection:
        found = connection.execute(
            "select function_name, array_to_string(parameters, ', '), macro_definition "
            "from duckdb_functions() where schema_name = 'zone'"
        ).fetchall()
    return [f"create macro zone.{name}({names}) as {body}" for name, names, body in found]
