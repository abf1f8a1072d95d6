"""What dbt's manifest says as Dagster's assets and checks: a model each, a test each.

In the form that dagster-dbt gives them, which reads the same manifest and imports dbt for it: a
run that needs no dbt would spend more on that than on its SQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
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

Manifest = Mapping[str, Any]
Node = Mapping[str, Any]


def model_specs(manifest: Manifest) -> list[AssetSpec]:
    """An asset for each model."""
    return [_model_spec(manifest, node) for node in _nodes(manifest, "model")]


def check_specs(manifest: Manifest) -> list[AssetCheckSpec]:
    """An asset check for each test of a model; it blocks what follows unless it only warns."""
    specs = []
    for node in _nodes(manifest, "test"):
        key = check_key(manifest, node["unique_id"])
        if key is not None:
            others = {_key_of(manifest, parent) for parent in node["depends_on"]["nodes"]}
            specs.append(
                AssetCheckSpec(
                    name=key.name,
                    asset=key.asset_key,
                    additional_deps=sorted(others - {key.asset_key}),
                    metadata={"dagster_dbt/unique_id": node["unique_id"]},
                    blocking=node["config"]["severity"].lower() == "error",
                )
            )
    return specs


def asset_key(node: Node) -> AssetKey:
    """A model's name; for a source of the layer raw, the asset that lands it."""
    if node["resource_type"] == "source":
        return AssetKey(f"raw_{node['name']}" if node["name"] in ENTITIES else MANIFESTS)
    return AssetKey(node["name"])


def check_key(manifest: Manifest, unique_id: str) -> AssetCheckKey | None:
    """The check that a test is: of the model that it names in `meta`, or that it is about."""
    node = manifest["nodes"][unique_id]
    parents = node["depends_on"]["nodes"]
    named = node["config"].get("meta", {}).get("dagster", {}).get("ref", {}).get("name")
    if named is not None:
        return AssetCheckKey(AssetKey(named), node["name"])
    about = parents[0] if len(set(parents)) == 1 else node.get("attached_node")
    return None if about is None else AssetCheckKey(_key_of(manifest, about), node["name"])


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


def _model_spec(manifest: Manifest, node: Node) -> AssetSpec:
    engine = manifest["metadata"]["adapter_type"]
    return AssetSpec(
        key=asset_key(node),
        deps=sorted({_key_of(manifest, parent) for parent in node["depends_on"]["nodes"]}),
        # Its SQL is on the page of `inbox docs`.
        description=node["description"].strip(),
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
