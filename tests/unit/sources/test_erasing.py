"""An erasure reaches what is kept of sources in every spelling, and holds at the next import."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.exports import load_day
from orchestration.exports.layout import find_export_days
from orchestration.privacy import erasure
from orchestration.privacy.record import Door, read_user_record
from orchestration.settings import Settings, load_settings
from orchestration.sources.surroundings import surroundings_of
from tests.unit.sources.desk import Desk
from tests.unit.sources.request_tracker_records import ANN, RequestTracker
from tests.unit.sources.zendesk_records import AGENT, CUSTOMER, comment, records, ticket, user

KEY = "k" * 32
STREAMS = records(
    tickets=[ticket(1), ticket(2, requester_id=7002)],
    ticket_comments=[comment(31, "01 09:00", CUSTOMER), comment(32, "01 09:10", AGENT)],
)


@pytest.fixture(params=[None, KEY], ids=["plain", "pseudonyms"])
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    return load_settings(
        home=tmp_path / "home", exports=tmp_path / "exports", pseudonym_key=request.param
    )


@pytest.fixture
def desk(tmp_path: Path, settings: Settings) -> Desk:
    desk = Desk(
        tmp_path,
        "zendesk",
        prefix="zd",
        users=surroundings_of(settings, Door(settings.pseudonym_key_bytes)).users,
    )
    desk.bring(STREAMS)
    return desk


def land(desk: Desk, settings: Settings) -> None:
    for day in find_export_days(desk.exports):
        load_day(day, settings.raw_folder, Door(settings.pseudonym_key_bytes))


def everything_in(*folders: Path) -> str:
    paths = [path for folder in folders for path in folder.rglob("*.parquet")]
    return "\n".join(str(duckdb.sql(f"from '{path}'").fetchall()) for path in paths)


@pytest.mark.parametrize("spelling", ["zd:7001", "7001"])
def test_an_erased_user_is_nowhere(settings: Settings, desk: Desk, spelling: str) -> None:
    land(desk, settings)
    identifiers = erasure.begin(settings, spelling)
    done = erasure.take_from_raw(settings)
    # Kept: a ticket, a comment, a user. Delivered and landed: a thread and a message each.
    assert done.rows == 3 + 2 + 2
    assert done.landings == [f"zendesk: {desk.landing}"]
    assert done.export_files == []
    left = everything_in(settings.home, desk.exports)
    assert not [identifier for identifier in identifiers if f"'{identifier}'" in left]
    assert "7002" in left or settings.pseudonym_key is not None


def test_an_erased_user_stays_away_at_the_next_import(settings: Settings, desk: Desk) -> None:
    erasure.begin(settings, "zd:7001")
    erasure.take_from_raw(settings)
    desk.users = read_user_record(settings.raw_folder).identifiers(settings.pseudonym_key_bytes)
    before = everything_in(desk.sources, desk.exports)
    desk.bring({**STREAMS, "tickets": [ticket(1, updated="02 09:00"), ticket(3)]})
    assert everything_in(desk.sources).count("7001") == 0
    assert desk.thread("zd:1")["user_id"] is None
    assert desk.thread("zd:3")["user_id"] is None
    assert desk.message("zd:31")["author_type"] == "user"
    assert desk.message("zd:31")["author_id"] is None
    assert desk.message("zd:32")["author_id"] == "zd:9001"
    assert before != everything_in(desk.sources, desk.exports)


def test_who_was_erased_before_the_first_import_does_not_come_in(
    tmp_path: Path, settings: Settings
) -> None:
    erasure.begin(settings, "7001")
    users = read_user_record(settings.raw_folder).identifiers(settings.pseudonym_key_bytes)
    desk = Desk(tmp_path, "zendesk", prefix="zd", users=users)
    desk.bring(STREAMS)
    assert desk.thread("zd:1")["user_id"] is None
    assert desk.thread("zd:2")["user_id"] is not None


def test_whom_the_desk_itself_has_erased_is_erased_here(settings: Settings, desk: Desk) -> None:
    land(desk, settings)
    gone = user(
        7002, name="Permanently Deleted User", email=None, updated_at="2024-03-05T09:00:00Z"
    )
    done = desk.bring({"users": [gone]})
    assert done.counts["people erased by the desk"] == 1
    Door(settings.pseudonym_key_bytes).erase(settings.raw_folder, desk.erased)
    assert erasure.is_unfinished(settings)
    before = everything_in(settings.home, desk.exports)
    erasure.take_from_raw(settings)
    left = everything_in(settings.home, desk.exports)
    users = surroundings_of(settings, Door(settings.pseudonym_key_bytes)).users
    for landed in (users.pseudonym("7002"), desk.erased[0]):
        assert f"'{landed}'" in before
        assert f"'{landed}'" not in left
    desk.users = users
    desk.bring({"tickets": [ticket(2, requester_id=7002, updated="06 09:00")], "users": [gone]})
    assert desk.thread("zd:2")["user_id"] is None
    assert len(desk.erased) == 1


def test_automatic_answers_in_the_name_of_an_erased_user_are_nobodys(
    tmp_path: Path, settings: Settings
) -> None:
    tracker = RequestTracker()
    tracker.ticket(1)
    away = tracker.said(1, "01 10:00", ANN, headers="X-RT-Interface: Email\nAuto-Submitted: yes")
    users = surroundings_of(settings, Door(settings.pseudonym_key_bytes)).users
    desk = Desk(tmp_path / "rt", "request_tracker", prefix="rt", users=users)
    desk.sources = settings.sources_folder
    tracker.write(desk.landing)
    desk.bring()
    land(desk, settings)
    message = desk.message(f"rt:{away}")
    assert (message["author_type"], message["author_id"]) == (
        "bot",
        f"rt:{users.pseudonym(str(ANN))}",
    )
    erasure.begin(settings, f"rt:{ANN}")
    erasure.take_from_raw(settings)
    assert desk.message(f"rt:{away}")["author_id"] is None
    assert f"'{message['author_id']}'" not in everything_in(settings.home, desk.exports)
