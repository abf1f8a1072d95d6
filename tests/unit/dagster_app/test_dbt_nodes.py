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
        """Without the SQL that dagster-dbt adds."""
        return str(dbt_resource_props["description"]).strip()


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    path = parsed_dbt_folder("Europe/Warsaw") / "manifest.json"
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
        "told": (spec.description, spec.blocking, dict(spec.metadata)),
    }


def test_assets_and_checks_are_those_of_dagster_dbt(manifest: dict[str, Any]) -> None:
    translator = Translator(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    @dbt_assets(manifest=manifest, dagster_dbt_translator=translator)
    def theirs(): ...  # type: ignore[no-untyped-def]

    assets = {spec.key: of_asset(spec) for spec in model_specs(manifest)}
    assert assets == {spec.key: of_asset(spec) for spec in theirs.specs}
    assert len(assets) > 80
    checks = {spec.key: of_check(spec) for spec in check_specs(manifest)}
    assert checks == {spec.key: of_check(spec) for spec in theirs.check_specs}
    assert len(checks) > 80
