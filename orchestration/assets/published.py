"""What readers open, as assets: every published table and function, put in place at once."""

from collections.abc import Iterator, Sequence

from dagster import (
    AssetsDefinition,
    AssetSpec,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    multi_asset,
)

from orchestration.settings import Settings
from orchestration.warehouse.build import publish_warehouse


def published_assets(specs: Sequence[AssetSpec]) -> AssetsDefinition:
    """The published tables and functions; they are replaced together or not at all."""

    @multi_asset(name="published", specs=specs)
    def published(settings: ResourceParam[Settings]) -> Iterator[MaterializeResult]:  # type: ignore[type-arg]
        publication = publish_warehouse(settings)
        for spec in specs:
            table = spec.key.path[-1]
            rows = publication.rows.get(table)
            yield MaterializeResult(
                asset_key=spec.key,
                metadata={
                    "as_of_date": publication.as_of_date.isoformat(),
                    "database": MetadataValue.path(str(settings.published_database)),
                    **(
                        {}
                        if rows is None
                        else {
                            "dagster/row_count": rows,
                            "parquet": MetadataValue.path(
                                str(settings.published_folder / "parquet" / table)
                            ),
                        }
                    ),
                },
            )

    return published
