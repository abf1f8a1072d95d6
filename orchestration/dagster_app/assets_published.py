"""What readers open, as assets: every published table and function, put in place at once."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetsDefinition,
    AssetSpec,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    multi_asset,
)

from orchestration.dagster_app.overview import DATA_TAG, overview_told, tag_run, tell_overview
from orchestration.dagster_app.reporting import WAREHOUSE_POOL, retried_where_it_may_help
from orchestration.publishing.preview import preview_publication, preview_restatements
from orchestration.publishing.published_report import PublishedReport
from orchestration.settings import Settings
from orchestration.warehouse.publication import publish_warehouse

CARDS = "mart_inbox_cards"


def published_assets(specs: Sequence[AssetSpec]) -> AssetsDefinition:
    """The published tables and functions; they are replaced together or not at all."""

    @multi_asset(name="published", specs=specs, pool=WAREHOUSE_POOL)
    def published(
        context: AssetExecutionContext, settings: ResourceParam[Settings]
    ) -> Iterator[MaterializeResult]:  # type: ignore[type-arg]
        started = time.perf_counter()
        with overview_told(context, settings, "publication"), retried_where_it_may_help(context):
            publication = publish_warehouse(settings)
        seconds = round(time.perf_counter() - started, 3)
        tag_run(context, {DATA_TAG: publication.as_of_date.isoformat()})
        tell_overview(context, settings)
        for spec in specs:
            table = spec.key.path[-1]
            metadata: dict[str, Any] = {
                "as_of_date": publication.as_of_date.isoformat(),
                "database": MetadataValue.path(str(settings.published_database)),
                # All tables are published as one.
                "seconds": seconds,
            }
            if table in publication.rows:
                metadata["dagster/row_count"] = publication.rows[table]
                if publication.parquet.as_of_date is not None:
                    parquet = settings.published_folder / "parquet" / table
                    metadata["parquet"] = MetadataValue.path(str(parquet))
                    metadata["parquet_as_of_date"] = publication.parquet.as_of_date.isoformat()
                    metadata["parquet_of_publication"] = publication.parquet.publication
            if table == CARDS:
                report = PublishedReport(settings.published_database)
                metadata["report"] = MetadataValue.md(preview_publication(report))
                metadata["database_bytes"] = publication.database_bytes
                metadata["restated_cells"] = publication.restatements
                metadata["restatements"] = MetadataValue.md(
                    preview_restatements(report, publication.name)
                )
            yield MaterializeResult(asset_key=spec.key, metadata=metadata)

    return published
