"""The published file, opened: its functions asked, its answers kept, the next one followed."""

from __future__ import annotations

import os
import stat
import tempfile
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from orchestration.errors import InboxError
from orchestration.machine.sql import literal
from orchestration.publishing.restatement_queries import HAS_LOG, LOGGED, MOVES, RESTATEMENTS

# Answers that one publication keeps; each is a few hundred rows at most.
ANSWERS_KEPT = 128


class NothingPublished(InboxError):
    """There is no published file yet."""


class UnreadablePublication(InboxError):
    """The published file cannot be opened, or is not one that this version has written."""


@dataclass(frozen=True)
class Reach:
    """Until when the data reach, and the settings of days and weeks: dim_report.

    first_date and last_date are None where nothing has ever happened in the inbox.
    """

    as_of_date: date
    first_date: date | None
    last_date: date | None
    timezone: str
    week_start: str


# Inode, time of change in nanoseconds and size of the file: another publication has another one.
Identity = tuple[int, int, int]


class PublishedReport:
    """One publication, opened read-only; it stays the same when the file is replaced.

    May be used by several threads at once. Answers are kept, so that asking again costs nothing;
    they are shared and must not be changed. The file is closed when the object goes.
    """

    def __init__(self, database: Path, engine: Mapping[str, str] | None = None) -> None:
        """database: the published file. engine: settings of DuckDB, by name.

        Raises NothingPublished where there is no file, UnreadablePublication where it is no
        publication.
        """
        identity = identify(database)
        if identity is None:
            raise NothingPublished(
                f"Nothing is published yet: there is no {database}. Run: inbox run"
            )
        try:
            connection = _open(database, engine or {})
            # A file that was renamed into place meanwhile may be the one that was opened.
            while identity != (identity := identify(database)):
                connection.close()
                connection = _open(database, engine or {})
            self._ask = lru_cache(maxsize=ANSWERS_KEPT)(partial(_answer, connection))
            row = self._ask(
                "select as_of_date, first_date, last_date, timezone, week_start from dim_report"
            ).iloc[0]
        except (duckdb.Error, IndexError) as error:
            raise UnreadablePublication(
                f"{database} cannot be read as a publication of this version "
                f"({str(error).splitlines()[0]}). Run: inbox run"
            ) from None
        self.identity = identity
        self.reach = Reach(
            _day(row["as_of_date"]) or date.min,
            _day(row["first_date"]),
            _day(row["last_date"]),
            row["timezone"],
            row["week_start"],
        )

    def cards(self, first: date, last: date, agent_id: str | None = None) -> pd.DataFrame:
        """inbox_cards: a row a card, against as many days before; agent_id as in series."""
        return self._ask("from inbox_cards(?, ?, agent := ?)", first, last, agent_id)

    def missing_days(self, first: date, last: date) -> list[date]:
        """The export days of a range that should have come and have not."""
        days = self._ask(
            "select date from dim_dates where is_missing and date between ? and ? order by date",
            first,
            last,
        )
        return [day.date() for day in days["date"]]

    def series(
        self, grain: str, first: date, last: date, agent_id: str | None = None
    ) -> pd.DataFrame:
        """inbox_series: a row a period; agent_id None is everyone, empty is nobody."""
        return self._ask("from inbox_series(?, ?, ?, ?)", grain, first, last, agent_id)

    def labels(
        self, first: date, last: date, top: int | None = 10, agent_id: str | None = None
    ) -> pd.DataFrame:
        """inbox_top_labels: a row a label, the most used first; agent_id as in series."""
        return self._ask("from inbox_top_labels(?, ?, ?, ?)", first, last, top, agent_id)

    def agents(self, first: date, last: date) -> pd.DataFrame:
        """inbox_agents: a row an agent with anything in the range, nobody (null) included."""
        return self._ask("from inbox_agents(?, ?)", first, last)

    def agent_names(self) -> dict[str, str]:
        """The names of all agents, by id, in the order of their names."""
        agents = self._ask("select agent_id, name from dim_agents order by lower(name), agent_id")
        return dict(zip(agents["agent_id"], agents["name"], strict=True))

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
        if grain not in LOGGED or self._ask(HAS_LOG).empty:
            return pd.DataFrame(columns=["period_start_date", "number"])
        scope = "inbox" if agent_id is None else "agents"
        return self._ask(
            MOVES, f"mart_{scope}_{LOGGED[grain]}", agent_id or None, first, grain, last
        )

    def descriptions(self) -> dict[str, str]:
        """What each number means, by its column's name: the comments of the published marts."""
        columns = self._ask(
            "select column_name, any_value(comment order by table_name desc) as comment "
            "from duckdb_columns() where database_name = current_database() "
            "and table_name in ('mart_inbox_daily', 'mart_agents_daily') "
            "and comment is not null group by column_name"
        )
        return dict(zip(columns["column_name"], columns["comment"], strict=True))


class LatestReport:
    """The publication that is in place, opened anew whenever it has been replaced.

    Whoever still uses the one before keeps it; it is closed after its last user.
    """

    def __init__(self, database: Path, engine: Mapping[str, str] | None = None) -> None:
        """database: the published file. engine: settings of DuckDB, by name."""
        self._database = database
        self._engine = engine
        self._lock = threading.Lock()
        self._current: PublishedReport | None = None

    def identity(self) -> Identity | None:
        """Of the file that is in place now, or None; cheap."""
        return identify(self._database)

    def get(self) -> PublishedReport:
        """The publication in place. Raises as PublishedReport does."""
        with self._lock:
            if self._current is None or self._current.identity != self.identity():
                self._current = None
                self._current = PublishedReport(self._database, self._engine)
            return self._current


def identify(database: Path) -> Identity | None:
    """What tells one publication's file from the next one's, or None where there is none."""
    try:
        status = database.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _open(database: Path, engine: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    """The file attached to an engine of its own.

    Within a process DuckDB opens a path once: connected to by its path, the old file would be
    given out as long as anybody holds it.
    """
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "temp_directory": str(_spill_folder()),
            **engine,
        }
    )
    connection.execute(f"attach {literal(database)} as inbox (read_only)")
    return connection


def _spill_folder() -> Path:
    """Where a reader's engine puts what does not fit in memory: a folder that is theirs alone."""
    folder = Path(tempfile.gettempdir()) / f"inbox-report-{os.geteuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    is_ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    if is_ours and not stat.S_IMODE(status.st_mode) & 0o077:
        return folder
    return Path(tempfile.mkdtemp(prefix="inbox-report-"))  # somebody else was there before


def _answer(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> pd.DataFrame:
    with closing(connection.cursor()) as cursor:
        # Neither is inherited: the functions look their tables up in the current database.
        cursor.execute("use inbox")
        cursor.execute("set TimeZone = 'UTC'")
        return cursor.execute(query, list(parameters)).df()


def _day(value: Any) -> date | None:
    if pd.isna(value):
        return None
    day: date = pd.Timestamp(value).date()
    return day
