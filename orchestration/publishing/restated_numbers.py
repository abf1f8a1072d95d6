"""A publication asked what it tells otherwise than those before it did."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date

import pandas as pd

from orchestration.publishing.restatement_queries import (
    HAS_LOG,
    HAS_ROWS,
    LOGGED,
    MOVED_DAYS,
    MOVES,
    RESTATEMENTS,
)


class RestatedNumbers(ABC):
    """The log of restatements of a publication; one of before the log has none."""

    @abstractmethod
    def _ask(self, query: str, *parameters: object) -> pd.DataFrame:
        """The rows of a query."""

    def restatements(
        self,
        first: date | None = None,
        last: date | None = None,
        agent_id: str | None = None,
        publication_id: str | None = None,
    ) -> pd.DataFrame:
        """What was restated: rows of fct_restatements, those with the most threads first.

        first, last: days that the periods lie in. agent_id: whose; None is everyone's and all
        agents', empty is nobody's. A publication of before the log has none.
        """
        if self._ask(HAS_LOG).empty:
            return pd.DataFrame(columns=["table_name", "number"])
        return self._ask(RESTATEMENTS, first, last, agent_id, publication_id)

    def moves(
        self, grain: str, first: date, last: date, agent_id: str | None = None
    ) -> pd.DataFrame:
        """The cells of a series that are not what they were when first published as complete.

        Columns: period_start_date, number, first_value, value, first_as_of_date (until when the
        data reached then), moved_at, threads (that moved it since). agent_id: as in series. Only
        days and months are logged, and only whole ones are cells: other periods have none.
        """
        if grain not in LOGGED or not self._has_restatements():
            return pd.DataFrame(columns=["period_start_date", "number"])
        moves = self._moves(grain, agent_id)
        starts = moves["period_start_date"]
        ends = starts if grain == "day" else starts + pd.offsets.MonthEnd(0)
        return moves[(starts >= pd.Timestamp(first)) & (ends <= pd.Timestamp(last))]

    def _moves(self, grain: str, agent_id: str | None) -> pd.DataFrame:
        """Those of all periods, kept: planning the query costs more than the few rows do."""
        scope = "inbox" if agent_id is None else "agents"
        return self._ask(MOVES, f"mart_{scope}_{LOGGED[grain]}", agent_id or None)

    def moved_days(self, first: date, last: date, agent_id: str | None = None) -> pd.DataFrame:
        """A row a number: how many days of a range are not what they were when first published.

        Columns: number, days, change (of all of them), last_as_of_date (until when the data
        reached when the last of them was first published), threads. agent_id: as in series.
        """
        if self.moves("day", first, last, agent_id).empty:
            return pd.DataFrame(columns=["number"])
        scope = "inbox" if agent_id is None else "agents"
        return self._ask(MOVED_DAYS, f"mart_{scope}_daily", agent_id or None, first, last)

    def _has_restatements(self) -> bool:
        return not self._ask(HAS_LOG).empty and not self._ask(HAS_ROWS).empty
