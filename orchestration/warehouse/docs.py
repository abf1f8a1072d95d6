"""The description of every table, number and test as one static page."""

from __future__ import annotations

import os
from pathlib import Path

from orchestration.machine.lock import hold_lock
from orchestration.settings import Settings
from orchestration.warehouse.dbt import DbtFailed, invoke


def write_docs(settings: Settings) -> Path:
    """Makes `<INBOX_HOME>/docs/index.html`, a page that needs no server; gives its path.

    It tells models, columns, lineage, tests, metrics and exposures, and what the warehouse holds.
    Raises DbtFailed where nothing has been built yet, or dbt could not describe it.
    """
    if not settings.warehouse_database.exists():
        raise DbtFailed("Nothing has been built yet that could be described. Run: inbox run")
    with hold_lock(settings.warehouse_lock, "describing the warehouse"):
        invoke(settings, ["docs", "generate", "--static"])
        made = settings.dbt_folder / "target" / "static_index.html"
        page = settings.home / "docs" / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        os.replace(made, page)
    return page
