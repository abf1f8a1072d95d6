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
    TableColumn,
    TableColumnConstraints,
    TableColumnDep,
    TableColumnLineage,
    TableSchema,
)
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from orchestration.dagster_app.assets_raw import MANIFESTS, OWNERS
from orchestration.dagster_app.reporting import WAREHOUSE_POOL, retried_where_it_may_help
from orchestration.engines import engine_of
from orchestration.exports import ENTITIES
from orchestration.settings import Settings
from orchestration.warehouse.build import WarehouseBuild, build_warehouse
from orchestration.warehouse.results import DbtResult, failures_of
from orchestration.warehouse.tables import (
    Lineage,
    WarehouseTables,
    describe_tables,
    trace_columns,
)
from orchestration.warehouse.words import all_words, first_words


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

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """dagster-dbt's, with the columns as declared: what is never null, and what is unique."""
        return {
            **super().get_metadata(dbt_resource_props),
            "dagster/column_schema": column_schema(dbt_resource_props),
        }


def column_schema(model: Mapping[str, Any]) -> TableSchema:
    """A model's columns with types, descriptions and constraints, from dbt's manifest."""
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


def dbt_models(manifest: Mapping[str, Any]) -> AssetsDefinition:
    """The assets of every model of a dbt manifest, built and tested by one run of dbt."""
    translator = InboxTranslator(
        # The days and the files are two sources that one asset lands.
        DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True)
    )

    @dbt_assets(
        manifest=manifest,
        name="dbt_models",
        dagster_dbt_translator=translator,
        pool=WAREHOUSE_POOL,
    )
    def models(
        context: AssetExecutionContext, settings: ResourceParam[Settings]
    ) -> Iterator[MaterializeResult | AssetCheckResult]:  # type: ignore[type-arg]
        with retried_where_it_may_help(context):
            build = build_warehouse(settings, _selection(context, manifest, translator))
            tables = describe_tables(settings)
        built = [
            manifest["nodes"][result.unique_id]
            for result in build.results
            if result.resource_type == "model" and result.is_success
        ]
        applied = {name for name, state in build.states.items() if state.action == "applied"}
        lineage: dict[str, Lineage] = {}
        if engine_of(settings).has_readers_names:
            lineage = trace_columns(settings, manifest, built, tables, applied)
        for result in build.results:
            if result.resource_type == "model" and result.is_success:
                model = manifest["nodes"][result.unique_id]
                # A build that was interrupted is gone on with, also with what is not selected.
                if translator.get_asset_key(model) in context.selected_asset_keys:
                    yield MaterializeResult(
                        asset_key=translator.get_asset_key(model),
                        metadata={
                            "seconds": round(result.seconds, 3),
                            **_figures(model, build, tables),
                            **_lineage(manifest, translator, lineage.get(result.unique_id, {})),
                        },
                    )
            elif result.resource_type == "test":
                yield from _evaluations(context, manifest, translator, result)
        failures = failures_of(build.results)
        if failures:
            raise Failure(
                description=first_words(failures),
                metadata=all_words(failures),
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


def _figures(
    model: Mapping[str, Any], build: WarehouseBuild, tables: WarehouseTables
) -> dict[str, Any]:
    """A model's rows (but a view's that is not published), and what the last batch did to it.

    rows_changed: the rows that were written; the rows as they were before are counted too where
    only changes were applied. periods_recomputed: the days or periods whose numbers were.
    """
    figures: dict[str, Any] = {}
    rows = tables.rows.get((model["schema"], model["alias"]))
    if rows is not None:
        figures["dagster/row_count"] = rows
    state = build.states.get(model["name"])
    if state is not None:
        figures["rows_changed"] = state.rows_written
        figures["batch"] = f"{state.action} with batch {state.batch_number}"
    if model["name"] in tables.periods:
        figures["periods_recomputed"] = tables.periods[model["name"]]
    return figures


def _lineage(
    manifest: Mapping[str, Any], translator: InboxTranslator, columns: Lineage
) -> dict[str, TableColumnLineage]:
    """The columns of other assets that each column of a model is made of."""

    def key_of(unique_id: str) -> AssetKey:
        return translator.get_asset_key(
            manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]
        )

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
    translator: InboxTranslator,
    result: DbtResult,
) -> Iterator[AssetCheckResult]:
    """A test as a check, with the number of rows that it found; nothing if it was not run."""
    key = _check_key(manifest, translator, result.unique_id)
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
        description=result.message,
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
            description=node["description"],
            group_name="published",
            kinds={"duckdb", "parquet"},
            owners=OWNERS,
            metadata={"dagster/column_schema": column_schema(node)},
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "main"
    ]
