"""What builds the tables: DuckDB on this machine, or Spark on a cluster, behind one interface.

Belongs here: all that differs between engines outside of SQL. What differs in SQL is in the dbt
project's `macros/engine`. Nothing else asks which engine it is.
"""

from __future__ import annotations

from orchestration.engines.duckdb import DuckDB
from orchestration.engines.interface import Engine
from orchestration.engines.spark.engine import Spark
from orchestration.settings import Settings

__all__ = ["Engine", "engine_of"]

ENGINES: dict[str, type[DuckDB] | type[Spark]] = {"duckdb": DuckDB, "spark": Spark}


def engine_of(settings: Settings) -> Engine:
    """The engine of INBOX_ENGINE."""
    return ENGINES[settings.engine](settings)
