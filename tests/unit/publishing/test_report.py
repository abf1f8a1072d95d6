"""Opening publications: the one in place, whatever takes its place meanwhile."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import WrongUse
from orchestration.publishing.filters import Filters
from orchestration.publishing.latest_report import LatestReport
from orchestration.publishing.published_report import (
    NothingPublished,
    PublishedReport,
    UnreadablePublication,
)
from orchestration.publishing.report import named_agent, possible_grain


def put_publication(path: Path, as_of_date: str) -> None:
    """A small file with what opening asks for, renamed into place as a publication is."""
    unfinished = path.with_suffix(".unfinished")
    with closing(duckdb.connect(str(unfinished))) as connection:
        connection.execute(
            f"""
            create table dim_report as
            select date '{as_of_date}' as as_of_date, date '2024-01-01' as first_date,
                   date '{as_of_date}' as last_date,
                   date '2024-01-01' as covered_from, 'UTC' as timezone, 'monday' as week_start;
            create table dim_agents as select 'a1' as agent_id, '{as_of_date}' as name;
            """
        )
    os.replace(unfinished, path)


def test_a_new_publication_is_opened_while_the_old_one_is_in_use(tmp_path: Path) -> None:
    database = tmp_path / "inbox.duckdb"
    put_publication(database, "2024-01-31")
    latest = LatestReport(database)
    old = latest.get()
    assert latest.get() is old
    put_publication(database, "2024-02-01")
    new = latest.get()
    assert new.reach.as_of_date == date(2024, 2, 1)
    assert new.agent_names() == {"a1": "2024-02-01"}
    assert old.agent_names() == {"a1": "2024-01-31"}, "whoever is in it keeps all of it"


def test_the_file_of_an_old_publication_is_closed_after_its_last_user(tmp_path: Path) -> None:
    database = tmp_path / "inbox.duckdb"
    put_publication(database, "2024-01-31")
    latest = LatestReport(database)
    latest.get().agent_names()
    for day in range(1, 6):
        put_publication(database, f"2024-02-0{day}")
        latest.get().agent_names()
    open_files = [
        str(file.readlink()) for file in Path("/proc/self/fd").iterdir() if file.is_symlink()
    ]
    assert [file for file in open_files if file.startswith(str(database))] == [str(database)]


def test_many_may_ask_at_once(tmp_path: Path) -> None:
    database = tmp_path / "inbox.duckdb"
    put_publication(database, "2024-01-31")
    report = PublishedReport(database)
    with ThreadPoolExecutor(8) as visitors:
        names = list(visitors.map(lambda _: report.agent_names(), range(32)))
    assert names == [{"a1": "2024-01-31"}] * 32


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    database = tmp_path / "inbox.duckdb"
    latest = LatestReport(database)
    with pytest.raises(NothingPublished, match="Nothing is published yet"):
        latest.get()
    database.write_bytes(b"not a database" * 1000)
    with pytest.raises(UnreadablePublication, match=r"inbox\.duckdb cannot be read"):
        latest.get()
    database.unlink()
    with closing(duckdb.connect(str(database))) as connection:
        connection.execute("create table other as select 1 as number")
    with pytest.raises(UnreadablePublication, match="dim_report"):
        latest.get()
    database.unlink()
    put_publication(database, "2024-01-31")
    assert latest.get().reach.as_of_date == date(2024, 1, 31)


def test_what_an_earlier_version_has_not_published_is_said(tmp_path: Path) -> None:
    database = tmp_path / "inbox.duckdb"
    put_publication(database, "2024-01-31")
    day = date(2024, 1, 1)
    with pytest.raises(UnreadablePublication, match=r"of this version.*inbox_agents.*inbox run"):
        PublishedReport(database).agents(day, day)
    with closing(duckdb.connect(str(database))) as connection:
        connection.execute("create macro inbox_agents(a, b) as table select a, b")
    with pytest.raises(UnreadablePublication, match=r"supplied arguments.*inbox run"):
        PublishedReport(database).agents(day, day, Filters(channel=("web",)))


@pytest.mark.parametrize(
    ("grain", "last", "possible"),
    [
        ("day", date(2002, 12, 31), "day"),
        ("day", date(2003, 12, 31), "week"),
        ("day", date(2024, 12, 31), "month"),
        ("day", date(2199, 12, 31), "year"),
        ("month", date(2024, 12, 31), "month"),
        ("year", date(2024, 12, 31), "year"),
    ],
)
def test_a_long_range_has_no_more_periods_than_can_be_seen(
    grain: str, last: date, possible: str
) -> None:
    assert possible_grain(grain, date(2000, 1, 1), last) == possible


def test_an_agent_is_asked_for_by_identifier_or_by_a_name_of_their_own(tmp_path: Path) -> None:
    database = tmp_path / "inbox.duckdb"
    put_publication(database, "2024-01-31")
    with closing(duckdb.connect(str(database))) as connection:
        connection.execute(
            "insert into dim_agents values ('a2', 'Ada'), ('a3', 'a2'), ('a4', 'Eve')"
        )
        connection.execute("insert into dim_agents values ('a5', 'Eve')")
    report = PublishedReport(database)
    assert [named_agent(report, agent) for agent in ("a2", "Ada", "", None)] == [
        "a2",
        "a2",
        "",
        None,
    ]
    with pytest.raises(WrongUse, match=r"Several agents are called 'Eve': .* such as a4 or a5"):
        named_agent(report, "Eve")
    with pytest.raises(WrongUse, match="There is no agent 'Zoe'"):
        named_agent(report, "Zoe")
