"""Intercom's API: searched, asked for one by one, and what stands is what a landing gives."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from orchestration.sources.fetching import adapter
from tests.unit.sources.api_server import NOT_FOUND, TOKEN, Answer, ApiServer, Asked, served
from tests.unit.sources.desk import Desk, at
from tests.unit.sources.intercom_records import (
    ADMINS,
    CONTACT,
    TEAMS,
    author,
    conversation,
    part,
    records,
    silent,
)

RECORDS = records(
    conversations=[
        conversation("1", "01 09:00", "04 09:00", state="closed", open=False),
        conversation("2", "02 09:00"),
        conversation("3", "03 09:00", "03 10:00"),
    ],
    conversation_parts=[
        part(10, "01 10:00"),
        part(11, "02 10:00", who=author("user", CONTACT)),
        silent(12, "04 09:00", "close"),
        part(30, "03 10:00", body="<p>longer than hello</p>", conversation_id=3),
    ],
)
PAGE = 2


class IntercomWorkspace:
    """Its conversations; a search gives them by when they changed, from a number on."""

    def __init__(self, streams: Mapping[str, Sequence[Any]]) -> None:
        self.streams = {name: list(of_stream) for name, of_stream in streams.items()}

    def __call__(self, asked: Asked) -> Answer:
        """An answer of the API."""
        assert asked.headers["Intercom-Version"]
        match asked.path.strip("/").split("/"):
            case ["conversations", "search"]:
                return self._found(asked.body)
            case ["conversations", number]:
                return self._whole(number)
            case [("admins" | "teams") as name]:
                return Answer({"type": f"{name}.list", name: self.streams[name]})
        return NOT_FOUND

    def _found(self, body: Mapping[str, Any]) -> Answer:
        assert body["sort"] == {"field": "updated_at", "order": "ascending"}
        since = body["query"]["value"]
        found = sorted(
            (row for row in self.streams["conversations"] if row["updated_at"] > since),
            key=_place,
        )
        # A cursor is the time and number of the last one given, as the workspace's own are.
        after = body["pagination"].get("starting_after")
        given = [row for row in found if after is None or _place(row) > _cursor(after)]
        pages: dict[str, Any] = {"type": "pages"}
        if len(given) > PAGE:
            pages["next"] = {"starting_after": json.dumps(_place(given[PAGE - 1]))}
        return Answer({"conversations": given[:PAGE], "pages": pages})

    def _whole(self, number: str) -> Answer:
        for row in self.streams["conversations"]:
            if row["id"] == number:
                parts = [
                    part
                    for part in self.streams["conversation_parts"]
                    if str(part["conversation_id"]) == number
                ]
                return Answer({**row, "conversation_parts": {"conversation_parts": parts}})
        return NOT_FOUND


def _place(row: Mapping[str, Any]) -> tuple[int, str]:
    return (int(row["updated_at"]), str(row["id"]))


def _cursor(text: str) -> tuple[int, str]:
    updated, number = json.loads(text)
    return (updated, number)


@pytest.fixture
def workspace() -> IntercomWorkspace:
    return IntercomWorkspace({**RECORDS, "admins": ADMINS, "teams": TEAMS})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, workspace: IntercomWorkspace) -> Iterator[ApiServer]:
    monkeypatch.setenv("INBOX_SOURCE_INTERCOM_TOKEN", TOKEN)
    monkeypatch.setattr(adapter, "pause", lambda seconds: None)
    with served(workspace) as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, server: ApiServer) -> Desk:
    desk = Desk(tmp_path, "intercom")
    desk.change(where=server.address)
    return desk


def test_what_is_fetched_is_what_a_landing_gives(desk: Desk, tmp_path: Path) -> None:
    record = desk.bring()
    landed = Desk(tmp_path / "landed", "intercom")
    landed.bring(RECORDS)
    assert desk.everything() == landed.everything()
    assert len(desk.live("messages")) == 6
    # This workspace has no tickets, and is not asked to have any.
    assert "tickets" in record.missing


def test_the_next_import_asks_for_what_changed_since(
    desk: Desk, server: ApiServer, workspace: IntercomWorkspace
) -> None:
    desk.bring()
    workspace.streams["conversations"].append(conversation("4", "09 09:00"))
    server.asked.clear()
    desk.bring()
    assert [path for path in server.paths() if path.startswith("/conversations/")] == [
        "/conversations/search",
        "/conversations/1",  # within the overlap, as a search lags behind
        "/conversations/4",
    ]
    assert desk.thread("4")["created_at"] == at("09 09:00")


def test_one_that_is_deleted_between_search_and_question_is_passed_over(
    desk: Desk, server: ApiServer, workspace: IntercomWorkspace
) -> None:
    def delete(asked: Asked) -> None:
        if asked.path == "/conversations/2":
            workspace.streams["conversations"] = [
                row for row in workspace.streams["conversations"] if row["id"] != "2"
            ]

    server.before = delete
    desk.bring()
    assert set(desk.live("threads")) == {"1", "3"}


def test_our_own_clock_does_not_count(desk: Desk, server: ApiServer) -> None:
    """Since when is told by the desk's own times: ours may run ahead of them."""
    desk.bring(began_at=at("2031-01-01 00:00:00"))
    server.asked.clear()
    desk.bring(began_at=at("2031-01-02 00:00:00"))
    searched = next(asked for asked in server.asked if asked.path == "/conversations/search")
    assert searched.body["query"]["value"] == int(at("04 09:00").timestamp()) - 600
