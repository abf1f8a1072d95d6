"""The landed exports as assets: one a kind of record, a partition an export day."""

from collections.abc import Iterator

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetsDefinition,
    AssetSpec,
    BackfillPolicy,
    Config,
    Failure,
    MaterializeResult,
    MetadataValue,
    PartitionsDefinition,
    ResourceParam,
    multi_asset,
)
from pydantic import Field

from orchestration.exports import ENTITIES, DayManifest
from orchestration.exports.loading import load_days
from orchestration.settings import Settings

OWNERS = ["team:data-engineering"]
MANIFESTS = "raw_manifests"

EXPORTS = AssetSpec(
    "inbox_exports",
    description="The inbox's daily exports: a folder of files a day, in the folder INBOX_EXPORTS.",
    group_name="exports",
    kinds={"csv", "json", "parquet"},
    owners=OWNERS,
)


class LoadExports(Config):
    """Which days to load; without any, the run's partitions, or else every day that is due."""

    days: list[str] = Field(
        default=[], description="Export days (YYYY-MM-DD), of all that the run covers."
    )


def raw_assets(partitions: PartitionsDefinition) -> AssetsDefinition:
    """The assets raw_threads, raw_messages, raw_ratings, raw_agents and raw_manifests.

    A day is loaded whole or not at all. A day that cannot be loaded leaves its partition as it was
    and fails the run after every other day has been loaded.
    """

    @multi_asset(
        name="raw_exports",
        specs=[
            AssetSpec(
                key,
                deps=[EXPORTS],
                # A day that has not arrived, or cannot be read, must not show as materialized:
                # the days that were loaded are reported one by one instead.
                skippable=True,
                description=description,
                group_name="raw",
                kinds={"python", "pandas", "parquet"},
                owners=OWNERS,
            )
            for key, description in _descriptions().items()
        ],
        partitions_def=partitions,
        backfill_policy=BackfillPolicy.single_run(),
    )
    def raw_exports(
        context: AssetExecutionContext, config: LoadExports, settings: ResourceParam[Settings]
    ) -> Iterator[MaterializeResult]:  # type: ignore[type-arg]
        is_partitioned = context.has_partition_key or context.has_partition_key_range
        requested = config.days or (context.partition_keys if is_partitioned else None)
        outcome = load_days(settings, requested)
        for manifest in outcome.loaded:
            for materialization in _materializations(manifest):
                context.log_event(materialization)
        if outcome.failed:
            raise Failure(
                description="\n".join(outcome.failed),
                metadata={"days_loaded": len(outcome.loaded), "days_failed": len(outcome.failed)},
                allow_retries=False,
            )
        yield from ()

    return raw_exports


def _descriptions() -> dict[str, str]:
    return {
        **{
            f"raw_{entity}": f"Every version of {entity} that the loaded days brought: checked, "
            "typed, as Parquet. Bad rows are set aside with their reasons."
            for entity in ENTITIES
        },
        MANIFESTS: "The files of each loaded day with their rows read, loaded and rejected. A day "
        "is loaded from the moment at which its manifest is in place.",
    }


def _materializations(manifest: DayManifest) -> Iterator[AssetMaterialization]:
    for key in _descriptions():
        files = [file for file in manifest.files if key in (MANIFESTS, f"raw_{file.entity}")]
        loaded = sum(file.rows_loaded for file in files)
        yield AssetMaterialization(
            asset_key=AssetKey(key),
            partition=manifest.export_date.isoformat(),
            metadata={
                "dagster/partition_row_count": len(files) if key == MANIFESTS else loaded,
                "rows_read": sum(file.rows_read for file in files),
                "rows_loaded": loaded,
                "rows_rejected": sum(file.rows_rejected for file in files),
                "files": MetadataValue.text(", ".join(file.file_name for file in files) or "none"),
                "bytes": sum(file.size_bytes for file in files),
            },
        )
