"""Request Tracker's REST 2.0, over the tables of one that was really run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.sources.errors import WrongSource
from orchestration.sources.fetching import adapter
from tests.unit.sources.api_server import TOKEN, ApiServer, served
from tests.unit.sources.desk import Desk, at
from tests.unit.sources.request_tracker_rest import RequestTrackerRest

DB = Path(__file__).parents[2] / "data" / "request_tracker" / "db"
OPTIONS = {"label_fields": "Tag", "rating_field": "Rating", "spam_queues": "Spam"}
SPAM = "4"
NOW = at("2026-04-01 09:00")


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Its tables, imported."""
    desk = Desk(tmp_path_factory.mktemp("landed"), "request_tracker", options=OPTIONS)
    for path in DB.glob("*.csv"):
        shutil.copy(path, desk.landing)
    desk.bring(began_at=NOW)
    return desk


@pytest.fixture
def tracker() -> RequestTrackerRest:
    return RequestTrackerRest(DB)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tracker: RequestTrackerRest) -> Iterator[ApiServer]:
    monkeypatch.setenv("INBOX_SOURCE_REQUEST_TRACKER_TOKEN", TOKEN)
    monkeypatch.setattr(adapter, "pause", lambda seconds: None)
    with served(tracker) as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, server: ApiServer) -> Desk:
    desk = Desk(tmp_path, "request_tracker", options=OPTIONS)
    desk.change(where=f"{server.address}/rt/")
    return desk


def test_what_is_fetched_is_what_the_tables_give(desk: Desk, landed: Desk) -> None:
    record = desk.bring(began_at=NOW)
    assert desk.everything() == landed.everything()
    gone = {key for key, row in landed.standing("threads").items() if row["deleted_at"]}
    assert gone
    for key in gone:
        for name in ("created_at", "deleted_at", "merged_into_thread_id"):
            assert desk.thread(key)[name] == landed.thread(key)[name]
    assert record.missing == {}


def test_an_rt_without_a_list_of_staff_names_those_who_did_something(
    desk: Desk, tracker: RequestTrackerRest, landed: Desk
) -> None:
    tracker.lists_staff = False
    desk.bring(began_at=NOW)
    assert desk.everything() == landed.everything()


def test_a_merge_after_an_import_is_told_by_its_transactions(
    desk: Desk, server: ApiServer, tracker: RequestTrackerRest, landed: Desk
) -> None:
    every = tracker.tables["Transactions"]
    merges = [row for row in every if row["Field"] == "MergedInto"]
    last = min(int(row["id"]) for row in merges)
    merged = [row for row in tracker.tables["Tickets"] if row["EffectiveId"] != row["id"]]
    into = {row["id"]: row["EffectiveId"] for row in merged}
    tracker.tables["Transactions"] = [row for row in every if int(row["id"]) < last]
    for row in merged:
        row["EffectiveId"] = row["id"]
    desk.bring(began_at=NOW)
    assert set(into) <= set(desk.live("threads"))
    tracker.tables["Transactions"] = every
    for row in merged:
        row["EffectiveId"] = into[row["id"]]
    server.asked.clear()
    desk.bring(began_at=NOW)
    assert desk.everything() == landed.everything()
    assert set(into).isdisjoint(desk.live("threads"))


def test_nothing_of_a_queue_that_is_left_out_is_kept(desk: Desk) -> None:
    desk.change(options={"leave_out": "support"})
    desk.bring(began_at=NOW)
    assert {thread["team_id"] for thread in desk.live("threads").values()} == {SPAM}
    assert {message["thread_id"] for message in desk.live("messages").values()} == {"7"}


def test_accounts_without_numbers_are_told_of(desk: Desk, tracker: RequestTrackerRest) -> None:
    tracker.is_admin = False
    with pytest.raises(WrongSource, match="the right AdminUsers"):
        desk.bring(began_at=NOW)


def test_an_api_never_has_all_tickets(desk: Desk) -> None:
    desk.change(options={"is_whole": "true"})
    with pytest.raises(WrongSource, match="is_whole is of tables"):
        desk.bring(began_at=NOW)
