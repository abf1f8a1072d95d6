"""Help Scout's API: a token that is asked for, walks by its own clock, merges meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from orchestration.sources.errors import WrongSource
from orchestration.sources.fetching import adapter
from tests.unit.sources.api_server import NOT_FOUND, TOKEN, Answer, ApiServer, Asked, served
from tests.unit.sources.desk import Desk
from tests.unit.sources.test_help_scout import WORLD

RECORDS = {**WORLD, "ratings": []}
PAGE = 2
CLOCK = {"Date": "Mon, 11 Mar 2019 09:00:00 GMT"}
"""Help Scout's, which is years behind ours."""


class HelpScoutAccount:
    """Its answers; a merged conversation leads to the one that it was merged into."""

    def __init__(self) -> None:
        self.streams: dict[str, list[dict[str, Any]]] = {k: list(v) for k, v in RECORDS.items()}
        self.merged: dict[str, str] = {}

    def __call__(self, asked: Asked) -> Answer:
        """An answer of the API."""
        match asked.path.split("/")[2:]:
            case ["oauth2", "token"]:
                given = parse_qs(asked.body)
                is_known = (given["client_id"], given["client_secret"]) == (["app"], ["secret"])
                return Answer({"access_token": TOKEN, "expires_in": 7200}, 200 if is_known else 401)
            case ["conversations", number, "threads"] if number in self.merged:
                path = f"/v3/conversations/{self.merged[number]}/threads"
                return Answer({}, 301, {"Location": path})
            case ["conversations", number, "threads"]:
                rows = self.streams["conversation_threads"]
                found = [row for row in rows if str(row["conversation_id"]) == number]
                told = [{k: v for k, v in row.items() if k != "conversation_id"} for row in found]
                return self._page("threads", told, asked.query)
            case ["conversations"]:
                assert asked.query["status"] == "all"
                return self._page("conversations", self.streams["conversations"], asked.query)
            case [name] if name in self.streams:
                return self._page(name, self.streams[name], asked.query)
        return NOT_FOUND

    def _page(self, name: str, rows: list[dict[str, Any]], query: Mapping[str, str]) -> Answer:
        number = int(query["page"])
        told = {
            "size": PAGE,
            "number": number,
            "totalElements": len(rows),
            "totalPages": -(-len(rows) // PAGE),
        }
        found = rows[PAGE * (number - 1) : PAGE * number]
        return Answer({"_embedded": {name: found}, "page": told}, headers=CLOCK)


@pytest.fixture
def account() -> HelpScoutAccount:
    return HelpScoutAccount()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, account: HelpScoutAccount) -> Iterator[ApiServer]:
    monkeypatch.setenv("INBOX_SOURCE_HELP_SCOUT_USER", "app")
    monkeypatch.setenv("INBOX_SOURCE_HELP_SCOUT_TOKEN", "secret")
    monkeypatch.setattr(adapter, "pause", lambda seconds: None)
    with served(account) as server:
        server.shows_token = False
        yield server


@pytest.fixture
def desk(tmp_path: Path, server: ApiServer) -> Desk:
    desk = Desk(tmp_path, "help_scout")
    desk.change(where=server.address)
    return desk


def test_what_is_fetched_is_what_a_landing_gives(
    desk: Desk, server: ApiServer, tmp_path: Path
) -> None:
    desk.bring()
    landed = Desk(tmp_path / "landed", "help_scout")
    landed.bring(RECORDS)
    assert desk.everything() == landed.everything()
    used = {asked.headers.get("Authorization") for asked in server.asked if asked.method == "GET"}
    assert used == {f"Bearer {TOKEN}"}


def test_since_when_is_of_the_desks_own_clock(desk: Desk, server: ApiServer) -> None:
    desk.bring()
    server.asked.clear()
    desk.bring()
    listed = next(asked for asked in server.asked if asked.path == "/v2/conversations")
    assert listed.query["modifiedSince"] == "2019-03-11T08:55:00Z"


def test_one_that_is_merged_meanwhile_gets_no_threads_of_another(
    desk: Desk, account: HelpScoutAccount
) -> None:
    account.merged["2"] = "1"
    desk.bring()
    assert {row["thread_id"] for row in desk.live("messages").values()} == {"1"}


def test_one_that_is_deleted_between_two_pages_hides_no_other(
    desk: Desk, server: ApiServer, account: HelpScoutAccount
) -> None:
    def delete(asked: Asked) -> None:
        if asked.path == "/v2/conversations" and asked.query["page"] == "2":
            account.streams["conversations"] = account.streams["conversations"][1:]

    server.before = delete
    desk.bring()
    assert set(desk.live("threads")) == {"1", "2", "3"}


def test_a_secret_that_is_refused_is_not_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INBOX_SOURCE_HELP_SCOUT_TOKEN", "another-secret")
    with pytest.raises(WrongSource, match=r"refuses the token \(401\)") as failed:
        desk.bring()
    assert "another-secret" not in str(failed.value)
