"""Every rule of the mapping of HubSpot's inbox, with right values written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.sources.desk import Desk, at, iso


def thread(number: int = 1, created: str = "01 09:00", **changed: Any) -> dict[str, Any]:
    """An open thread of the contact."""
    return {
        "id": str(number), "status": "OPEN", "inboxId": "1", "originalChannelId": "1002",
        "associatedContactId": "101", "assignedTo": "A-2", "spam": False, "archived": False,
        "createdAt": iso(created), "latestMessageTimestamp": iso(created), **changed,
    }  # fmt: skip


def said(name: str, when: str, actor: str = "A-2", **changed: Any) -> dict[str, Any]:
    """A message in thread 1; of the agent unless told otherwise."""
    incoming = actor[0] in "VE"
    return {
        "id": name, "conversationsThreadId": "1", "type": "MESSAGE", "createdAt": iso(when),
        "direction": "INCOMING" if incoming else "OUTGOING", "createdBy": actor,
        "senders": [{"actorId": actor, "name": "a secret"}], "status": {"statusType": "SENT"},
        "archived": False, "text": "hello", "richText": "<p>hello</p>", "subject": "a secret",
        **changed,
    }  # fmt: skip


def event(name: str, when: str, kind: str, actor: str = "A-2", **told: Any) -> dict[str, Any]:
    """A change, which lies among the messages."""
    return {
        "id": name, "conversationsThreadId": "1", "type": kind, "createdAt": iso(when),
        "createdBy": actor, "senders": [], "archived": False, **told,
    }  # fmt: skip


WORLD: dict[str, list[dict[str, Any]]] = {
    "threads": [
        thread(1, status="CLOSED", closedAt=iso("07 12:00")),
        thread(2, status="CLOSED", closedAt=iso("03 10:00"), assignedTo=None),
        thread(3, spam=True),
        thread(4, archived=True, latestMessageTimestamp=iso("04 10:00")),
        thread(5, inboxId="9", originalChannelId="1000"),
    ],
    "messages": [
        said("w1", "01 08:59", "S-hubspot", type="WELCOME_MESSAGE", senders=[]),
        said("m1", "01 09:00", "V-101"),
        said("m2", "01 09:01", "B-77"),
        said("m3", "01 10:00"),
        said("m4", "01 10:30", status={"statusType": "FAILED"}),
        said("m5", "01 11:00", "E-secret@customer.example"),
        said("m6", "01 11:30", "I-5"),
        said("m7", "01 11:40", archived=True),
        said("c1", "01 09:30", type="COMMENT"),
        event("s1", "03 10:00", "THREAD_STATUS_CHANGE", newStatus="CLOSED"),
        event("s2", "05 10:00", "THREAD_STATUS_CHANGE", "V-101", newStatus="OPEN"),
        event("s3", "07 12:00", "THREAD_STATUS_CHANGE", "A-3", newStatus="CLOSED"),
        event("a1", "01 09:10", "ASSIGNMENT", "S-hubspot", assignedTo="A-2"),
    ],
    "actors": [
        {"id": "A-2", "type": "AGENT", "name": "Ada Agent", "email": "secret@shop.example"},
        {"id": "A-3", "type": "AGENT", "name": "Ben Agent", "email": "secret@shop.example"},
        {"id": "V-101", "type": "VISITOR", "name": "a secret"},
    ],
    "inboxes": [{"id": "9", "name": "Returns"}, {"id": "1", "name": "Support"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("hubspot"), "hubspot")
    desk.bring(WORLD)
    return desk


def test_solve_reopen_solve(desk: Desk) -> None:
    assert desk.thread("1") == {
        "thread_id": "1",
        "created_at": at("01 09:00"),
        "updated_at": at("07 12:00"),
        "status": "closed",
        "user_id": "101",
        "channel": "email",
        "assigned_agent_id": "A-2",
        "team_id": "1",
        "priority": None,
        "closed_at": at("07 12:00"),
        "first_closed_at": at("03 10:00"),
        "closed_by_agent_id": "A-3",
        "reopen_count": 1,
        "labels": [],
        "deleted_at": None,
        "merged_into_thread_id": None,
    }


def test_a_closing_that_no_change_tells_is_the_records(desk: Desk) -> None:
    closed = desk.thread("2")
    assert (closed["closed_at"], closed["closed_by_agent_id"]) == (at("03 10:00"), None)
    assert (closed["first_closed_at"], closed["assigned_agent_id"]) == (None, None)


def test_what_is_gone_and_channels(desk: Desk) -> None:
    assert set(desk.live("threads")) == {"1", "2", "5"}
    assert desk.thread("4")["deleted_at"] == at("04 10:00")
    assert (desk.thread("5")["channel"], desk.live("teams")["9"]["name"]) == ("chat", "Returns")


@pytest.mark.parametrize(
    ("name", "author_type", "author_id"),
    [
        ("w1", "bot", None),
        ("m1", "user", "101"),
        ("m2", "bot", None),
        ("m3", "agent", "A-2"),
        ("m5", "user", "101"),  # known by an address alone: the thread's contact
        ("m6", "bot", None),
        ("c1", "agent", "A-2"),
    ],
)
def test_who_wrote(desk: Desk, name: str, author_type: str, author_id: str | None) -> None:
    message = desk.message(name)
    assert (message["author_type"], message["author_id"]) == (author_type, author_id)
    assert message["is_private"] is (name == "c1")


def test_changes_and_what_was_not_delivered_are_no_messages(desk: Desk) -> None:
    assert set(desk.live("messages")) == {"w1", "m1", "m2", "m3", "m5", "m6", "c1"}
    assert desk.message("m7")["deleted_at"] == at("01 11:40")
    assert desk.count("messages that were not delivered") == 1
    events = {key: (r["type"], r["value"]) for key, r in desk.standing("thread_events").items()}
    assert events["a1:assignment"] == ("assignee", "A-2")


def test_agents_alone_are_agents(desk: Desk) -> None:
    names = {key: row["name"] for key, row in desk.live("agents").items()}
    assert names == {"A-2": "Ada Agent", "A-3": "Ben Agent"}


def test_pieces_in_any_order_and_saved_answers_give_the_same(tmp_path: Path, desk: Desk) -> None:
    other = Desk(tmp_path, "hubspot")
    pieces = [
        {**WORLD, "messages": WORLD["messages"][5:]},
        {"threads": WORLD["threads"][:2], "messages": WORLD["messages"][:8]},
    ]
    for number, piece in enumerate(pieces):
        for name, rows in piece.items():
            answer = {"results": rows, "paging": {"next": {"after": "x"}}}
            (other.landing / f"{name}_{number}.json").write_text(json.dumps(answer))
        assert other.bring().landing == "files"
    assert other.everything() == desk.everything()
    kept = "".join(str(path.read_bytes()) for path in other.sources.rglob("*.parquet"))
    assert "secret" not in kept


def test_an_inbox_that_is_left_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "hubspot", options={"leave_out": "returns"})
    desk.bring(WORLD)
    assert "5" not in desk.standing("threads")
