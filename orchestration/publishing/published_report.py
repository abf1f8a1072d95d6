"""The published file's functions and tables asked, their answers kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from orchestration.errors import InboxError
from orchestration.publishing.filters import NO_FILTERS, Filters
from orchestration.publishing.kept_answers import KeptAnswers
from orchestration.publishing.published_days import Reach
from orchestration.publishing.published_file import answer, identify, open_file
from orchestration.publishing.published_names import PublishedNames
from orchestration.publishing.ready_numbers import ReadyNumbers
from orchestration.publishing.restated_numbers import RestatedNumbers


class NothingPublished(InboxError):
    """There is no published file yet."""


class UnreadablePublication(InboxError):
    """The published file cannot be opened, or is not one that this version has written."""


def _unreadable(database: Path, error: Exception) -> UnreadablePublication:
    return UnreadablePublication(
        f"{database} cannot be read as a publication of this version "
        f"({str(error).splitlines()[0]}). Run: inbox run"
    )


class PublishedReport(ReadyNumbers, PublishedNames, RestatedNumbers):
    """One publication, opened read-only; it stays the same when the file is replaced.

    May be used by several threads at once. Answers are kept, so that asking again costs nothing;
    they are shared and must not be changed. The file is closed when the object goes.
    """

    def __init__(self, database: Path, engine: Mapping[str, str] | None = None) -> None:
        """database: the published file. engine: settings of DuckDB, by name.

        Raises NothingPublished where there is no file, UnreadablePublication where it is no
        publication.
        """
        self._database = database
        identity = identify(database)
        if identity is None:
            raise NothingPublished(
                f"Nothing is published yet: there is no {database}. Run: inbox run"
            )
        try:
            connection = open_file(database, engine or {})
            # A file that was renamed into place meanwhile may be the one that was opened.
            while identity != (identity := identify(database)):
                connection.close()
                connection = open_file(database, engine or {})
            self._answers = KeptAnswers(partial(answer, connection))
            row = self._ask(
                "select as_of_date, covered_from, first_date, last_date, timezone, week_start "
                "from dim_report"
            ).iloc[0]
        except (duckdb.Error, IndexError) as error:
            raise _unreadable(database, error) from None
        self.identity = identity
        self.reach = Reach(
            _day(row["as_of_date"]) or date.min,
            _day(row["first_date"]),
            _day(row["last_date"]),
            row["timezone"],
            row["week_start"],
            _day(row["covered_from"]),
        )

    def _ask(self, query: str, *parameters: object) -> pd.DataFrame:
        try:
            return self._answers(query, *parameters)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            # An earlier version published other functions and columns: until the next run.
            raise _unreadable(self._database, error) from None

    def _call(
        self,
        function: str,
        *arguments: object,
        select: str = "*",
        rest: str = "",
        **named: object,
    ) -> pd.DataFrame:
        """A published function's answer; arguments by name are given where they say anything."""
        given = {name: value for name, value in named.items() if value is not None}
        marks = ["?"] * len(arguments) + [f"{name} := ?" for name in given]
        query = f"select {select} from {function}({', '.join(marks)}) {rest}"
        return self._ask(query.rstrip(), *arguments, *given.values())

    def cards(
        self, first: date, last: date, agent_id: str | None = None, filters: Filters = NO_FILTERS
    ) -> pd.DataFrame:
        """inbox_cards: a row a card, against as many days before; agent_id as in series."""
        return self._call("inbox_cards", first, last, agent=agent_id, **filters.arguments)

    def is_covered(self, first: date, last: date) -> bool:
        """Whether each day of a range is in the data."""
        begin = self.reach.covered_from
        is_within = begin is not None and begin <= first and last <= self.reach.as_of_date
        return is_within and not self.missing_days(first, last)

    def series(
        self,
        grain: str,
        first: date,
        last: date,
        agent_id: str | None = None,
        filters: Filters = NO_FILTERS,
    ) -> pd.DataFrame:
        """inbox_series: a row a period; agent_id None is everyone, empty is nobody."""
        return self._call("inbox_series", grain, first, last, agent_id, **filters.arguments)

    def labels(
        self,
        first: date,
        last: date,
        top: int | None = 10,
        agent_id: str | None = None,
        filters: Filters = NO_FILTERS,
    ) -> pd.DataFrame:
        """inbox_top_labels: a row a label, the most used first; agent_id as in series."""
        return self._call("inbox_top_labels", first, last, top, agent_id, **filters.arguments)

    def agents(self, first: date, last: date, filters: Filters = NO_FILTERS) -> pd.DataFrame:
        """inbox_agents: a row an agent with anything in the range, nobody (null) included."""
        return self._call("inbox_agents", first, last, **filters.arguments)

    def threads(
        self,
        number: str,
        first: date,
        last: date,
        agent_id: str | None = None,
        filters: Filters = NO_FILTERS,
        priorities: tuple[str, ...] = (),
    ) -> pd.DataFrame:
        """inbox_threads: what lies behind a number, and why each other thread is left out."""
        return self._call(
            "inbox_threads",
            number,
            first,
            last,
            agent_id,
            priorities=priorities or None,
            **filters.arguments,
        )

    def counted(
        self, number: str, first: date, last: date, filters: Filters = NO_FILTERS
    ) -> pd.DataFrame:
        """How many durations are behind a median, by agent (nobody is null), and everyone's median.

        agent_id, counted, median: the last row, whose is_everyone is true, is of all agents.
        """
        return self._call(
            "inbox_threads",
            number,
            first,
            last,
            None,
            select="agent_id, grouping(agent_id) = 1 as is_everyone, count(*) as counted, "
            "quantile_cont(value, 0.5) as median",
            rest="where is_counted group by grouping sets ((agent_id), ()) order by is_everyone",
            **filters.arguments,
        )

    def hours(
        self,
        number: str,
        first: date,
        last: date,
        agent_id: str | None = None,
        filters: Filters = NO_FILTERS,
    ) -> pd.DataFrame:
        """inbox_hours: a row an hour of the week; agent_id as in series."""
        return self._call("inbox_hours", number, first, last, agent=agent_id, **filters.arguments)

    def within(
        self,
        measure: str,
        seconds: float,
        grain: str,
        first: date,
        last: date,
        agent_id: str | None = None,
        filters: Filters = NO_FILTERS,
        clock: str | None = None,
    ) -> pd.DataFrame:
        """inbox_within: a row a period, how much of what ended took no more than the seconds."""
        return self._call(
            "inbox_within",
            measure,
            seconds,
            grain,
            first,
            last,
            agent=agent_id,
            clock=clock,
            **filters.arguments,
        )

    def has_opening_hours(self) -> bool:
        """Whether there is working time."""
        return not self._ask("select 1 from dim_open_hours limit 1").empty

    def definitions(
        self, number: str, first: date, last: date, agent_id: str | None = None
    ) -> pd.DataFrame:
        """inbox_definitions: a row a definition of a number, ours first; agent_id as in series."""
        return self._ask("from inbox_definitions(?, ?, ?, ?)", number, first, last, agent_id)


def _day(value: Any) -> date | None:
    if pd.isna(value):
        return None
    day: date = pd.Timestamp(value).date()
    return day
