"""The page that answers an operator's first questions: an asset that loads and builds tell of.

Thin: what it says is made by `warehouse.overview`.
"""

from __future__ import annotations

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetSpec,
    MetadataValue,
)

from orchestration.settings import Settings
from orchestration.warehouse.overview import overview

OVERVIEW = "overview"
DAYS_TAG = "inbox/export_days"


def overview_spec(owners: list[str]) -> AssetSpec:
    """The overview, which no run makes: each load and each publication brings it up to date."""
    return AssetSpec(
        OVERVIEW,
        deps=["raw_manifests", AssetKey(["published", "mart_inbox_cards"])],
        description="Start here: what has arrived, what is late, what was set aside and why, what "
        "readers have, and what to click. Open the latest event and its `overview`. It is brought "
        "up to date by each load and each publication.",
        group_name="overview",
        kinds={"markdown"},
        owners=owners,
    )


def tell_overview(context: AssetExecutionContext, settings: Settings) -> None:
    """Brings the overview up to date."""
    context.instance.report_runless_asset_event(
        AssetMaterialization(OVERVIEW, metadata={OVERVIEW: MetadataValue.md(overview(settings))})
    )


def tag_days(context: AssetExecutionContext, days: str) -> None:
    """Shows in the list of runs which days this one was about."""
    context.instance.add_run_tags(context.run_id, {DAYS_TAG: days})
