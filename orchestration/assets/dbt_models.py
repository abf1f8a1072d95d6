"""The dbt models as assets, their tests as asset checks."""

from collections.abc import Iterator, Mapping
from typing import Any

from dagster import (
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Failure,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
)
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from orchestration.assets.raw_exports import MANIFESTS, OWNERS
from orchestration.exports import ENTITIES
from orchestration.settings import Settings
from orchestration.warehouse.build import build_warehouse
from orchestration.warehouse.dbt import DbtResult, failures_of


class InboxTranslator(DagsterDbtTranslator):
    """Names dbt's nodes as the graph shows them: models by name, sources as the raw assets."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """A model's name; for a source of the layer raw, the asset that lands it."""
        if dbt_resource_props["resource_type"] == "source":
            name = dbt_resource_props["name"]
            return AssetKey(f"raw_{name}" if name in ENTITIES else MANIFESTS)
        return AssetKey(dbt_resource_props["name"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer: the folder under `models/`."""
        return str(dbt_resource_props["fqn"][1])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Who acts when it fails."""
        return OWNERS


def dbt_models(manifest: Mapping[str, Any]) -> AssetsDefinition:
    """The assets of every model of a dbt manifest, built and tested by one run of dbt."""
    translator = InboxTranslator(
        # The days and the files are two sources that one asset lands.
        DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True)
    )

    @dbt_assets(manifest=manifest, name="dbt_models", dagster_dbt_translator=translator)
    def models(
        context: AssetExecutionContext, settings: ResourceParam[Settings]
    ) -> Iterator[MaterializeResult | AssetCheckResult]:  # type: ignore[type-arg]
        build = build_warehouse(settings, _selection(context, manifest, translator))
        for result in build.results:
            yield from _events(context, manifest, translator, result)
        failures = failures_of(build.results)
        if failures:
            raise Failure(
                description=f"{failures[0].name}: {failures[0].message or failures[0].status}",
                metadata={result.name: result.message or result.status for result in failures},
                allow_retries=False,
            )

    return models


def _selection(
    context: AssetExecutionContext, manifest: Mapping[str, Any], translator: InboxTranslator
) -> list[str]:
    """The names of just the models and checks that the run selects; none for all."""
    if not context.is_subset:
        return []
    return [
        node["name"]
        for unique_id, node in manifest["nodes"].items()
        if (
            node["resource_type"] == "model"
            and translator.get_asset_key(node) in context.selected_asset_keys
        )
        or (
            node["resource_type"] == "test"
            and _check_key(manifest, translator, unique_id) in context.selected_asset_check_keys
        )
    ]


def _check_key(
    manifest: Mapping[str, Any], translator: InboxTranslator, unique_id: str
) -> AssetCheckKey | None:
    return get_asset_check_key_for_test(manifest, translator, unique_id, project=None)


def _events(
    context: AssetExecutionContext,
    manifest: Mapping[str, Any],
    translator: InboxTranslator,
    result: DbtResult,
) -> Iterator[MaterializeResult | AssetCheckResult]:  # type: ignore[type-arg]
    if result.resource_type == "model" and result.is_success:
        asset_key = translator.get_asset_key(manifest["nodes"][result.unique_id])
        if asset_key not in context.selected_asset_keys:  # of a build that was gone on with
            return
        yield MaterializeResult(
            asset_key=asset_key,
            metadata={"seconds": MetadataValue.float(round(result.seconds, 3))},
        )
    elif result.resource_type == "test" and result.status != "skipped":
        key = _check_key(manifest, translator, result.unique_id)
        if key is not None and key in context.selected_asset_check_keys:
            severity = manifest["nodes"][result.unique_id]["config"]["severity"].lower()
            yield AssetCheckResult(
                passed=result.status == "pass",
                asset_key=key.asset_key,
                check_name=key.name,
                severity=AssetCheckSeverity.WARN
                if severity == "warn" or result.status == "warn"
                else AssetCheckSeverity.ERROR,
                description=result.message,
                metadata={"rows_found": result.failures or 0, "seconds": round(result.seconds, 3)},
            )


def published_tables(manifest: Mapping[str, Any]) -> list[AssetSpec]:
    """One spec a table that readers get, by the models of the schema that is published."""
    return [
        AssetSpec(
            AssetKey(["published", node["name"]]),
            deps=[AssetKey(node["name"])],
            description=node["description"],
            group_name="published",
            kinds={"duckdb", "parquet"},
            owners=OWNERS,
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "main"
    ]
