"""Debian's Request Tracker 5, really run: what its tables give is what was done to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desks.as_done import BEGAN_AT, AsDone, ToldDesk
from tests.desks.clock import SetClock
from tests.desks.request_tracker import TABLES, RequestTracker
from tests.desks.story import DELETED, at, told_to
from tests.desks.tables import export_tables
from tests.services.postgres import PASSWORD, PostgresServer
from tests.unit.sources.desk import Desk


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldDesk]:
    folder = tmp_path_factory.mktemp("tracker")
    clock = SetClock(folder)
    with PostgresServer() as server:
        database = server.database("rt5")
        with RequestTracker(folder, database, clock) as tracker:
            story = told_to(tracker, clock)
            for hour, tags in enumerate((("refund", "urgent"), ("urgent",), ("urgent", "vip")), 9):
                clock.set(at(f"{hour:02d}:00", 30))
                tracker.tag("ada", story.numbers["login"], *tags)
            tables = export_tables(database, TABLES, folder / "tables")
            yield ToldDesk(story, "request_tracker", database, tables, {"label_fields": "Tag"})


@pytest.fixture(scope="module")
def fetched(told: ToldDesk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The same, asked of its REST interface."""
    assert isinstance(told.doors, RequestTracker)
    desk = Desk(tmp_path_factory.mktemp("fetched"), "request_tracker", options=told.options)
    desk.change(where=told.doors.url)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("INBOX_SOURCE_REQUEST_TRACKER_USER", "ada")
        monkeypatch.setenv("INBOX_SOURCE_REQUEST_TRACKER_TOKEN", PASSWORD)
        desk.bring(began_at=BEGAN_AT)
    return desk


class TestRequestTracker(AsDone):
    def test_its_rest_interface_gives_the_same(self, told: ToldDesk, fetched: Desk) -> None:
        assert fetched.everything() == told.base.everything()

    def test_labels_are_those_that_are_there_now(self, told: ToldDesk, fetched: Desk) -> None:
        for desk in (told.base, told.files, fetched):
            assert sorted(desk.thread(told.story.numbers["login"])["labels"]) == ["urgent", "vip"]

    def test_a_ticket_that_was_deleted_is_gone_since_then(self, told: ToldDesk) -> None:
        thread = told.base.thread(told.story.numbers[DELETED])
        assert thread["deleted_at"] == at("12:20")
