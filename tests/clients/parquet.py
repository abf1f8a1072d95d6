"""The Parquet folder by data frames: what each reads of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow.dataset as ds

MONTHS = ["period_start_date", "is_complete", "new_threads", "average_rating"]


def by_pandas(parquet: Path) -> dict[str, Any]:
    """With Arrow's types: pandas' own have one null for null and not a number."""
    months = pd.read_parquet(parquet / "mart_inbox_monthly", columns=MONTHS)
    threads = pd.read_parquet(parquet / "fct_threads", columns=["created_at"])
    values = pd.read_parquet(parquet / "fct_values", dtype_backend="pyarrow")
    return {
        "months": months.sort_values("period_start_date").values.tolist(),
        "first": [[threads["created_at"].min().to_pydatetime()]],
        "values": list(
            zip(*(values[name].array.__arrow_array__().to_pylist() for name in values), strict=True)
        ),
    }


def by_polars(parquet: Path) -> dict[str, Any]:
    months = pl.read_parquet(parquet / "mart_inbox_monthly" / "*.parquet").sort("period_start_date")
    threads = pl.scan_parquet(parquet / "fct_threads" / "*.parquet")
    return {
        "months": months.select(MONTHS).rows(),
        "first": threads.select(pl.col("created_at").min()).collect().rows(),
        "values": pl.read_parquet(parquet / "fct_values" / "*.parquet").sort("number").rows(),
    }


def by_pyarrow(parquet: Path) -> dict[str, Any]:
    months = ds.dataset(parquet / "mart_inbox_monthly").to_table(columns=MONTHS)
    created = ds.dataset(parquet / "fct_threads").to_table(columns=["created_at"])["created_at"]
    values = ds.dataset(parquet / "fct_values").to_table().sort_by("number")
    return {
        "months": [list(row.values()) for row in months.sort_by("period_start_date").to_pylist()],
        "first": [[min(created.to_pylist())]],
        "values": [list(row.values()) for row in values.to_pylist()],
    }
