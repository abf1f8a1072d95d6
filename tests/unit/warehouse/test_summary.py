"""The closing lines of a run: what a person should look at, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.exports.loading import load_days
from orchestration.machine import zones
from orchestration.privacy.record import Door
from orchestration.settings import Settings, load_settings
from orchestration.warehouse.summary import closing_lines
from tests.unit.exports.builders import rating, thread, write_file, write_records


def march(day: int) -> date:
    return date(2024, 3, day)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(zones, "today", lambda zone: march(10))
    return load_settings(exports=tmp_path / "exports", home=tmp_path / "home")


def write_ratings(settings: Settings, *days: int) -> None:
    for day in days:
        write_records(Path(str(settings.exports_folder)), "ratings.csv", [rating()], day=march(day))


def lines(settings: Settings) -> list[str]:
    loaded = load_days(settings, Door()).loaded
    return closing_lines(settings, [manifest.export_date for manifest in loaded])


def test_where_all_is_well_there_is_nothing_to_say(settings: Settings) -> None:
    write_ratings(settings, 7, 8, 9)
    assert lines(settings) == []


def test_missing_failed_and_late_days_are_named(settings: Settings) -> None:
    write_ratings(settings, 3, 6, 7)
    write_file(Path(str(settings.exports_folder)), "Ratings.CSV", b"", march(5))
    assert lines(settings) == [
        "1 day has not arrived: 4 March 2024. See: inbox days list",
        "1 day cannot be loaded: 5 March 2024. See: inbox days list",
        "The data are 2 days behind.",
    ]
    weekends = settings.model_copy(update={"no_delivery": (5, 6)})  # the 8th was a Friday
    assert lines(weekends)[-1] == "1 day cannot be loaded: 5 March 2024. See: inbox days list"


def test_what_was_set_aside_and_what_looks_odd_is_counted(settings: Settings) -> None:
    records = [
        thread(thread_id="1.0", user_id="NULL"),
        thread(thread_id="2", user_id="nan", labels=["['vip']"]),
        thread(thread_id="3", status="Solved"),
    ]
    write_records(Path(str(settings.exports_folder)), "threads.jsonl", records, day=march(9))
    assert lines(settings) == [
        "1 row was rejected (2024-03-09: 1). See: inbox quarantine list",
        "threads.labels: labels that look like a list (1).",
        "threads.thread_id: whole numbers written with .0, read without it (1).",
        "threads.user_id: identifiers that are NULL, None or nan, kept as text (2).",
    ]
    assert lines(settings) == [], "the next run has brought nothing odd"


def test_who_waits_and_what_agents_lack_is_told(settings: Settings) -> None:
    write_ratings(settings, 9)
    settings.warehouse_folder.mkdir(parents=True)
    with duckdb.connect(str(settings.warehouse_database)) as warehouse:
        warehouse.execute("create schema intermediate")
        warehouse.execute(
            "create table intermediate.int_messages_orphaned as select * from (values "
            "(date '2024-03-08', 't9'), (date '2024-03-09', ' T1'), (date '2024-03-09', '01')) "
            "as orphans (export_date, thread_id)"
        )
        warehouse.execute(
            "create table intermediate.int_threads_versioned as "
            "select unnest(['t1', 't2', '1']) as thread_id"
        )
        warehouse.execute(
            "create table intermediate.int_ratings_deduplicated as "
            "select date '2024-03-09' as export_date, 'gone' as thread_id"
        )
        warehouse.execute(
            "create table dim_agents as select * from (values "
            "('a1', 'Alex'), ('a2', 'Alex'), ('a3', 'a3')) as agents (agent_id, name)"
        )
        warehouse.execute(
            "create table intermediate.int_agents_deduplicated as "
            "select unnest(['a1', 'a2']) as agent_id"
        )
    assert lines(settings) == [
        "3 messages wait for a conversation (2024-03-08: 1, 2024-03-09: 2).",
        "2 of them name one that is there in another spelling (blanks, capital letters or zeros at "
        "the start).",
        "1 rating waits for a conversation (2024-03-09: 1).",
        "1 agent is named by no record of agents: a3.",
        "1 name is that of more than one agent: Alex.",
    ]


def test_a_warehouse_that_is_not_whole_says_nothing(settings: Settings) -> None:
    write_ratings(settings, 9)
    settings.warehouse_folder.mkdir(parents=True)
    duckdb.connect(str(settings.warehouse_database)).close()
    assert lines(settings) == []
