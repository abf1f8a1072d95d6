"""What a publication says day by day, asked for once and kept: a range of it is then a slice.

Asking anew for each range costs more than all days do, and asking a function its planning besides.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date

import pandas as pd

# Columns of inbox_series that the mart of days has under another name.
ELSEWHERE = {
    "messages_sent": "agent_messages",
    "from_date": "period_start_date",
    "to_date": "period_start_date",
}
MISSING = "select date from dim_dates where is_missing order by date"
REJECTED = "select export_date, rows_rejected from fct_export_days where rows_rejected > 0"


def days_query(columns: Sequence[str]) -> str:
    """All days as rows of inbox_series by day, for everyone."""
    selected = ", ".join(f"{ELSEWHERE.get(column, column)} as {column}" for column in columns)
    return f"select {selected} from mart_inbox_daily order by period_start_date"


class PublishedDays(ABC):
    """The days of a publication, each as one row."""

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

    def _days(self, columns: Sequence[str], first: date, last: date) -> pd.DataFrame:
        """The days of a range as rows of inbox_series, which has these columns."""
        days = self._ask(days_query(columns))
        is_within = _is_within(days["period_start_date"], first, last)
        return days[is_within].reset_index(drop=True)


def _is_within(days: pd.Series, first: date, last: date) -> pd.Series:
    return days.between(pd.Timestamp(first), pd.Timestamp(last))
