"""Checking a warehouse: is it what a rebuild from the same files gives, or another engine?

Belongs here: the rebuild aside, and what is compared with what. The warehouse and what readers
open are only read.
"""

from __future__ import annotations

import logging
from pathlib import Path

from orchestration.engines.state import read_states
from orchestration.errors import InboxError
from orchestration.machine.lock import hold_lock
from orchestration.settings import Settings
from orchestration.warehouse.build import build_warehouse
from orchestration.warehouse.comparison import Comparison, compare
from orchestration.warehouse.home_beside import home_beside

logger = logging.getLogger("inbox.verify")

# Another engine may add doubles up in another order.
TOLERANCE = 1e-9


class NothingToVerify(InboxError):
    """There is no warehouse yet, or one in the middle of a build."""


def verify_warehouse(settings: Settings, examples: int = 5) -> Comparison:
    """Builds the warehouse anew beside it from the landed files, and compares every value.

    The rebuild is DuckDB's, whichever engine made the warehouse; between two engines, doubles may
    differ by 1e-9 of their value.

    examples: rows shown of a table that differs. Needs the space of a second warehouse, and holds
    the warehouse's lock meanwhile.
    Raises NothingToVerify where no build has ended, LockBusy where another process does not end.
    """
    with hold_lock(settings.warehouse_lock, "a verification"):
        if not read_states(settings.warehouse_database):
            raise NothingToVerify("There is no warehouse to verify. Run: inbox run")
        with home_beside(settings, ".verify-") as home:
            logger.info("Building the warehouse anew beside it")
            aside = settings.model_copy(update={"home": home, "engine": "duckdb"})
            build = build_warehouse(aside, with_tests=False)
            failed = [result.name for result in build.results if not result.is_success]
            if failed:
                raise NothingToVerify(f"The rebuild failed at {failed[0]}")
            tolerance = TOLERANCE if settings.engine != aside.engine else 0.0
            return compare(
                settings.warehouse_database,
                aside.warehouse_database,
                examples,
                tolerance,
                settings.engine_config,
            )


def verify_against(settings: Settings, other: Path, examples: int = 5) -> Comparison:
    """Compares the warehouse with another one of the same exports, value by value.

    other: a DuckDB file, or a folder with a folder of Parquet files for each table. Doubles may
    differ by 1e-9 of their value. Holds the warehouse's lock meanwhile.
    Raises NothingToVerify, NotAWarehouse, LockBusy.
    """
    with hold_lock(settings.warehouse_lock, "a verification"):
        if not read_states(settings.warehouse_database):
            raise NothingToVerify("There is no warehouse to verify. Run: inbox run")
        return compare(
            settings.warehouse_database, other, examples, TOLERANCE, settings.engine_config
        )
