"""Assembly only: settings, assets of every layer, jobs and schedules to one code location."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster import AssetKey, AssetsDefinition, AssetSpec, Definitions, in_process_executor

from orchestration.dagster_app import jobs
from orchestration.dagster_app.assets_dbt import dbt_models, published_tables
from orchestration.dagster_app.assets_published import published_assets
from orchestration.dagster_app.assets_raw import OWNERS, exports_spec, raw_assets
from orchestration.dagster_app.checks import warehouse_checks
from orchestration.dagster_app.overview import overview_spec
from orchestration.dagster_app.partitions import export_days
from orchestration.dagster_app.schedules import daily_import, daily_load
from orchestration.dagster_app.sensors import (
    alerts_of_runs,
    exports_arrived,
    late_days,
    publish_after_load,
)
from orchestration.settings import Settings
from orchestration.warehouse.dbt import load_manifest


def _sources(
    settings: Settings,
) -> tuple[list[AssetsDefinition | AssetSpec], list[AssetKey]]:
    """The assets of the sources, and the keys of those that can be imported; often there are none.

    What reads help desks is imported where there is one.
    """
    if settings.sources is None:
        return [], []
    from orchestration.dagster_app.assets_sources import keys_of, source_assets

    assets = source_assets(settings)
    return assets, keys_of(assets)


def build_defs(
    settings: Settings, *, resource_overrides: Mapping[str, Any] | None = None
) -> Definitions:
    """The code location for given settings; overrides replace resources by name."""
    manifest = load_manifest(settings)
    # Names and types are the same with every engine; the UI shows which of them holds the tables.
    manifest["metadata"]["adapter_type"] = settings.engine
    sources, source_keys = _sources(settings)
    return Definitions(
        assets=[
            *sources,
            overview_spec(OWNERS),
            exports_spec(source_keys),
            raw_assets(export_days(settings)),
            dbt_models(manifest),
            published_assets(published_tables(manifest)),
        ],
        jobs=[
            jobs.load_exports,
            jobs.build_and_publish,
            jobs.erase_users,
            *([jobs.import_sources] if sources else []),
        ],
        schedules=[
            daily_load(settings),
            *([daily_import(settings, source_keys)] if sources else []),
        ],
        sensors=[
            exports_arrived(settings),
            *publish_after_load(settings),
            *alerts_of_runs(settings),
            late_days(settings),
        ],
        asset_checks=[warehouse_checks()],
        # A process a step would import Dagster, dbt and pandas anew for each.
        executor=in_process_executor,
        resources={"settings": settings, **(resource_overrides or {})},
    )
