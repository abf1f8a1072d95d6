"""With which days a range is compared, and how far its numbers have changed since."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

COMPARISONS = {
    "before": "Days before",
    "year": "Same days last year",
    "none": "Nothing",
}
DEFAULT_COMPARISON = "before"


def compared_days(comparison: str, first: date, last: date) -> tuple[date, date] | None:
    """The days that a range is compared with; None where it is with nothing."""
    match comparison:
        case "before":
            return first - (last - first) - timedelta(days=1), first - timedelta(days=1)
        case "year":
            return a_year_earlier(first), a_year_earlier(last)
        case "none":
            return None
    raise ValueError(f"There is no comparison {comparison!r}")


def a_year_earlier(day: date) -> date:
    """The same day of the year before; of 29 February it is the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def change_of(current: Any, previous: Any) -> tuple[float | None, float | None]:
    """The change and its share; None where there is none."""
    if pd.isna(current) or pd.isna(previous):
        return None, None
    change = float(current) - float(previous)
    return change, change / float(previous) if previous else None
