"""The threads behind a number: what is counted, what is left out and why, and where to open it.

Belongs here: asking for the rows of one number, telling them in short, and links to the help desk.
Does not: what is counted (the published function has that), or how rows look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

import duckdb
import pandas as pd

from orchestration.errors import WrongUse
from orchestration.publishing.filters import NO_FILTERS, Filters
from orchestration.publishing.published_report import PublishedReport
from orchestration.publishing.report import asked_range, named_agent

THREAD_ID = "{thread_id}"
"""What stands for a thread's identifier in the pattern of a link."""


@dataclass(frozen=True)
class ThreadsBehind:
    """The rows behind a number of a range, as inbox_threads gives them, counted ones first."""

    number: str
    first_date: date
    last_date: date
    agent_id: str | None
    rows: pd.DataFrame

    @property
    def counted(self) -> pd.DataFrame:
        """The rows that make the number."""
        return self.rows[self.rows["is_counted"]]

    @property
    def value(self) -> float | None:
        """The number that they make; None where it is told of nothing."""
        return value_of(self.number, self.counted)

    @property
    def left_out(self) -> dict[str, int]:
        """How many threads of which nothing is counted there are by reason, most first."""
        counted = self.counted["thread_id"]
        rows = self.rows[~self.rows["is_counted"] & ~self.rows["thread_id"].isin(counted)]
        counts = rows.groupby("reason")["thread_id"].nunique().sort_values(ascending=False)
        return {str(reason): int(threads) for reason, threads in counts.items()}


def read_threads(
    database: Path,
    number: str,
    first_date: date | None = None,
    last_date: date | None = None,
    agent_id: str | None = None,
    filters: Filters = NO_FILTERS,
    priorities: tuple[str, ...] = (),
) -> ThreadsBehind:
    """The rows behind a number; the range and the agent as in `read_report`.

    priorities: any of these. Raises WrongUse where the number, the agent or the range is wrong.
    """
    report = PublishedReport(database)
    first, last = asked_range(report, first_date, last_date)
    agent_id = named_agent(report, agent_id)
    try:
        rows = report.threads(number, first, last, agent_id, filters, priorities)
    except duckdb.InvalidInputException as error:
        # Of what readers give, the number alone can still be wrong; the text names those there are.
        raise WrongUse(str(error).partition("Error: ")[2] or str(error)) from None
    return ThreadsBehind(number, first, last, agent_id, rows)


def value_of(number: str, counted: pd.DataFrame) -> float | None:
    """The number that counted rows make."""
    values = counted["value"]
    if number in ("unique_users", "new_users"):
        return float(counted["user_id"].nunique())
    if not number.endswith(("_median", "_p90", "_ratio")) and number not in (
        "average_rating",
        "longest_wait_seconds",
    ):
        return float(values.sum())
    if values.empty:
        return None
    if number.endswith(("_median", "_p90")):
        return float(values.quantile(0.5 if number.endswith("_median") else 0.9))
    return float(values.max() if number.startswith("longest") else values.mean())


def thread_link(pattern: str | None, thread_id: str | None) -> str | None:
    """Where a thread is opened in the help desk; None where no pattern is set."""
    if pattern is None or thread_id is None:
        return None
    return pattern.replace(THREAD_ID, quote(thread_id, safe=""))


def with_links(rows: pd.DataFrame, pattern: str | None) -> pd.DataFrame:
    """Rows with the column `url`, where a pattern is set."""
    if pattern is None:
        return rows
    urls = [None if pd.isna(name) else thread_link(pattern, name) for name in rows["thread_id"]]
    return rows.assign(url=pd.Series(urls, index=rows.index, dtype=object))
