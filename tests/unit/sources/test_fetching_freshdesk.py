"""Freshdesk's API: each page begins where the one before ended; what is gone has its own lists."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from orchestration.sources.fetching import adapter
from orchestration.sources.kinds import freshdesk_api
from tests.unit.sources.api_server import NOT_FOUND, TOKEN, Answer, ApiServer, Asked, served
from tests.unit.sources.desk import Desk
from tests.unit.sources.freshdesk_records import CUSTOMER, rating, records, said, ticket

RECORDS = records(
    tickets=[
        ticket(1, updated="02 10:00"),
        ticket(2, updated="02 10:00", status=4, stats={"resolved_at": "02 10:00"}),
        ticket(3, updated="02 10:00"),
        ticket(4, updated="03 10:00"),
        ticket(5, updated="04 10:00"),
        ticket(8, spam=True, updated="04 09:00"),
        ticket(9, deleted=True, updated="04 10:00"),
    ],
    conversations=[
        said(101, "01 10:00"),
        said(102, "01 09:30", private=True),
        said(103, "02 11:00", CUSTOMER, incoming=True, ticket_id=4),
    ],
    satisfaction_ratings=[rating(11, 103)],
    surveys=[],
)
PAGE = 2


class FreshdeskAccount:
    """Its answers, two tickets a page."""

    def __init__(self, streams: Mapping[str, list[dict[str, Any]]]) -> None:
        self.streams = {name: list(of_stream) for name, of_stream in streams.items()}

    def __call__(self, asked: Asked) -> Answer:
        """An answer of the API."""
        key = base64.b64decode(asked.headers["Authorization"].removeprefix("Basic ")).decode()
        if key != f"{TOKEN}:X":
            return Answer({"code": "invalid_credentials"}, 401)
        match asked.path.removeprefix("/api/v2/").split("/"):
            case ["tickets"]:
                return self._tickets(asked.query)
            case ["tickets", number, "conversations"]:
                rows = self.streams["conversations"]
                return self._page([r for r in rows if str(r["ticket_id"]) == number], asked)
            case [*_, stream] if stream in self.streams:
                return self._page(self.streams[stream], asked)
        return NOT_FOUND

    def _page(self, rows: list[dict[str, Any]], asked: Asked) -> Answer:
        most, page = int(asked.query["per_page"]), int(asked.query["page"])
        return Answer(rows[most * (page - 1) : most * page])

    def _tickets(self, query: Mapping[str, str]) -> Answer:
        wanted = query.get("filter", "")
        found = [
            row
            for row in self.streams["tickets"]
            if wanted == ("spam" if row["spam"] else "deleted" if row.get("deleted") else "")
            and row["updated_at"] > query["updated_since"]
        ]
        found.sort(key=lambda row: (row["updated_at"], row["id"]))
        begin = PAGE * (int(query["page"]) - 1)
        return Answer(found[begin : begin + PAGE])


@pytest.fixture
def account() -> FreshdeskAccount:
    return FreshdeskAccount(RECORDS)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, account: FreshdeskAccount) -> Iterator[ApiServer]:
    monkeypatch.setenv("INBOX_SOURCE_FRESHDESK_TOKEN", TOKEN)
    monkeypatch.setattr(adapter, "pause", lambda seconds: None)
    monkeypatch.setattr(freshdesk_api, "_MOST", PAGE)
    with served(account) as server:
        server.shows_token = False
        yield server


@pytest.fixture
def desk(tmp_path: Path, server: ApiServer) -> Desk:
    desk = Desk(tmp_path, "freshdesk")
    desk.change(where=server.address)
    return desk


def test_what_is_fetched_is_what_a_landing_gives(desk: Desk, tmp_path: Path) -> None:
    desk.bring()
    landed = Desk(tmp_path / "landed", "freshdesk")
    landed.bring(RECORDS)
    assert desk.everything() == landed.everything()
    assert set(desk.live("threads")) == {"1", "2", "3", "4", "5"}
    assert desk.thread("9")["deleted_at"] == landed.thread("9")["deleted_at"]


def test_the_next_import_begins_where_this_one_ended(
    desk: Desk, server: ApiServer, account: FreshdeskAccount
) -> None:
    desk.bring()
    account.streams["tickets"].append(ticket(6, "09 09:00"))
    server.asked.clear()
    desk.bring()
    assert [path for path in server.paths() if path.endswith("conversations")] == [
        "/api/v2/tickets/5/conversations",  # of the overlap
        "/api/v2/tickets/6/conversations",
    ]


def test_a_ticket_deleted_between_two_pages_hides_no_other(
    desk: Desk, server: ApiServer, account: FreshdeskAccount
) -> None:
    def delete(asked: Asked) -> None:
        if asked.path == "/api/v2/tickets/1/conversations":
            account.streams["tickets"] = [
                row for row in account.streams["tickets"] if row["id"] != 1
            ]

    server.before = delete
    desk.bring()
    assert set(desk.live("threads")) == {"1", "2", "3", "4", "5"}
