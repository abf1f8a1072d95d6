"""What a publication says by day and period, asked for once and kept: a range is then a slice.

Asking anew for each range costs more than all of them, and asking a function its planning.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date

import pandas as pd

# Columns of inbox_series that the marts of whole periods have under another name.
ELSEWHERE = {
    "messages_sent": "agent_messages",
    "from_date": "period_start_date",
    "to_date": "period_end_date",
}
KEYS = ("period_start_date", "period_end_date", "from_date", "to_date", "is_complete")
MARTS = {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}
MISSING = "select date from dim_dates where is_missing order by date"
REJECTED = "select export_date, rows_rejected from fct_export_days where rows_rejected > 0"


def periods_query(grain: str, columns: Sequence[str]) -> str:
    """All whole periods of a grain as rows of inbox_series, for everyone."""
    selected = ", ".join(f"{ELSEWHERE.get(column, column)} as {column}" for column in columns)
    return f"select {selected} from mart_inbox_{MARTS[grain]} order by period_start_date"


def is_whole(periods: pd.DataFrame, first: date, last: date) -> bool:
    """Whether each period that a range has days of is there."""
    begin, end = periods["period_start_date"].min(), periods["period_end_date"].max()
    days = (periods["period_end_date"] - periods["period_start_date"]).dt.days + 1
    return bool(
        begin <= pd.Timestamp(first)
        and end >= pd.Timestamp(last)
        and days.sum() == (end - begin).days + 1
    )


def without_cut(periods: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """The periods, of which those that a range cuts say nothing and only keep their places."""
    is_cut = (periods["period_start_date"] < pd.Timestamp(first)) | (
        periods["period_end_date"] > pd.Timestamp(last)
    )
    if not is_cut.any():
        return periods
    numbers = [str(column) for column in periods if column not in KEYS]
    known = periods.assign(is_complete=periods["is_complete"] & ~is_cut)
    return known.assign(**{column: known[column].where(~is_cut) for column in numbers})


class PublishedDays(ABC):
    """The days and periods of a publication, each as one row."""

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

    def _periods(self, grain: str, columns: Sequence[str], first: date, last: date) -> pd.DataFrame:
        """The periods that a range has days of, whole, as rows of inbox_series."""
        periods = self._ask(periods_query(grain, columns))
        is_within = (periods["period_end_date"] >= pd.Timestamp(first)) & (
            periods["period_start_date"] <= pd.Timestamp(last)
        )
        return periods[is_within].reset_index(drop=True)


def _is_within(days: pd.Series, first: date, last: date) -> pd.Series:
    return days.between(pd.Timestamp(first), pd.Timestamp(last))
