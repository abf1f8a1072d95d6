"""Every job: what is run together, and how a run for certain days is asked for. No schedule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from dagster import AssetSelection, define_asset_job, job

from orchestration.dagster_app.ops import finish_erasures
from orchestration.dagster_app.overview import OVERVIEW, days_tag

load_exports = define_asset_job(
    "load_exports",
    selection=AssetSelection.groups("raw"),
    description="Reads, checks and lands export days. Run without partitions, it loads every day "
    "that has arrived and is not loaded, or whose files have changed.",
)

import_sources = define_asset_job(
    "import_sources",
    selection=AssetSelection.groups("sources"),
    description="Brings what help desks have to export days, each source by itself; days that they "
    "change are loaded as any others that have arrived.",
)

build_and_publish = define_asset_job(
    "build_and_publish",
    selection=AssetSelection.all() - AssetSelection.groups("raw", "exports", "sources", OVERVIEW),
    description="Builds and tests every model from the landed days, then replaces what readers "
    "open. A failed test leaves readers what they have.",
)


def load_run(days: Sequence[date]) -> dict[str, Any]:
    """Tags and run_config of one run that loads just the given days.

    Each day is reported as a partition of its own. The run is not tagged with a range of
    partitions: days that have not arrived would be planned too, and shown as failed.
    """
    return {
        "tags": days_tag(days),
        "run_config": {
            "ops": {"raw_exports": {"config": {"days": [day.isoformat() for day in days]}}}
        },
    }


def run_of(job: str, days: Sequence[date]) -> dict[str, Any]:
    """Tags and run_config of a run of a job: a load of just the given days; others are for them."""
    if days and job == load_exports.name:
        return load_run(days)
    return {"tags": days_tag(days) if days else {}, "run_config": {}}


@job(
    description="Finishes the erasures that `inbox erase` has begun: raw, quarantine, warehouse "
    "and publication without those users. It takes no identifier: configurations are kept.",
)
def erase_users() -> None:
    """The job `erase_users`."""
    finish_erasures()
