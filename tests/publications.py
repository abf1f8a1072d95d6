"""Publications of a few rows, made without a pipeline."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb

from orchestration.publishing.publish import publish


def small_publication(folder: Path, number: int, *statements: str) -> Path:
    """A publication of two small tables that both hold a number; the folder that it is in.

    statements: what else is done to them first.
    """
    warehouse = folder / f"{number}.duckdb"
    with closing(duckdb.connect(str(warehouse))) as connection:
        connection.execute("create table dim_report as select date '2024-03-31' as as_of_date")
        for table in ("fct_one", "fct_two"):
            connection.execute(f"create table {table} as select {number} as number")
        for statement in statements:
            connection.execute(statement)
    publish(warehouse, folder / "published", f"fingerprint-{number}")
    return folder / "published"
