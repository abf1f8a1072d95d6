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
    ResourceParam,
    TableColumnDep,
    TableColumnLineage,
    multi_asset,
)

from orchestration.dagster_app.assets_raw import OWNERS
from orchestration.dagster_app.dbt_nodes import (
    PUBLISHED_SCHEMA,
    asset_key,
    check_keys,
    check_specs,
    column_schema,
    model_specs,
    steps_before,
)
from orchestration.dagster_app.overview import overview_told, tell_overview
from orchestration.dagster_app.reporting import WAREHOUSE_POOL, retried_where_it_may_help
from orchestration.engines import engine_of
from orchestration.settings import Settings
from orchestration.warehouse.build import WarehouseBuild, build_warehouse
from orchestration.warehouse.overview import HeldBack
from orchestration.warehouse.results import DbtResult, failures_of
from orchestration.warehouse.tables import Lineage, trace_columns
from orchestration.warehouse.words import all_words, first_words, words_of_check


def dbt_models(manifest: Mapping[str, Any]) -> AssetsDefinition:
    """The assets of every model of a dbt manifest, built and tested by one run of dbt."""

    checks = check_keys(manifest)
    steps = steps_before(manifest)

    @multi_asset(
        name="dbt_models",
        specs=model_specs(manifest),
        check_specs=check_specs(manifest),
        can_subset=True,
        pool=WAREHOUSE_POOL,
    )
    def models(
        context: AssetExecutionContext, settings: ResourceParam[Settings]
    ) -> Iterator[MaterializeResult | AssetCheckResult]:  # type: ignore[type-arg]
        with overview_told(context, settings, "build"), retried_where_it_may_help(context):
            build = build_warehouse(settings, _selection(context, manifest, checks))
        built = [
            manifest["nodes"][result.unique_id]
            for result in build.results
            if result.resource_type == "model" and result.is_success
        ]
        applied = {name for name, state in build.states.items() if state.action == "applied"}
        lineage: dict[str, Lineage] = {}
        if engine_of(settings).has_readers_names:
            lineage = trace_columns(settings, manifest, built, build.tables, applied)
        # In steps, as Dagster asks for the version of what each is made of: see `event_log`.
        for result in sorted(build.results, key=lambda one: steps.get(one.unique_id, len(steps))):
            if result.resource_type == "model" and result.is_success:
                model = manifest["nodes"][result.unique_id]
                # A build that was interrupted is gone on with, also with what is not selected.
                if asset_key(model) in context.selected_asset_keys:
                    yield MaterializeResult(
                        asset_key=asset_key(model),
                        metadata={
                            "seconds": round(result.seconds, 3),
                            **_figures(model, build),
                            **_lineage(manifest, lineage.get(result.unique_id, {})),
                        },
                    )
            elif result.resource_type == "test":
                yield from _evaluations(context, manifest, checks, result)
        failures = failures_of(build.results)
        if failures:
            held_back = HeldBack("build", first_words(failures), did="did not pass")
            tell_overview(context, settings, held_back)
            raise Failure(
                description=first_words(failures),
                metadata=all_words(failures),
                allow_retries=False,
            )

    return models


def _selection(
    context: AssetExecutionContext,
    manifest: Mapping[str, Any],
    checks: Mapping[str, AssetCheckKey],
) -> list[str]:
    """The names of just the models and checks that the run selects; none for all."""
    if not context.is_subset:
        return []
    return [
        node["name"]
        for unique_id, node in manifest["nodes"].items()
        if (node["resource_type"] == "model" and asset_key(node) in context.selected_asset_keys)
        or (
            node["resource_type"] == "test"
            and checks.get(unique_id) in context.selected_asset_check_keys
        )
    ]


def _figures(model: Mapping[str, Any], build: WarehouseBuild) -> dict[str, Any]:
    """A model's rows (but a view's that is not published), and what the last batch did to it.

    rows_changed: the rows that were written; the rows as they were before are counted too where
    only changes were applied. periods_recomputed: the days or periods whose numbers were.
    """
    figures: dict[str, Any] = {}
    rows = build.tables.rows.get((model["schema"], model["alias"]))
    if rows is not None:
        figures["dagster/row_count"] = rows
    state = build.states.get(model["name"])
    if state is not None:
        figures["rows_changed"] = state.rows_written
        figures["batch"] = f"{state.action} with batch {state.batch_number}"
    if model["name"] in build.tables.periods:
        figures["periods_recomputed"] = build.tables.periods[model["name"]]
    return figures


def _lineage(manifest: Mapping[str, Any], columns: Lineage) -> dict[str, TableColumnLineage]:
    """The columns of other assets that each column of a model is made of."""

    def key_of(unique_id: str) -> AssetKey:
        return asset_key(manifest["nodes"].get(unique_id) or manifest["sources"][unique_id])

    if not columns:
        return {}
    return {
        "dagster/column_lineage": TableColumnLineage(
            {
                column: [TableColumnDep(key_of(parent), name) for parent, name in parents]
                for column, parents in columns.items()
            }
        )
    }


def _evaluations(
    context: AssetExecutionContext,
    manifest: Mapping[str, Any],
    checks: Mapping[str, AssetCheckKey],
    result: DbtResult,
) -> Iterator[AssetCheckResult]:
    """A test as a check, with the number of rows that it found; nothing if it was not run."""
    key = checks.get(result.unique_id)
    if result.status == "skipped" or key is None or key not in context.selected_asset_check_keys:
        return
    severity = manifest["nodes"][result.unique_id]["config"]["severity"].lower()
    yield AssetCheckResult(
        passed=result.status == "pass",
        asset_key=key.asset_key,
        check_name=key.name,
        severity=AssetCheckSeverity.WARN
        if severity == "warn" or result.status == "warn"
        else AssetCheckSeverity.ERROR,
        description=words_of_check(result),
        metadata={
            "rows_found": result.failures or 0,
            "seconds": round(result.seconds, 3),
        },
    )


def published_tables(manifest: Mapping[str, Any]) -> list[AssetSpec]:
    """One spec a table that readers get, by the models of the schema that is published."""
    return [
        AssetSpec(
            AssetKey(["published", node["name"]]),
            deps=[AssetKey(node["name"])],
            description=f"What readers have: {node['description'].strip()}",
            group_name="published",
            kinds={"duckdb", "parquet"},
            owners=OWNERS,
            metadata={"dagster/column_schema": column_schema(node)},
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == PUBLISHED_SCHEMA
    ]
