"""What a publication says by day and period, asked for once and kept: a range is then a slice.

Asking anew for each range costs more than all of them, and asking a function its planning.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date

import pandas as pd

MARTS = {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}
MISSING = "select date from dim_dates where is_missing order by date"
REJECTED = "select export_date, rows_rejected from fct_export_days where rows_rejected > 0"


def is_whole(periods: pd.DataFrame, first: date, last: date) -> bool:
    """Whether each period that a range has days of is there."""
    begin, end = periods["period_start_date"].min(), periods["period_end_date"].max()
    days = (periods["period_end_date"] - periods["period_start_date"]).dt.days + 1
    return bool(
        begin <= pd.Timestamp(first)
        and end >= pd.Timestamp(last)
        and days.sum() == (end - begin).days + 1
    )


@dataclass(frozen=True)
class Reach:
    """Until when the data reach, and the settings of days and weeks: dim_report.

    first_date and last_date are None where nothing has ever happened in the inbox. covered_from:
    the day from which everything is there.
    """

    as_of_date: date
    first_date: date | None
    last_date: date | None
    timezone: str
    week_start: str
    covered_from: date | None = None


class PublishedDays(ABC):
    """The days and periods of a publication, each as one row."""

    reach: Reach

    @abstractmethod
    def _ask(self, query: str, *parameters: object) -> pd.DataFrame:
        """The rows of a query, kept."""

    def missing_days(self, first: date, last: date) -> list[date]:
        """The export days of a range that should have come and have not."""
        days = self._ask(MISSING)["date"]
        return [day.date() for day in days[_is_within(days, first, last)]]

    def rejected_rows(self, first: date, last: date) -> int:
        """How many rows of the export days of a range were set aside."""
        days = self._ask(REJECTED)
        return int(days["rows_rejected"][_is_within(days["export_date"], first, last)].sum())


def _is_within(days: pd.Series, first: date, last: date) -> pd.Series:
    return days.between(pd.Timestamp(first), pd.Timestamp(last))
