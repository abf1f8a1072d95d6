"""The Inbox Report's numbers, read from the published file by its own functions."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

GRAINS = ("day", "week", "month", "year")


class NothingPublished(RuntimeError):
    """There is no published file yet."""


@dataclass(frozen=True)
class Report:
    """One range of the report.

    cards: as inbox_cards gives them, for everyone; series, labels, agents: as inbox_series,
    inbox_top_labels and inbox_agents do, for the agent where one is chosen.
    """

    as_of_date: date
    first_date: date
    last_date: date
    grain: str
    agent_id: str | None
    cards: pd.DataFrame
    series: pd.DataFrame
    labels: pd.DataFrame
    agents: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """The four tables by name, in the order of the report."""
        return {
            "cards": self.cards,
            "series": self.series,
            "labels": self.labels,
            "agents": self.agents,
        }


def read_report(
    database: Path,
    first_date: date | None = None,
    last_date: date | None = None,
    grain: str | None = None,
    agent_id: str | None = None,
    top: int = 10,
) -> Report:
    """The report over a range, both days included; without one, the 30 days to `as_of_date`.

    database: the published file; opened read-only. grain: day, week, month or year; by the length
    of the range unless given.
    Raises NothingPublished where there is no file, ValueError where the range ends before it
    begins or the agent is unknown.
    """
    if not database.exists():
        raise NothingPublished(f"Nothing is published yet: there is no {database}. Run: inbox run")
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        as_of_date = _value(connection, "select as_of_date from dim_report")
        last = last_date or as_of_date
        first = first_date or min(last, as_of_date) - timedelta(days=29)
        if first > last:
            raise ValueError(f"The range ends on {last}, before it begins on {first}")
        if agent_id is not None and not _value(
            connection, "select count(*) from dim_agents where agent_id = ?", agent_id
        ):
            raise ValueError(f"There is no agent {agent_id!r}; `inbox report` lists them")
        grain = grain or grain_for(first, last)
        return Report(
            as_of_date=as_of_date,
            first_date=first,
            last_date=last,
            grain=grain,
            agent_id=agent_id,
            cards=connection.execute("from inbox_cards(?, ?)", [first, last]).df(),
            series=connection.execute(
                "from inbox_series(?, ?, ?, ?)", [grain, first, last, agent_id]
            ).df(),
            labels=connection.execute(
                "from inbox_top_labels(?, ?, ?, ?)", [first, last, top, agent_id]
            ).df(),
            agents=connection.execute(
                "select * from inbox_agents($first, $last) "
                "where $agent is null or agent_id = $agent",
                {"first": first, "last": last, "agent": agent_id},
            ).df(),
        )


def grain_for(first: date, last: date) -> str:
    """The finest grain that gives a range no more than some 31 periods."""
    days = (last - first).days + 1
    if days <= 31:
        return "day"
    if days <= 31 * 7:
        return "week"
    return "month" if days <= 366 * 3 else "year"


def _value(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> date:
    row = connection.execute(query, list(parameters)).fetchone()
    assert row is not None
    value: date = row[0]
    return value
