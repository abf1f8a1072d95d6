"""Every rule of Crisp's mapping, with right values written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.sources.desk import Desk, at


def milliseconds(when: str) -> int:
    return int(at(when).timestamp() * 1000)


def conversation(name: str = "s1", created: str = "01 09:00", **changed: Any) -> dict[str, Any]:
    """A conversation of a contact that is not resolved."""
    return {
        "session_id": name, "website_id": "w", "people_id": "ann", "inbox_id": None,
        "state": "unresolved", "assigned": {"user_id": "ada"}, "last_message": "a secret",
        "meta": {"nickname": "a secret", "email": "secret@x.example", "segments": ["vip", "vip"]},
        "created_at": milliseconds(created),
        "updated_at": milliseconds(changed.pop("updated", created)), **changed,
    }  # fmt: skip


def said(number: int, when: str, who: str | None = "ada", **changed: Any) -> dict[str, Any]:
    """A text in conversation s1; of the visitor where nobody is named."""
    user = {"nickname": "a secret", "user_id": who or "s1"}
    return {
        "session_id": "s1", "fingerprint": number, "type": "text", "origin": "chat",
        "from": "operator" if who else "user", "content": "hello", "automated": False,
        "edited": False, "timestamp": milliseconds(when), "user": user, **changed,
    }  # fmt: skip


def state(number: int, when: str, word: str, who: str = "ada") -> dict[str, Any]:
    """A change of state, which lies among the messages."""
    return said(number, when, who, type="event", content={"namespace": f"state:{word}"})


FILE = {"name": "a secret.pdf", "url": "https://x.example/secret", "type": "application/pdf"}
ROBOT = {"nickname": "Bot", "user_id": None}
WORLD: dict[str, list[dict[str, Any]]] = {
    "conversations": [
        conversation("s1", state="resolved", updated="07 12:00"),
        conversation("s2", state="pending", people_id=None, inbox_id="in"),
        conversation("s3", state="resolved", updated="03 10:00", assigned=None),
    ],
    "messages": [
        said(11, "01 09:00", None),
        said(12, "01 09:01", user=ROBOT, automated=True),
        said(13, "01 09:10", type="note", content="a secret"),
        said(14, "01 10:00"),
        said(15, "01 10:10", type="file", content=FILE),
        said(16, "05 10:00", None, content="hello again"),
        state(17, "03 10:00", "resolved"),
        state(18, "05 10:00", "unresolved"),
        state(19, "07 12:00", "resolved", "ben"),
        said(20, "01 09:00", None, session_id="s2", origin="email"),
    ],
    "operators": [
        {"type": "operator", "details": {"user_id": "ada", "first_name": "Ada", "last_name": "A",
                                         "email": "secret@shop.example"}},
        {"type": "operator", "details": {"user_id": "ben", "first_name": "Ben"}},
    ],
    "inboxes": [{"inbox_id": "in", "name": "Returns"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("crisp"), "crisp")
    desk.bring(WORLD)
    return desk


def test_solve_reopen_solve(desk: Desk) -> None:
    assert desk.thread("s1") == {
        "thread_id": "s1",
        "created_at": at("01 09:00"),
        "updated_at": at("07 12:00"),
        "status": "closed",
        "user_id": "ann",
        "channel": "chat",
        "assigned_agent_id": "ada",
        "team_id": None,
        "priority": None,
        "closed_at": at("07 12:00"),
        "first_closed_at": at("03 10:00"),
        "closed_by_agent_id": "ben",
        "reopen_count": 1,
        "labels": ["vip"],
        "deleted_at": None,
        "merged_into_thread_id": None,
    }


def test_a_closing_that_nothing_tells_is_the_last_change(desk: Desk) -> None:
    assert desk.thread("s3")["closed_at"] == at("03 10:00")
    assert desk.thread("s3")["first_closed_at"] is None
    assert desk.count("closings assumed") == 1


def test_a_visitor_who_is_no_contact_is_the_conversations(desk: Desk) -> None:
    thread = desk.thread("s2")
    assert (thread["status"], thread["user_id"], thread["channel"]) == ("pending", "s2", "email")
    assert desk.message("s2:20")["author_id"] == "s2"
    assert desk.live("teams")[thread["team_id"]]["name"] == "Returns"


@pytest.mark.parametrize(
    ("number", "author_type", "author_id"),
    [(11, "user", "ann"), (12, "bot", None), (13, "agent", "ada"), (14, "agent", "ada")],
)
def test_who_wrote(desk: Desk, number: int, author_type: str, author_id: str | None) -> None:
    message = desk.message(f"s1:{number}")
    assert (message["author_type"], message["author_id"]) == (author_type, author_id)
    assert message["is_private"] is (number == 13)


def test_lengths_are_of_texts_and_changes_are_no_messages(desk: Desk) -> None:
    lengths = {key: row["body_length"] for key, row in desk.live("messages").items()}
    assert lengths == {
        "s1:11": 5, "s1:12": 5, "s1:13": 8, "s1:14": 5, "s1:15": 0, "s1:16": 11, "s2:20": 5,
    }  # fmt: skip


def test_an_edited_message_counts_from_then_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "crisp")
    desk.bring(WORLD)
    for text in ("hello there", "hi"):
        desk.bring({"messages": [said(14, "01 10:00", edited=True, content=text)]})
    assert desk.message("s1:14")["body_length"] == 2
    assert desk.message("s1:14")["sent_at"] == at("01 10:00")


def test_agents(desk: Desk) -> None:
    names = {key: row["name"] for key, row in desk.live("agents").items()}
    assert names == {"ada": "Ada A", "ben": "Ben"}


def test_pieces_in_any_order_and_saved_answers_give_the_same(tmp_path: Path, desk: Desk) -> None:
    other = Desk(tmp_path, "crisp")
    pieces = [
        {**WORLD, "messages": WORLD["messages"][4:]},
        {"conversations": WORLD["conversations"][:1], "messages": WORLD["messages"][:7]},
    ]
    for number, piece in enumerate(pieces):
        for name, rows in piece.items():
            answer = {"error": False, "reason": "listed", "data": rows}
            (other.landing / f"{name}_{number}.json").write_text(json.dumps(answer))
        assert other.bring().landing == "files"
    assert other.everything() == desk.everything()
    kept = "".join(str(path.read_bytes()) for path in other.sources.rglob("*.parquet"))
    assert "secret" not in kept


def test_an_inbox_that_is_left_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "crisp", options={"leave_out": "returns"})
    desk.bring(WORLD)
    assert set(desk.standing("threads")) == {"s1", "s3"}
