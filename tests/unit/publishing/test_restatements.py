"""The log of restatements, over a warehouse of one number that is written by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from orchestration.publishing import publish as publishing
from orchestration.publishing.presentation import describe_move
from orchestration.publishing.preview import preview_restatements
from orchestration.publishing.published_report import PublishedReport
from orchestration.publishing.record import read_publication
from tests.unit.publishing.restated_inbox import FIRST, MOVED, Inbox, Thread


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    """Published once, to the second of January."""
    made = Inbox(tmp_path)
    made.publish(FIRST, 2)
    return made


def test_a_first_publication_restates_nothing(inbox: Inbox) -> None:
    assert inbox.cells() == []
    assert read_publication(inbox.published).restatements == 0  # type: ignore[union-attr]


def test_a_cell_is_logged_with_both_values_and_the_thread(inbox: Inbox) -> None:
    publication = inbox.publish([*MOVED, ("t5", 3, "ada", "u1")], 3)
    assert inbox.cells("value_before, value_after, threads_changed") == [
        (1, "new_threads", 2, 3, 1),
        (1, "unique_users", 2, 3, 1),
    ]
    assert inbox.rows(
        "select distinct publication_id, published_at, as_of_date_before::varchar, "
        "as_of_date_after::varchar from fct_restatements"
    ) == [(publication.name, publication.published_at, "2024-01-02", "2024-01-03")]
    assert inbox.rows("select distinct thread_id from restated_threads") == [("t4",)]


def test_a_row_that_was_not_there_was_a_count_of_nothing(inbox: Inbox) -> None:
    inbox.publish(MOVED, 2)
    assert inbox.rows(
        "select agent_id, number, value_before, value_after from fct_restatements "
        "where table_name = 'mart_agents_daily' order by all"
    ) == [("ben", "new_threads", 0, 1), ("ben", "unique_users", 0, 1)]


def test_nobodys_cells_have_no_agent(inbox: Inbox) -> None:
    inbox.publish([FIRST[0], ("t2", 1, "ada", "u2"), FIRST[2]], 2)
    assert inbox.rows(
        "select agent_id, value_before, value_after from fct_restatements "
        "where table_name = 'mart_agents_daily' and number = 'new_threads' order by all"
    ) == [("ada", 1, 2), (None, 1, 0)]
    assert inbox.cells() == []


def test_a_month_that_was_not_over_is_not_restated(inbox: Inbox) -> None:
    inbox.publish(MOVED, 31)
    query = "select count(*) from fct_restatements where table_name like '%monthly'"
    assert inbox.rows(query) == [(0,)]
    inbox.publish(FIRST, 31)
    assert inbox.rows(query) == [(4,)]


def test_a_period_that_lacked_a_day_or_came_before_all_was_not_complete(inbox: Inbox) -> None:
    inbox.publish(FIRST, 2, "update dim_dates set is_missing = true where date = '2024-01-01'")
    inbox.publish(MOVED, 2, "update dim_report set covered_from = '2024-01-02'")
    inbox.publish(FIRST, 2)
    assert inbox.cells() == []


def test_the_same_tables_restate_nothing_and_keep_the_log(inbox: Inbox) -> None:
    inbox.publish(MOVED, 2)
    before = inbox.cells("publication_id, value_before, value_after")
    (inbox.published / ".publication.json").unlink()  # all is copied anew
    assert inbox.publish(list(reversed(MOVED)), 2).restatements == 0
    assert inbox.cells("publication_id, value_before, value_after") == before


def test_what_moves_back_is_logged_again(inbox: Inbox) -> None:
    inbox.publish(MOVED, 2)
    inbox.publish(FIRST, 2)
    moves = inbox.rows(
        "select value_before, value_after from fct_restatements "
        "where table_name = 'mart_inbox_daily' and number = 'new_threads' order by published_at"
    )
    assert moves == [(2, 3), (3, 2)]


@pytest.mark.parametrize("step", ["link", "file", "record"])
def test_a_killed_publication_adds_none_of_its_own(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whether it died before its file was in place or after, each cell is logged once."""

    def replace(source: Any, target: Path) -> None:
        if target.name == {"link": "parquet", "file": "inbox.duckdb"}.get(step):
            raise KeyboardInterrupt
        Path(source).rename(target)

    def write_record(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if step == "record":
            patched.setattr(publishing, "write_record", write_record)
        else:
            patched.setattr(publishing.os, "replace", replace)
        with pytest.raises(KeyboardInterrupt):
            inbox.publish(MOVED, 2)
    assert len(inbox.cells()) == (2 if step == "record" else 0)
    inbox.publish(MOVED, 2)
    assert inbox.cells() == [(1, "new_threads", 2, 3), (1, "unique_users", 2, 3)]
    files = str(inbox.published / "parquet" / "fct_restatements" / "*.parquet")
    (in_parquet,) = duckdb.sql(
        "select count(*) from read_parquet($f)", params={"f": files}
    ).fetchall()
    assert in_parquet == inbox.rows("select count(*) from fct_restatements")[0]


def test_the_ten_with_the_most_threads_are_shown_to_who_operates_it(inbox: Inbox) -> None:
    published = inbox.published / "inbox.duckdb"
    assert preview_restatements(PublishedReport(published), "none").startswith("Nothing")
    threads: list[Thread] = [*FIRST, *((f"n{n}", 1, f"a|{n}", f"n{n}") for n in range(5))]
    publication = inbox.publish(threads, 2)
    shown = preview_restatements(PublishedReport(published), publication.name).splitlines()
    assert shown[2] == "| mart_inbox_daily | 2024-01-01 |  | new_threads | 2 | 7 | 5 |"
    assert "| mart_agents_daily | 2024-01-01 | a\\|0 | new_threads | 0 | 1 | 1 |" in shown
    assert len(shown) == 14
    assert shown[-1] == "2 more: inbox report --restatements"


def test_a_series_is_marked_where_it_is_not_what_was_first_published(inbox: Inbox) -> None:
    inbox.publish(MOVED, 3)
    inbox.publish([*MOVED, ("t5", 1, "ben", "u3"), ("t6", 2, "ada", "u1")], 31)
    inbox.publish([*MOVED, ("t5", 1, "ben", "u3")], 31)
    report = PublishedReport(inbox.published / "inbox.duckdb")
    days = (date(2024, 1, 1), date(2024, 1, 31))
    (move,) = told_of(report.moves("day", *days), "new_threads")
    assert (move.period_start_date.day, move.first_value, move.value, move.threads) == (1, 2, 4, 2)
    assert describe_move("new_threads", move.first_value, move.first_as_of_date, move.threads) == (
        "2 as first published on 2 January 2024; 2 threads moved it since"
    )
    (bens,) = told_of(report.moves("day", *days, "ben"), "new_threads")
    assert (bens.first_value, bens.value) == (0, 2)
    assert report.moves("day", *days, "").empty
    (month,) = told_of(report.moves("month", *days), "new_threads")
    assert (month.first_value, month.value) == (6, 5)
    assert report.moves("month", date(2024, 1, 2), days[1]).empty
    assert report.moves("week", *days).empty
    (both,) = told_of(report.moved_days(*days), "new_threads")
    assert (both.days, both.change, both.threads) == (1, 2, 2)
    assert report.moved_days(date(2024, 1, 2), days[1]).empty


def told_of(moves: pd.DataFrame, number: str) -> list[Any]:
    return list(moves[moves.number == number].itertuples())


def test_rows_are_kept_for_as_long_as_is_set(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(datetime):
        day_of_month = 1

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(2030, 1, cls.day_of_month, tzinfo=tz or UTC)

    monkeypatch.setattr(publishing, "datetime", Later)
    inbox.publish(MOVED, 2, keep_days=10)
    Later.day_of_month = 11
    inbox.publish(MOVED, 2, keep_days=10)
    assert len(inbox.cells()) == 2
    Later.day_of_month = 12
    inbox.publish(MOVED, 2, keep_days=10)
    assert inbox.cells() == []
    assert inbox.rows("from restated_threads") == []


def test_after_an_erasure_no_thread_is_told_to_have_had_a_user(inbox: Inbox) -> None:
    inbox.publish(MOVED, 2)
    assert inbox.rows("from restated_threads where number = 'unique_users'") != []
    erased = [
        (thread, day, agent, user and user.replace("u3", "")) for thread, day, agent, user in MOVED
    ]
    anonymous: list[Thread] = [(*row[:3], row[3] or None) for row in erased]
    inbox.publish(anonymous, 2, is_erasure=True)
    assert inbox.rows("from restated_threads where number = 'unique_users'") == []
    assert inbox.cells("value_before, value_after, threads_changed")[-1] == (
        (1, "unique_users", 3, 2, 0)
    )


def test_the_days_of_another_zone_are_other_cells(inbox: Inbox) -> None:
    inbox.publish(MOVED, 2, "update dim_report set timezone = 'Europe/Warsaw'")
    assert inbox.cells() == []


def test_facts_of_an_older_version_leave_a_log_without_threads(inbox: Inbox) -> None:
    inbox.publish(FIRST, 2, "alter table fct_threads drop assigned_agent_id")
    inbox.publish(MOVED, 2)
    assert inbox.cells("threads_changed") == [(1, "new_threads", 0), (1, "unique_users", 0)]


def test_a_damaged_file_in_place_ends_the_log_and_not_the_publication(
    inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.publish(MOVED, 2)
    (inbox.published / "inbox.duckdb").write_bytes(b"no database")
    inbox.publish(FIRST, 2)
    assert inbox.cells() == []
    assert "log of restatements ends" in caplog.text


def test_a_day_that_was_delivered_again_or_taken_out_is_told(inbox: Inbox) -> None:
    """Where no record that stands is of a changed day, one that went with its day was."""
    inbox.publish(MOVED, 2, days={"2024-01-01": "other", "2024-01-02": "landed"})
    inbox.publish(FIRST, 2, days={"2024-01-01": "other"})
    assert inbox.rows(
        "select value_after, export_date::varchar from restated_threads "
        "inner join fct_restatements using (publication_id, table_name, number, period_start_date) "
        "where table_name = 'mart_inbox_daily' and number = 'new_threads' order by published_at"
    ) == [(3, "2024-01-01"), (2, "2024-01-02")]
