"""The landed exports as assets: one a kind of record, a partition an export day."""

from collections.abc import Iterator, Sequence
from datetime import date

from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetsDefinition,
    AssetSpec,
    BackfillPolicy,
    Config,
    Failure,
    MetadataValue,
    PartitionsDefinition,
    ResourceParam,
    TableColumn,
    TableColumnConstraints,
    TableRecord,
    TableSchema,
    multi_asset,
)
from pydantic import Field

from orchestration.dagster_app.checks import LOAD_CHECKS, load_check_results
from orchestration.dagster_app.forgetting import REJECTED_ROWS, forget_rejected
from orchestration.dagster_app.overview import days_tag, overview_told, tag_run, tell_overview
from orchestration.dagster_app.reporting import (
    forget_planned_days,
    report_failed_days,
    report_materializations,
    retried_where_it_may_help,
)
from orchestration.exports import ENTITIES, DayManifest
from orchestration.exports.loading import LoadOutcome, load_days
from orchestration.exports.preview import PREVIEW_COLUMNS, preview_rejected
from orchestration.exports.reading.schema import CONTRACTS
from orchestration.exports.retention import closed_days
from orchestration.privacy.record import Door
from orchestration.settings import Settings

OWNERS = ["team:data-engineering"]
MANIFESTS = "raw_manifests"

EXPORTS = "inbox_exports"


def exports_spec(sources: Sequence[AssetKey]) -> AssetSpec:
    """The export days, after the sources that write some of them."""
    return AssetSpec(
        EXPORTS,
        deps=sources,
        description="The inbox's daily exports: a folder of files a day, in the folder "
        "INBOX_EXPORTS, and what sources have written.",
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
    """The assets raw_threads, raw_messages, ... of each entity, and raw_manifests.

    A day is loaded whole or not at all. A day that cannot be loaded is a failed partition with the
    reason on its page, and fails the run after every other day has been loaded. A day that has not
    arrived is missing, also where a backfill spans it.
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
                metadata=_column_schema(key),
            )
            for key, description in _descriptions().items()
        ],
        check_specs=LOAD_CHECKS,
        partitions_def=partitions,
        backfill_policy=BackfillPolicy.single_run(),
    )
    def raw_exports(
        context: AssetExecutionContext, config: LoadExports, settings: ResourceParam[Settings]
    ) -> Iterator[AssetCheckResult]:
        is_partitioned = context.has_partition_key or context.has_partition_key_range
        requested = config.days or (context.partition_keys if is_partitioned else None)
        with overview_told(context, settings, "load"), retried_where_it_may_help(context):
            outcome = load_days(settings, Door(settings.pseudonym_key_bytes), requested)
        keys = list(_descriptions())
        forget_planned_days(context, keys, outcome.not_arrived)
        report_failed_days(context, keys, outcome.failed_days)
        report_materializations(context, _materializations(settings, outcome))
        forget_rejected(context.instance, closed_days(settings.raw_folder))
        tag_run(context, days_tag(_days_of(outcome)))
        tell_overview(context, settings)
        yield from load_check_results(settings)
        if outcome.failed:
            raise Failure(
                description="\n".join(outcome.failed),
                metadata={"days_loaded": len(outcome.loaded), "days_failed": len(outcome.failed)},
                allow_retries=False,
            )

    return raw_exports


def _days_of(outcome: LoadOutcome) -> list[date]:
    return sorted({*(day.export_date for day in outcome.loaded), *outcome.failed_days})


def _descriptions() -> dict[str, str]:
    return {
        **{
            f"raw_{entity}": f"Every version of {entity.replace('_', ' ')} that the loaded days "
            "brought: checked, typed, as Parquet. Bad rows are set aside with their reasons."
            for entity in ENTITIES
        },
        MANIFESTS: "The files of each loaded day with their rows read, loaded and rejected. A day "
        "is loaded from the moment at which its manifest is in place.",
    }


def _column_schema(key: str) -> dict[str, TableSchema]:
    """What the entity's Parquet holds; the manifests are no table."""
    if key == MANIFESTS:
        return {}
    contract = CONTRACTS[key.removeprefix("raw_")]
    required = {column.name for column in contract.landed_columns if column.required}
    return {
        "dagster/column_schema": TableSchema(
            columns=[
                TableColumn(
                    field.name,
                    str(field.type),
                    constraints=TableColumnConstraints(nullable=field.name not in required),
                )
                for field in contract.landed_schema
            ]
        )
    }


def _materializations(settings: Settings, outcome: LoadOutcome) -> list[AssetMaterialization]:
    """Each loaded day's, asset by asset, so that an asset's last one is of the last day."""
    return [
        _materialization(settings, key, manifest, outcome.seconds[manifest.export_date])
        for key in _descriptions()
        for manifest in outcome.loaded
    ]


def _materialization(
    settings: Settings, key: str, manifest: DayManifest, seconds: float
) -> AssetMaterialization:
    files = [file for file in manifest.files if key in (MANIFESTS, f"raw_{file.entity}")]
    loaded = sum(file.rows_loaded for file in files)
    rejected = sum(file.rows_rejected for file in files)
    return AssetMaterialization(
        asset_key=AssetKey(key),
        partition=manifest.export_date.isoformat(),
        metadata={
            "dagster/partition_row_count": loaded,
            "file_count": len(files),
            "rows_read": sum(file.rows_read for file in files),
            "rows_loaded": loaded,
            "rows_rejected": rejected,
            "files": MetadataValue.text(", ".join(file.file_name for file in files) or "none"),
            "bytes": sum(file.size_bytes for file in files),
            # A day is read as one, so all its assets took the same time.
            "seconds": round(seconds, 3),
            **(_preview(settings, key, manifest) if rejected else {}),
        },
    )


def _preview(settings: Settings, key: str, manifest: DayManifest) -> dict[str, MetadataValue]:
    """The first rejected rows: their places and reasons, never what they hold."""
    rows = preview_rejected(
        settings.raw_folder, manifest, None if key == MANIFESTS else key.removeprefix("raw_")
    )
    return {
        REJECTED_ROWS: MetadataValue.table(
            [TableRecord(row) for row in rows],
            TableSchema([TableColumn(name, "string") for name in PREVIEW_COLUMNS]),
        )
    }
