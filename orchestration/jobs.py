"""Every job: what is run together. No schedule and no logic."""

from __future__ import annotations

from dagster import AssetSelection, define_asset_job, job

from orchestration.ops import finish_erasures

load_exports = define_asset_job(
    "load_exports",
    selection=AssetSelection.groups("raw"),
    description="Reads, checks and lands export days. Run without partitions, it loads every day "
    "that has arrived and is not loaded, or whose files have changed.",
)

build_and_publish = define_asset_job(
    "build_and_publish",
    selection=AssetSelection.all() - AssetSelection.groups("raw", "exports"),
    description="Builds and tests every model from the landed days, then replaces what readers "
    "open. A failed test leaves readers what they have.",
)


@job(
    description="Finishes the erasures that `inbox erase` has begun: raw, quarantine, warehouse "
    "and publication without those users. It takes no identifier: configurations are kept.",
)
def erase_users() -> None:
    """The job `erase_users`."""
    finish_erasures()
