"""The warehouse as it was known on a day: as if no later export day had ever come.

Days that were delivered again since count as they stand now: what they were is not kept.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from orchestration.machine.lock import hold_lock
from orchestration.publishing.publish import publish
from orchestration.settings import Settings
from orchestration.warehouse.build import build_warehouse
from orchestration.warehouse.home_beside import NotKnownAnyMore, check_known, home_beside

logger = logging.getLogger("inbox.as_known")


@contextmanager
def known_on(settings: Settings, day: date) -> Iterator[Path]:
    """A published file made of the export days up to a day alone; gone afterwards.

    What is published is not touched. Holds the warehouse's lock meanwhile, and needs the space of a
    second warehouse. Raises NotKnownAnyMore, LockBusy.
    """
    with hold_lock(settings.warehouse_lock, "a report as it was known"):
        check_known(settings, day)
        with home_beside(settings, ".as-known-", until=day) as home:
            logger.info("Building the warehouse as it was known on %s", day)
            aside = settings.model_copy(update={"home": home, "engine": "duckdb"})
            build = build_warehouse(aside, with_tests=False)
            failed = [result.name for result in build.results if not result.is_success]
            if failed:
                raise NotKnownAnyMore(f"The warehouse as known on {day} failed at {failed[0]}")
            publish(
                aside.warehouse_database,
                aside.published_folder,
                build.fingerprint,
                engine=aside.engine_config,
                parquet="never",
            )
            yield aside.published_database
