"""Zendesk's API: what is fetched is what a connector's landing gives for the same records."""

from __future__ import annotations

import gzip
import logging
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from orchestration.settings import load_settings
from orchestration.sources.errors import SourceError, SourceUnreachable, WrongSource
from orchestration.sources.fetching import adapter, opening
from orchestration.sources.fetching.limits import Limits
from orchestration.sources.importing import look_at_source
from orchestration.sources.keeping import read_state
from orchestration.sources.overview import overview
from orchestration.sources.request import Surroundings
from tests.unit.sources.api_server import TOKEN, Answer, ApiServer, Asked, served
from tests.unit.sources.desk import BEGAN_AT, ENGINE, Desk, at
from tests.unit.sources.zendesk_account import ZendeskAccount
from tests.unit.sources.zendesk_records import (
    ADMIN,
    AGENT,
    CUSTOMER,
    GROUPS,
    OTHER_CUSTOMER,
    USERS,
    audit,
    change,
    rating,
    said,
    ticket,
)

Everything = dict[str, dict[str, dict[str, Any]]]

RECORDS = {
    "tickets": [
        ticket(1, "01 09:00", status="solved", updated="07 12:00", tags=["late"]),
        ticket(2, "02 09:00", requester_id=OTHER_CUSTOMER),
        ticket(3, "03 09:00", status="deleted", updated="04 09:00"),
        ticket(4, "03 10:00", priority=None, assignee_id=None),
        ticket(5, "03 11:00"),
    ],
    "ticket_audits": [
        audit(10, "01 09:00", said(CUSTOMER), change("status", "new", type="Create")),
        audit(11, "03 10:00", said(AGENT), change("status", "solved", "new")),
        audit(12, "05 10:00", said(CUSTOMER), change("status", "open", "solved"), author=CUSTOMER),
        audit(13, "07 12:00", change("status", "solved", "open"), author=ADMIN),
        audit(20, "02 09:00", said(OTHER_CUSTOMER), ticket_id=2, author=OTHER_CUSTOMER),
        audit(40, "03 10:00", said(CUSTOMER, "longer than hello"), ticket_id=4, author=CUSTOMER),
    ],
    "users": USERS,
    "groups": GROUPS,
    "satisfaction_ratings": [rating(900, "good", "08 09:00")],
    "survey_responses": [],
}


LIMITS = Limits(attempts=3)


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Everything:
    """What stands after the same records came as Airbyte lays them down."""
    desk = Desk(tmp_path_factory.mktemp("landed"), "zendesk")
    desk.bring(RECORDS)
    return desk.everything()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it would have been waited."""
    waits: list[float] = []
    monkeypatch.setattr(adapter, "pause", waits.append)
    monkeypatch.setattr(opening, "LIMITS", LIMITS)
    return waits


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> Iterator[ApiServer]:
    monkeypatch.setenv("INBOX_SOURCE_ZENDESK_TOKEN", TOKEN)
    with served(ZendeskAccount(RECORDS)) as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, server: ApiServer) -> Desk:
    desk = Desk(tmp_path, "zendesk")
    desk.change(where=server.address)
    return desk


def test_what_is_fetched_is_what_a_landing_gives(desk: Desk, landed: Everything) -> None:
    record = desk.bring()
    assert (record.landing, record.missing) == ("api", {})
    assert desk.everything() == landed
    assert len(landed["threads"]) == 4


def test_the_next_import_asks_for_what_came_since(desk: Desk, server: ApiServer) -> None:
    desk.bring()
    account = server.desk
    assert isinstance(account, ZendeskAccount)
    account.streams["tickets"].append(ticket(6, "09 09:00"))
    server.asked.clear()
    record = desk.bring()
    assert record.rows["threads"] == 1
    assert [path for path in server.paths() if "audits" in path] == [
        "/api/v2/tickets/5/audits.json",
        "/api/v2/tickets/6/audits.json",
    ]
    assert desk.thread("6")["created_at"] == at("09 09:00")


def test_a_limit_of_the_vendor_slows_it_down_and_is_told(
    desk: Desk, server: ApiServer, landed: Everything, waits: list[float]
) -> None:
    server.fail("incremental/tickets", Answer({}, 429, {"Retry-After": "7"}))
    server.fail("tickets/1/audits", Answer({}, 429, {"X-RateLimit-Reset": "11"}))
    record = desk.bring()
    assert waits == [7, 11]
    assert record.counts["times the desk asked to wait"] == 2
    assert record.counts["seconds waited for the desk"] == 18
    assert "times the desk asked to wait" not in record.doubtful
    assert desk.everything() == landed


def test_a_moment_to_wait_for_is_one_of_the_servers_clock(
    desk: Desk, server: ApiServer, waits: list[float]
) -> None:
    behind = {"Date": "Fri, 01 Mar 2019 09:00:00 GMT"}
    moment = {"Retry-After": "Fri, 01 Mar 2019 09:00:05 GMT", **behind}
    server.fail("groups", Answer({}, 429, moment))
    server.fail("groups", Answer({}, 429, {"X-RateLimit-Reset": "1551430809", **behind}))
    desk.bring()
    assert waits == [5, 9]


def test_errors_that_pass_are_asked_again(
    desk: Desk, server: ApiServer, landed: Everything, waits: list[float]
) -> None:
    page = ZendeskAccount(RECORDS).streams["tickets"]
    server.fail("incremental/tickets", Answer({}, 502), Answer(b"<html>", 503))
    server.fail("tickets/1/audits", Answer({"audits": page}, is_cut=True), Answer(b"[{"))
    record = desk.bring()
    assert waits == [1, 2, 1, 2]
    assert record.counts["requests repeated"] == 4
    assert desk.everything() == landed


def test_errors_that_stay_end_it_without_a_trace(
    desk: Desk, server: ApiServer, landed: Everything
) -> None:
    server.fail("tickets/4/audits", *[Answer({"error": "a secret"}, 503)] * 3)
    with pytest.raises(SourceUnreachable, match=r"^127\.0\.0\.1 answers 503, 3 times") as failed:
        desk.bring()
    assert "secret" not in str(failed.value)
    assert list(desk.exports.glob("*")) == []
    desk.bring()
    assert desk.everything() == landed


def test_a_wait_that_is_too_long_is_none(desk: Desk, server: ApiServer) -> None:
    server.fail("groups", Answer({}, 429, {"Retry-After": "86400"}))
    with pytest.raises(SourceUnreachable, match="asks to wait 86400 s"):
        desk.bring()


def test_a_refused_token_is_in_no_error_log_or_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("INBOX_SOURCE_ZENDESK_TOKEN", "another-token")
    with caplog.at_level(logging.DEBUG), pytest.raises(WrongSource) as failed:
        desk.bring()
    assert "refuses the token (401): see INBOX_SOURCE_ZENDESK_TOKEN" in str(failed.value)
    told = "".join(traceback.format_exception(failed.value)) + caplog.text
    assert "another-token" not in told
    assert "a secret" not in told


def test_a_token_that_is_not_there_is_asked_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INBOX_SOURCE_ZENDESK_TOKEN")
    with pytest.raises(WrongSource, match="INBOX_SOURCE_ZENDESK_TOKEN is not set"):
        desk.bring()


def test_a_ticket_deleted_between_two_pages_is_passed_over(
    desk: Desk, server: ApiServer, landed: Everything
) -> None:
    account = server.desk
    assert isinstance(account, ZendeskAccount)

    def delete(asked: Asked) -> None:
        if asked.query.get("cursor") == "4":
            account.gone.add(5)

    server.before = delete
    desk.bring()
    assert desk.everything()["messages"].keys() == landed["messages"].keys()


def test_what_an_account_has_not_is_told_as_missing(
    desk: Desk, server: ApiServer, landed: Everything
) -> None:
    account = server.desk
    assert isinstance(account, ZendeskAccount)
    account.without = {"satisfaction_ratings", "survey_responses"}
    record = desk.bring()
    assert set(record.missing) == {"satisfaction_ratings", "survey_responses"}
    assert desk.everything() == {**landed, "ratings": {}}


def test_pieces_of_a_long_fetch_count_one_by_one(
    desk: Desk, server: ApiServer, landed: Everything, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "LIMITS", replace(LIMITS, chunk_seconds=0, attempts=1))
    server.fail("tickets/4/audits", Answer({}, 500))
    with pytest.raises(SourceUnreachable):
        desk.bring()
    server.asked.clear()
    record = desk.bring()
    # What had come before the error is not asked for again, and counts.
    assert "/api/v2/tickets/1/audits.json" not in server.paths()
    assert record.number > 2
    assert desk.everything() == landed
    state = read_state(desk.sources / "zendesk")
    assert state is not None
    assert str(state.covered_from) == "2024-03-01"


def test_what_came_in_time_counts(
    desk: Desk, server: ApiServer, landed: Everything, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(asked: Asked) -> None:
        if "tickets/4/audits" in asked.path:
            monkeypatch.setattr(adapter, "clock", lambda: float("inf"))

    server.before = stop
    with pytest.raises(SourceUnreachable, match="what has come is in, and the next import goes on"):
        desk.bring(most_seconds=1000)
    assert set(desk.live("threads")) == {"1", "2"}
    settings = load_settings(home=desk.sources.parent)
    (told,) = overview(settings)
    assert told.as_json["first_fill_goes_on"]
    assert "goes on" in told.as_row
    monkeypatch.setattr(adapter, "clock", time.monotonic)
    server.before = lambda asked: None
    desk.bring(most_seconds=1000)
    assert desk.everything() == landed
    (told,) = overview(settings)
    assert not told.as_json["first_fill_goes_on"]
    assert "goes on" not in told.as_row


def test_a_cursor_that_comes_twice_ends_it(desk: Desk, server: ApiServer) -> None:
    account = server.desk
    assert isinstance(account, ZendeskAccount)
    account.last_cursor = 2
    record = desk.bring()
    assert record.counts["cursors that came twice"] == 2
    assert "cursors that came twice" in record.doubtful


def test_a_listing_without_end_is_told(
    desk: Desk, server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "LIMITS", replace(LIMITS, pages=2))
    with pytest.raises(SourceError, match="has more than 2 pages: name a later day"):
        desk.bring()


def test_half_a_character_costs_no_record(desk: Desk, server: ApiServer) -> None:
    account = server.desk
    assert isinstance(account, ZendeskAccount)
    account.streams["tickets"] = [ticket(description="cut off \ud83d")]
    account.streams["ticket_audits"] = []
    record = desk.bring()
    assert record.unreadable == {}
    assert desk.message("src:1")["body_length"] == 9


def test_another_host_gets_no_request(desk: Desk, server: ApiServer) -> None:
    with served(ZendeskAccount(RECORDS)) as other:
        server.fail("groups", Answer({}, 302, {"Location": f"{other.address}/api/v2/groups.json"}))
        with pytest.raises(WrongSource, match="another scheme, host or port"):
            desk.bring()
        assert other.asked == []


def test_a_redirect_on_the_same_host_is_followed(
    desk: Desk, server: ApiServer, landed: Everything
) -> None:
    server.fail("groups", Answer({}, 301, {"Location": "/api/v2/groups.json?page=1"}))
    desk.bring()
    assert desk.everything() == landed


def test_an_answer_without_end_is_not_read(
    desk: Desk, server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "LIMITS", replace(LIMITS, answer_bytes=200_000))
    packed = gzip.compress(b" " * 1_000_000)
    server.fail("groups", Answer(packed, 200, {"Content-Encoding": "gzip"}))
    with pytest.raises(SourceError, match="an answer of more than"):
        desk.bring()


def test_no_text_is_ever_on_disk(desk: Desk, server: ApiServer, tmp_path: Path) -> None:
    def look(asked: Asked) -> None:
        for path in tmp_path.rglob("*.*"):
            if path.is_file() and path.name != ".import.lock":
                assert path.suffix == ".parquet", path
                table = pyarrow.parquet.read_table(path)
                assert "hello" not in str(table.to_pylist())

    server.before = look
    limits = replace(LIMITS, held_bytes=1)
    opening.LIMITS = limits
    desk.bring()
    texts = [path.read_text() for path in tmp_path.rglob("*.json")]
    assert TOKEN not in "".join(texts)
    assert list(tmp_path.rglob("*.unfinished")) == []


def test_a_look_asks_for_one_page_and_keeps_nothing(desk: Desk, server: ApiServer) -> None:
    around = Surroundings(desk.sources, desk.users, engine=ENGINE)
    look = look_at_source(desk.source, desk.exports, around, BEGAN_AT)
    assert len(look.threads) == 2
    assert server.paths().count("/api/v2/incremental/tickets/cursor.json") == 1
    assert read_state(desk.sources / "zendesk") is None
