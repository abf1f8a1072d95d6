"""Chatwoot's API: pages by number, newest first, from which one may vanish meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestration.sources.errors import SourceUnreachable, WrongSource
from orchestration.sources.fetching import adapter, opening
from orchestration.sources.fetching.limits import Limits
from tests.unit.sources.api_server import NOT_FOUND, TOKEN, Answer, ApiServer, Asked, served
from tests.unit.sources.chatwoot_records import ADA, ANN, BEA, BEN, Chatwoot
from tests.unit.sources.desk import Desk, at

PAGE = 2


@pytest.fixture
def chatwoot() -> Chatwoot:
    account = Chatwoot()
    for number in range(1, 6):
        days = {"created": f"0{number} 09:00", "active": f"0{number} 12:00"}
        status = "resolved" if number == 2 else "open"
        account.conversation(number, contact=BEA if number == 3 else ANN, status=status, **days)
        account.message(number, f"0{number} 12:00", ("user", ADA), "an answer")
    for minute in range(10, 35):  # more than one page of messages
        account.message(4, f"04 11:{minute}", ("user", BEN), private=minute == 20)
    account.activity(2, "02 12:30", "Conversation was marked resolved by Ada Agent")
    account.rating(2, "02 13:00", 4)
    return account


class ChatwootServer:
    """An account's answers, in pages as Chatwoot has them."""

    def __init__(self, chatwoot: Chatwoot) -> None:
        self.chatwoot = chatwoot
        self.gone: set[int] = set()

    def __call__(self, asked: Asked) -> Answer:
        """An answer of the API."""
        assert asked.headers["api_access_token"] == TOKEN
        streams = self.chatwoot.streams()
        match asked.path.removeprefix("/api/v1/").split("/"):
            case ["profile"]:
                return Answer({"id": 1, "account_id": 1})
            case ["accounts", "1", "conversations"]:
                return self._listed(streams["conversations"], asked.query)
            case ["accounts", "1", "conversations", number, "messages"]:
                return self._said(streams["messages"], int(number), asked.query)
            case ["accounts", "1", "agents"]:
                return Answer(streams["agents"])
            case ["accounts", "1", "csat_survey_responses"]:
                return Answer(streams["ratings"] if asked.query["page"] == "1" else [])
        return NOT_FOUND

    def _listed(self, rows: list[dict[str, Any]], query: Mapping[str, str]) -> Answer:
        assert query["status"] == "all"
        found = [row for row in rows if row["id"] not in self.gone]
        found.sort(key=lambda row: -int(row["last_activity_at"]))
        begin = PAGE * (int(query["page"]) - 1)
        meta = {"all_count": len(found)}
        return Answer({"data": {"meta": meta, "payload": found[begin : begin + PAGE]}})

    def _said(self, rows: list[dict[str, Any]], number: int, query: Mapping[str, str]) -> Answer:
        if number in self.gone:
            return NOT_FOUND
        before = int(query.get("before", 10**9))
        found = [r for r in rows if r["conversation_id"] == number and r["id"] < before]
        return Answer({"meta": {}, "payload": found[-20:]})


@pytest.fixture
def account(chatwoot: Chatwoot) -> ChatwootServer:
    return ChatwootServer(chatwoot)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, account: ChatwootServer) -> Iterator[ApiServer]:
    monkeypatch.setenv("INBOX_SOURCE_CHATWOOT_TOKEN", TOKEN)
    monkeypatch.setattr(adapter, "pause", lambda seconds: None)
    with served(account) as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, server: ApiServer) -> Desk:
    desk = Desk(tmp_path, "chatwoot")
    desk.change(where=server.address)
    return desk


@pytest.fixture
def landed(tmp_path: Path, chatwoot: Chatwoot) -> Callable[[], Any]:
    """What stands after the same was saved as answers and imported."""

    def stands() -> Any:
        desk = Desk(tmp_path / "landed", "chatwoot")
        chatwoot.answers(desk.landing)
        desk.bring()
        return desk.everything()

    return stands


def test_what_is_fetched_is_what_a_landing_gives(desk: Desk, landed: Callable[[], Any]) -> None:
    record = desk.bring()
    assert desk.everything() == landed()
    assert len(desk.live("messages")) == 35
    assert set(record.missing) == {"teams"}


def test_the_next_walk_ends_where_the_one_before_began(
    desk: Desk, server: ApiServer, chatwoot: Chatwoot, landed: Callable[[], Any]
) -> None:
    desk.bring()
    server.asked.clear()
    chatwoot.conversation(6, "09 09:00", active="09 09:00")
    chatwoot.conversations[0]["active"] = "09 10:00"
    chatwoot.message(1, "09 10:00", ("user", ADA))
    desk.bring()
    walked = [asked.query["page"] for asked in server.asked if asked.path.endswith("conversations")]
    assert walked == ["1", "2"]
    assert desk.everything() == landed()


def test_one_that_is_deleted_between_two_pages_hides_no_other(
    desk: Desk, server: ApiServer, account: ChatwootServer
) -> None:
    def delete(asked: Asked) -> None:
        if asked.query.get("page") == "2":
            account.gone.add(5)

    server.before = delete
    desk.bring()
    assert set(desk.live("threads")) >= {"1", "2", "3", "4"}


def test_a_walk_that_was_broken_off_goes_on(
    desk: Desk,
    server: ApiServer,
    chatwoot: Chatwoot,
    landed: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opening, "LIMITS", replace(Limits(), chunk_seconds=0, attempts=1))
    server.fail("conversations/1/messages", Answer({}, 500))
    with pytest.raises(SourceUnreachable):
        desk.bring()
    assert set(desk.live("threads")) == {"2", "3", "4", "5"}
    # Meanwhile the oldest becomes active again: it is on a page that was seen.
    chatwoot.conversations[0]["active"] = "09 10:00"
    chatwoot.message(1, "09 10:00", ("user", ADA))
    server.asked.clear()
    desk.bring()
    desk.bring()
    assert "/api/v1/accounts/1/conversations/5/messages" in server.paths()
    assert desk.everything() == landed()


def test_the_account_may_be_named(desk: Desk, server: ApiServer) -> None:
    desk.change(options={"account": "2"})
    with pytest.raises(WrongSource, match="has no such API"):
        desk.bring()
    assert server.paths() == ["/api/v1/accounts/2/agents"]


def test_since_when_is_told(desk: Desk) -> None:
    desk.change(options={"since": "2024-03-04"})
    desk.bring()
    assert set(desk.live("threads")) == {"4", "5"}
    assert desk.thread("4")["created_at"] == at("04 09:00")
