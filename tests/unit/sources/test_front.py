"""Every rule of Front's mapping, with right values written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.sources.errors import WrongSource
from tests.unit.sources.desk import Desk, at

ANN, BEA = "ann@customer.example", "bea@customer.example"
ADA = {"id": "tea_ada", "email": "secret@shop.example", "first_name": "Ada", "type": None}
RULE = {"id": "rul_1", "type": "rule"}
PLAIN: dict[str, Any] = {"options": {"plain_addresses": True}}


def seconds(when: str) -> float:
    return at(when).timestamp()


def conversation(name: str = "cnv_1", created: str = "01 09:00", **changed: Any) -> dict[str, Any]:
    """A conversation that is assigned."""
    return {
        "id": name, "type": "conversation", "status": "assigned", "subject": "a secret",
        "assignee": ADA, "recipient": {"handle": ANN, "name": "a secret", "role": "from"},
        "tags": [{"id": "tag_1", "name": "vip", "description": "a secret"}],
        "created_at": seconds(created),
        "updated_at": seconds(changed.pop("updated", created)) + 0.25, **changed,
    }  # fmt: skip


def linked(to: str) -> dict[str, Any]:
    return {"related": {"conversation": f"https://shop.api.example/conversations/{to}"}}


def said(
    name: str, when: str, author: Any = None, to: str = "cnv_1", **told: Any
) -> dict[str, Any]:
    """A message; of the customer where nobody of the desk wrote it."""
    handle = told.pop("handle", ANN)
    return {
        "id": name, "type": "email", "is_inbound": author is None, "draft_mode": None,
        "created_at": seconds(when), "author": author, "subject": "a secret",
        "recipients": [{"handle": "secret@shop.example", "role": "to"},
                       {"handle": f"A Secret <{handle.title()}>", "role": "from"}],
        "text": "hello", "body": "<p>hello</p>", "_links": linked(to), **told,
    }  # fmt: skip


def event(name: str, when: str, kind: str, by: Any = ADA, **told: Any) -> dict[str, Any]:
    source = {"_meta": {"type": "teammate"}, "data": by} if by else None
    return {
        "id": name, "type": kind, "emitted_at": seconds(when), "source": source,
        "target": None, "conversation": {"id": "cnv_1", "subject": "a secret"}, **told,
    }  # fmt: skip


TO_ADA = {"_meta": {"type": "teammate"}, "data": ADA}
WORLD: dict[str, list[dict[str, Any]]] = {
    "conversations": [
        conversation("cnv_1", status="archived", updated="07 12:00"),
        conversation("cnv_2", status="archived", updated="03 10:00", assignee=None),
        conversation("cnv_3", status="assigned", status_category="waiting"),
        conversation("cnv_4", status="unassigned", status_category="resolved", updated="02 10:00"),
        conversation("cnv_5", status="deleted", updated="04 10:00"),
        conversation("cnv_6", type="discussion"),
        conversation("cnv_7", tags=[{"name": "Personnel"}], recipient={"handle": "+48 123"}),
    ],
    "messages": [
        said("msg_1", "01 09:00"),
        said("msg_2", "01 09:01", RULE),
        said("msg_3", "01 10:00", ADA),
        said("msg_4", "01 10:30", ADA, draft_mode="shared"),
        said("msg_5", "01 11:00", ADA, type="internal"),
        said("msg_6", "05 10:00", handle=BEA),
        said("msg_7", "01 09:00", to="cnv_7", text=None, body="<p>a <b>b</b></p>"),
    ],
    "comments": [
        {"id": "com_1", "author": ADA, "body": "a note", "posted_at": seconds("01 09:30"),
         "_links": linked("cnv_1")},
    ],
    "events": [
        event("evt_0", "01 09:00", "inbound", None),
        event("evt_1", "03 10:00", "archive"),
        event("evt_2", "05 10:00", "inbound", None, source=[{"id": "inb_1"}]),
        event("evt_3", "07 12:00", "archive", {"id": "tea_ben"}),
        event("evt_4", "01 09:10", "assign", RULE, target=TO_ADA),
        event("evt_5", "04 10:00", "trash", conversation={"id": "cnv_5"}),
        event("evt_6", "01 09:20", "tag"),
    ],
    "teammates": [ADA, {"id": "tea_ben", "first_name": "Ben", "is_blocked": True}],
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("front"), "front", **PLAIN)
    desk.bring(WORLD)
    return desk


def test_solve_reopen_solve(desk: Desk) -> None:
    thread = desk.thread("cnv_1")
    assert thread.pop("updated_at").replace(microsecond=0) == at("07 12:00")
    assert thread == {
        "thread_id": "cnv_1",
        "created_at": at("01 09:00"),
        "status": "closed",
        "user_id": ANN,
        "channel": "email",
        "assigned_agent_id": "tea_ada",
        "team_id": None,
        "priority": None,
        "closed_at": at("07 12:00"),
        "first_closed_at": at("03 10:00"),
        "closed_by_agent_id": "tea_ben",
        "reopen_count": 1,
        "labels": ["vip"],
        "deleted_at": None,
        "merged_into_thread_id": None,
    }


def test_statuses_without_events(desk: Desk) -> None:
    statuses = {key: row["status"] for key, row in desk.live("threads").items()}
    assert statuses == {
        "cnv_1": "closed", "cnv_2": "closed", "cnv_3": "pending", "cnv_4": "closed",
        "cnv_7": "open",
    }  # fmt: skip
    assert desk.count("closings assumed") == 2
    assert desk.thread("cnv_5")["deleted_at"] == at("04 10:00")
    assert desk.thread("cnv_7")["user_id"] == ANN  # who wrote, before who is named


@pytest.mark.parametrize(
    ("name", "author_type", "author_id", "is_private"),
    [
        ("msg_1", "user", ANN, False),
        ("msg_2", "bot", None, False),
        ("msg_3", "agent", "tea_ada", False),
        ("msg_5", "agent", "tea_ada", True),
        ("msg_6", "user", BEA, False),
        ("com_1", "agent", "tea_ada", True),
    ],
)
def test_who_wrote(
    desk: Desk, name: str, author_type: str, author_id: str | None, is_private: bool
) -> None:
    message = desk.message(name)
    assert (message["author_type"], message["author_id"]) == (author_type, author_id)
    assert message["is_private"] is is_private


def test_drafts_are_no_messages_and_lengths_are_of_the_text(desk: Desk) -> None:
    assert "msg_4" not in desk.standing("messages")
    assert (desk.message("msg_1")["body_length"], desk.message("msg_7")["body_length"]) == (5, 3)
    assert desk.count("drafts left out") == 1


def test_changes_and_agents(desk: Desk) -> None:
    events = {key: (r["type"], r["value"]) for key, r in desk.standing("thread_events").items()}
    assert events == {
        "evt_1": ("status", "closed"), "evt_2": ("status", "open"),
        "evt_3": ("status", "closed"), "evt_4": ("assignee", "tea_ada"),
    }  # fmt: skip
    agents = {key: (row["name"], row["is_active"]) for key, row in desk.live("agents").items()}
    assert agents == {"tea_ada": ("Ada", True), "tea_ben": ("Ben", False)}


def test_people_are_addresses(tmp_path: Path) -> None:
    with pytest.raises(WrongSource, match="INBOX_PSEUDONYM_KEY"):
        Desk(tmp_path, "front").bring(WORLD)


def test_pieces_in_any_order_and_saved_answers_give_the_same(tmp_path: Path, desk: Desk) -> None:
    other = Desk(tmp_path, "front", **PLAIN)
    pieces = [
        {**WORLD, "messages": WORLD["messages"][3:], "events": WORLD["events"][3:]},
        {"conversations": WORLD["conversations"][:2], "messages": WORLD["messages"][:4],
         "events": WORLD["events"][:5]},
    ]  # fmt: skip
    for number, piece in enumerate(pieces):
        for name, rows in piece.items():
            answer = {"_pagination": {"next": None}, "_results": rows}
            (other.landing / f"{name}_{number}.json").write_text(json.dumps(answer))
        assert other.bring().landing == "files"
    assert other.everything() == desk.everything()
    kept = "".join(str(path.read_bytes()) for path in other.sources.rglob("*.parquet"))
    assert "secret" not in kept


def test_a_tag_that_is_left_out(tmp_path: Path) -> None:
    options = {"plain_addresses": True, "leave_out": "personnel"}
    desk = Desk(tmp_path, "front", options=options)
    desk.bring(WORLD)
    assert "cnv_7" not in desk.standing("threads")
    assert "msg_7" not in desk.standing("messages")
