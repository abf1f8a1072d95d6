"""Asset checks beside dbt's tests: names, what each stops, and the functions that find out.

Thin: every finding is made by `quality`.
"""

from collections.abc import Iterator

from dagster import (
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    ResourceParam,
    multi_asset_check,
)

from orchestration.exports import read_manifests
from orchestration.exports.failed_days import read_failed_days
from orchestration.machine import zones
from orchestration.settings import Settings
from orchestration.warehouse import quality
from orchestration.warehouse.build import coverage_of
from orchestration.warehouse.quality import Finding

# Evaluated by each load, also by one that finds nothing to do: only warnings.
ARRIVAL = AssetCheckSpec(
    "export_of_yesterday_is_loaded",
    asset="raw_manifests",
    description="Every export day to yesterday, in the zone, has arrived and is loaded, "
    "but those said to be empty and weekdays without a delivery. It tells days that have not "
    "arrived from those that cannot be read, and fails where two or more are late.",
)
VOLUME = AssetCheckSpec(
    "volume_is_usual",
    asset="raw_manifests",
    description="The newest day has between half and twice the rows of the same weekday in the "
    "last eight weeks.",
)
REJECTED = AssetCheckSpec(
    "no_rows_are_rejected",
    asset="raw_manifests",
    description="No row of the last 30 loaded days is in quarantine. How many are too many is "
    "another check: assert_rejected_rows_are_few.",
)
LOAD_CHECKS = (ARRIVAL, VOLUME, REJECTED)

# Evaluated after each build, before the publication, which they stop.
LANDED_ROWS = AssetCheckSpec(
    "every_row_is_loaded_or_in_quarantine",
    asset="fct_export_days",
    blocking=True,
    description="Rows read are rows loaded and rows in quarantine: in the manifests, on the disk "
    "and in the warehouse.",
)


def load_check_results(settings: Settings) -> Iterator[AssetCheckResult]:
    """What the checks of the raw layer find now."""
    manifests = read_manifests(settings.raw_folder)
    yield _result(
        ARRIVAL,
        quality.find_arrival(
            coverage_of(settings),
            manifests,
            read_failed_days(settings.raw_folder),
            zones.today(settings.timezone),
        ),
    )
    yield _result(VOLUME, quality.find_volume(manifests))
    yield _result(REJECTED, quality.find_rejected(manifests))


def warehouse_checks() -> AssetChecksDefinition:
    """The checks between a build and its publication."""

    @multi_asset_check(name="warehouse_checks", specs=[LANDED_ROWS])
    def reconcile(settings: ResourceParam[Settings]) -> Iterator[AssetCheckResult]:
        yield _result(LANDED_ROWS, quality.find_landed_rows(settings))

    return reconcile


def _result(spec: AssetCheckSpec, finding: Finding) -> AssetCheckResult:
    return AssetCheckResult(
        passed=finding.is_passed,
        asset_key=spec.asset_key,
        check_name=spec.name,
        severity=AssetCheckSeverity.ERROR
        if spec.blocking or finding.is_severe
        else AssetCheckSeverity.WARN,
        description=finding.description,
        metadata=dict(finding.figures),
    )
