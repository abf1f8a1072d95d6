"""What dbt's manifest says as Dagster's assets and checks: a model each, a test each.

In the form that dagster-dbt gives them, which reads the same manifest and imports dbt for it: a
run that needs no dbt would spend more on that than on its SQL.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

from dagster import (
    AssetCheckKey,
    AssetCheckSpec,
    AssetKey,
    AssetSpec,
    TableColumn,
    TableColumnConstraints,
    TableSchema,
)

from orchestration.dagster_app.assets_raw import MANIFESTS, OWNERS
from orchestration.exports import ENTITIES

PUBLISHED_SCHEMA = "main"

Manifest = Mapping[str, Any]
Node = Mapping[str, Any]


def model_specs(manifest: Manifest) -> list[AssetSpec]:
    """An asset for each model."""
    return [_model_spec(manifest, node) for node in _nodes(manifest, "model")]


def check_specs(manifest: Manifest) -> list[AssetCheckSpec]:
    """An asset check for each test of a model; it blocks what follows unless it only warns."""
    specs = []
    for unique_id, key in check_keys(manifest).items():
        node = manifest["nodes"][unique_id]
        others = {_key_of(manifest, parent) for parent in node["depends_on"]["nodes"]}
        specs.append(
            AssetCheckSpec(
                name=key.name,
                asset=key.asset_key,
                description=_claim(manifest, node),
                additional_deps=sorted(others - {key.asset_key}),
                metadata={"dagster_dbt/unique_id": unique_id},
                blocking=node["config"]["severity"].lower() == "error",
            )
        )
    return specs


def asset_key(node: Node) -> AssetKey:
    """A model's name; for a source of the layer raw, the asset that lands it."""
    if node["resource_type"] == "source":
        return AssetKey(f"raw_{node['name']}" if node["name"] in ENTITIES else MANIFESTS)
    return AssetKey(node["name"])


def check_keys(manifest: Manifest) -> dict[str, AssetCheckKey]:
    """The check that each test is, by the test: of the model that it names, or that it is about.

    Its name is as short as tells it from the others of its asset: dbt's own says the model too,
    and is cut off in lists.
    """
    about = {
        node["unique_id"]: (asset, _short_name(node))
        for node in _nodes(manifest, "test")
        if (asset := _asset_of_test(manifest, node)) is not None
    }
    uses = Counter(about.values())
    return {
        unique_id: AssetCheckKey(
            asset, short if uses[asset, short] == 1 else manifest["nodes"][unique_id]["name"]
        )
        for unique_id, (asset, short) in about.items()
    }


def _asset_of_test(manifest: Manifest, node: Node) -> AssetKey | None:
    """The model that a test names in `meta`, or else that it is about."""
    named = node["config"].get("meta", {}).get("dagster", {}).get("ref", {}).get("name")
    if named is not None:
        return AssetKey(named)
    parents = node["depends_on"]["nodes"]
    about = parents[0] if len(set(parents)) == 1 else node.get("attached_node")
    return None if about is None else _key_of(manifest, about)


def _short_name(node: Node) -> str:
    """A test's name without its model and its arguments, but with the column that it is of."""
    generic = node.get("test_metadata")
    if generic is None:
        return str(node["name"])
    return "_".join(filter(None, (generic["name"], node.get("column_name"))))


def _claim(manifest: Manifest, node: Node) -> str:
    """What a test claims, or what it means that it fails."""
    if node["description"]:
        return f"What a failure means: {' '.join(node['description'].split())}"
    if "test_metadata" not in node:
        return f"No row is found by {node['original_file_path']}."
    generic = node["test_metadata"]["name"]
    macro = manifest["macros"][f"macro.{node['package_name']}.test_{generic}"]
    told = [
        f"{name}: {_listed(value)}."
        for name, value in node["test_metadata"]["kwargs"].items()
        if "{{" not in str(value)  # a model
    ]
    return " ".join([*macro["description"].split(), *told])


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def steps_before(manifest: Manifest) -> dict[str, int]:
    """By unique id of the models: how many models, at most, come one after the other before it."""
    models = {node["unique_id"]: node for node in _nodes(manifest, "model")}
    parents = {
        unique_id: [parent for parent in node["depends_on"]["nodes"] if parent in models]
        for unique_id, node in models.items()
    }
    steps: dict[str, int] = {}
    for unique_id in TopologicalSorter(parents).static_order():
        steps[unique_id] = max((steps[parent] + 1 for parent in parents[unique_id]), default=0)
    return steps


def column_schema(model: Node) -> TableSchema:
    """A model's columns with types, descriptions and what is never null."""
    return TableSchema(
        columns=[
            TableColumn(
                name,
                column.get("data_type") or "?",
                column.get("description"),
                TableColumnConstraints(
                    nullable=not any(
                        constraint["type"] == "not_null"
                        for constraint in column.get("constraints", [])
                    )
                ),
            )
            for name, column in model["columns"].items()
        ]
    )


def _nodes(manifest: Manifest, resource_type: str) -> Iterator[Node]:
    return (node for node in manifest["nodes"].values() if node["resource_type"] == resource_type)


def _key_of(manifest: Manifest, unique_id: str) -> AssetKey:
    return asset_key(manifest["nodes"].get(unique_id) or manifest["sources"][unique_id])


def _description(node: Node) -> str:
    """A model's description, and where readers find it: two assets have its name."""
    text = str(node["description"]).strip()
    if node["schema"] != PUBLISHED_SCHEMA:
        return text
    return f"{text}\n\nReaders get it as `published/{node['name']}`, once every test has passed."


def _model_spec(manifest: Manifest, node: Node) -> AssetSpec:
    engine = manifest["metadata"]["adapter_type"]
    return AssetSpec(
        key=asset_key(node),
        deps=sorted({_key_of(manifest, parent) for parent in node["depends_on"]["nodes"]}),
        # Its SQL is on the page of `inbox docs`.
        description=_description(node),
        group_name=node["fqn"][1],  # the layer: the folder under `models/`
        code_version=hashlib.sha1(node["raw_code"].encode(), usedforsecurity=False).hexdigest(),
        owners=OWNERS,
        kinds={"dbt", engine},
        skippable=True,
        metadata={
            "dagster-dbt/materialization_type": node["config"]["materialized"],
            "dagster/column_schema": column_schema(node),
            "dagster/storage_kind": engine,
            "dagster/table_name": f"{node['database']}.{node['schema']}.{node['alias']}",
            "dagster_dbt/unique_id": node["unique_id"],
        },
    )
