"""What the UI of Dagster asks an instance, and what an operator reads of the answers."""

from __future__ import annotations

from dagster import AssetKey, AssetRecordsFilter

from tests.operator import Operator

LAUNCH_BACKFILL = """
mutation launch($assets: [AssetKeyInput!]!, $days: [String!]!) {
  launchPartitionBackfill(backfillParams: {assetSelection: $assets, partitionNames: $days}) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""
PARTITION_COUNTS = """
query counts($key: AssetKeyInput!) {
  assetNodeOrError(assetKey: $key) {
    ... on AssetNode { partitionStats { numMaterialized numFailed numPartitions } }
  }
}
"""
SCHEDULES = """
query schedules($selector: RepositorySelector!) {
  schedulesOrError(repositorySelector: $selector) {
    ... on Schedules { results { name cronSchedule executionTimezone scheduleState { status } } }
  }
}
"""
CHECKS = """
query checks($key: AssetKeyInput!) {
  assetNodeOrError(assetKey: $key) {
    ... on AssetNode {
      assetChecksOrError {
        ... on AssetChecks {
          checks {
            name blocking
            executionForLatestMaterialization {
              status evaluation { severity success description
                metadataEntries { label ... on IntMetadataEntry { intValue } } }
            }
          }
        }
      }
    }
  }
}
"""


def partitions(operator: Operator, asset: str) -> tuple[int, int]:
    """How many partitions of an asset are materialized, and how many show as failed."""
    counts = operator.ask(PARTITION_COUNTS, {"key": {"path": [asset]}})
    stats = counts["assetNodeOrError"]["partitionStats"]
    return stats["numMaterialized"], stats["numFailed"]


def observations(operator: Operator, asset: str, day: str) -> list[str]:
    """What the page of a partition tells beside its materializations."""
    records = operator.instance.fetch_observations(
        AssetRecordsFilter(AssetKey(asset), asset_partitions=[day]), limit=10
    ).records
    return [str(record.event_log_entry.asset_observation.description) for record in records]


def read_checks(operator: Operator, asset: str) -> dict[str, dict]:
    answer = operator.ask(CHECKS, {"key": {"path": [asset]}})
    found = answer["assetNodeOrError"]["assetChecksOrError"]["checks"]
    return {check["name"]: check for check in found}
