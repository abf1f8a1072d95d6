"""Assembly only: settings, assets of every layer, jobs and schedules to one code location."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster import Definitions, in_process_executor

from orchestration.dagster_app import jobs
from orchestration.dagster_app.assets_dbt import dbt_models, published_tables
from orchestration.dagster_app.assets_published import published_assets
from orchestration.dagster_app.assets_raw import OWNERS, exports_spec, raw_assets
from orchestration.dagster_app.assets_sources import keys_of, source_assets
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


def build_defs(
    settings: Settings, *, resource_overrides: Mapping[str, Any] | None = None
) -> Definitions:
    """The code location for given settings; overrides replace resources by name."""
    manifest = load_manifest(settings)
    # Names and types are the same with every engine; the UI shows which of them holds the tables.
    manifest["metadata"]["adapter_type"] = settings.engine
    sources = source_assets(settings)
    return Definitions(
        assets=[
            *sources,
            overview_spec(OWNERS),
            exports_spec(keys_of(sources)),
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
            *([daily_import(settings, keys_of(sources))] if sources else []),
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
