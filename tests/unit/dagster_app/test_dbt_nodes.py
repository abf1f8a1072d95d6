"""The assets and checks of the dbt project are those that dagster-dbt makes of its manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from dagster import AssetCheckSpec, AssetKey, AssetSpec
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from orchestration.dagster_app.dbt_nodes import asset_key, check_specs, model_specs
from tests.homes import parsed_dbt_folder


class Translator(DagsterDbtTranslator):
    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        return asset_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return str(dbt_resource_props["fqn"][1])

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Without the SQL that dagster-dbt adds, and with where readers find it."""
        text = str(dbt_resource_props["description"]).strip()
        if dbt_resource_props["schema"] != "main":
            return text
        name = dbt_resource_props["name"]
        return f"{text}\n\nReaders get it as `published/{name}`, once every test has passed."


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    path = parsed_dbt_folder() / "manifest.json"
    return json.loads(path.read_text())  # type: ignore[no-any-return]


def of_asset(spec: AssetSpec) -> dict[str, Any]:
    told = {name: value for name, value in spec.metadata.items() if isinstance(value, str)}
    return {
        "deps": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
        "told": (spec.description, spec.group_name, spec.code_version, spec.skippable),
        "kinds": sorted(spec.kinds),
        "metadata": told,
    }


def of_check(spec: AssetCheckSpec) -> dict[str, Any]:
    return {
        "deps": sorted(dep.asset_key.to_user_string() for dep in spec.additional_deps),
        "told": (spec.asset_key, spec.blocking, dict(spec.metadata)),
    }


def unique_id_of(spec: AssetCheckSpec) -> str:
    return str(spec.metadata["dagster_dbt/unique_id"])


def test_assets_and_checks_are_those_of_dagster_dbt(manifest: dict[str, Any]) -> None:
    translator = Translator(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    @dbt_assets(manifest=manifest, dagster_dbt_translator=translator)
    def theirs(): ...  # type: ignore[no-untyped-def]

    assets = {spec.key: of_asset(spec) for spec in model_specs(manifest)}
    assert assets == {spec.key: of_asset(spec) for spec in theirs.specs}
    assert len(assets) > 80
    checks = {unique_id_of(spec): of_check(spec) for spec in check_specs(manifest)}
    assert checks == {unique_id_of(spec): of_check(spec) for spec in theirs.check_specs}
    assert len(checks) > 80


def test_checks_have_short_names_and_say_what_they_claim(manifest: dict[str, Any]) -> None:
    specs = check_specs(manifest)
    told = {(spec.asset_key.to_user_string(), spec.name): spec.description for spec in specs}
    assert len(told) == len(specs), "no two checks of an asset have one name"
    assert told["mart_agents_daily", "unique_key"] == (
        "No two rows have the same values of the columns together; null is a value too. "
        "columns: period_start_date, agent_id."
    )
    assert told["mart_inbox_monthly", "periods_are_contiguous"].startswith("No period is left out")
    assert told["stg_inbox__export_files", "assert_rejected_rows_are_few"].startswith(
        "What a failure means: Too many rows of a day were rejected"
    )
    assert all(told.values())
    assert all("{{" not in str(text) for text in told.values())
    assert max(len(name) for _, name in told) <= 50


def test_a_test_without_a_description_is_named(manifest: dict[str, Any]) -> None:
    unique_id = "test.inbox_warehouse.assert_labels_are_few"
    silent = {**manifest["nodes"][unique_id], "description": ""}
    changed = {**manifest, "nodes": {**manifest["nodes"], unique_id: silent}}
    (claim,) = (
        spec.description for spec in check_specs(changed) if unique_id_of(spec) == unique_id
    )
    assert claim == "No row is found by tests/assert_labels_are_few.sql."
