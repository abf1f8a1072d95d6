"""Every rule of Help Scout's mapping, with right values written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.sources.desk import Desk, at, iso

ANN, BEA, ADA, BEN = 45, 46, 256, 257


def conversation(number: int = 1, created: str = "01 09:00", **changed: Any) -> dict[str, Any]:
    """A conversation of the customer that is not closed."""
    return {
        "id": number, "number": 15000 + number, "type": "email", "status": "active",
        "state": "published", "subject": "a secret", "preview": "a secret", "mailboxId": 85,
        "assignee": {"id": ADA, "email": "secret@shop.example"},
        "primaryCustomer": {"id": ANN, "email": "secret@shop.example"},
        "createdAt": iso(created), "userUpdatedAt": iso(changed.pop("updated", created)),
        "tags": [{"id": 1, "tag": "vip"}], "customFields": [{"value": "a secret"}], **changed,
    }  # fmt: skip


def thread(number: int, when: str, kind: str = "message", **changed: Any) -> dict[str, Any]:
    """An answer of the agent in conversation 1."""
    customer = kind == "customer"
    return {
        "id": number, "conversation_id": 1, "type": kind, "status": "nochange",
        "state": "published", "action": {"type": "default", "associatedEntities": []},
        "body": "<p>hello</p>", "createdAt": iso(when), "to": ["secret@shop.example"],
        "customer": {"id": ANN},
        "createdBy": {"id": ANN if customer else ADA, "type": "customer" if customer else "user"},
        **changed,
    }  # fmt: skip


def closed(when: str, by: int = ADA) -> dict[str, Any]:
    """What a conversation says of its last closing."""
    return {"closedAt": iso(when), "closedBy": by}


BY_ADA, BY_ANN = {"id": ADA, "type": "user"}, {"id": ANN, "type": "customer"}
ROBOT = {"id": 1, "type": "system_user"}
MERGED = {"type": "merged", "associatedEntities": {"originalConversation": 5}}
WORLD: dict[str, list[dict[str, Any]]] = {
    "conversations": [
        conversation(1, updated="07 12:00", status="closed", **closed("07 12:00", BEN)),
        conversation(2, status="closed", **closed("03 10:00")),
        conversation(3, status="pending", assignee=None),
        conversation(4, status="spam", updated="04 10:00"),
        conversation(5, status="closed", **closed("02 10:00")),
        conversation(6, state="deleted", updated="04 10:00"),
    ],
    "conversation_threads": [
        thread(17, "07 12:00", "lineitem", status="closed", createdBy={"id": BEN, "type": "user"}),
        thread(16, "05 10:00", "customer", status="active"),
        thread(15, "03 10:00", status="closed"),
        thread(14, "01 09:30", "note"),
        thread(13, "01 09:20", state="draft"),
        thread(12, "01 09:01", createdBy=ROBOT),
        thread(11, "01 09:00", "customer", status="active"),
        thread(21, "01 09:00", "customer", conversation_id=2, createdBy=BY_ADA),
        thread(22, "01 10:00", "phone", conversation_id=2),
        thread(23, "01 11:00", "chat", conversation_id=2, createdBy=BY_ANN),
        thread(31, "06 10:00", "lineitem", conversation_id=3, action=MERGED),
    ],
    "users": [
        {"id": ADA, "firstName": "Ada", "lastName": "Agent", "updatedAt": iso("01 00:00")},
        {"id": BEN, "firstName": "Ben", "lastName": None, "updatedAt": iso("01 00:00")},
    ],
    "mailboxes": [{"id": 85, "name": "Care", "updatedAt": iso("01 00:00")}],
    "ratings": [
        {"id": 1, "rating": "great", "conversationId": 1, "user": {"id": ADA},
         "createdAt": "2024-03-08T09:00:00", "modifiedAt": "2024-03-08T09:00:00"},
        {"id": 2, "rating": "not_good", "threadId": 22, "userId": ADA,
         "createdAt": "2024-03-08T10:00:00", "modifiedAt": "2024-03-08T11:00:00"},
        {"id": 3, "rating": "okay", "conversationId": 3, "createdAt": "2024-03-08T10:00:00"},
        {"id": 4, "rating": "unknown", "conversationId": 3, "createdAt": "2024-03-08T10:00:00"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("help_scout"), "help_scout")
    desk.bring(WORLD)
    return desk


def test_solve_reopen_solve(desk: Desk) -> None:
    assert desk.thread("1") == {
        "thread_id": "1",
        "created_at": at("01 09:00"),
        "updated_at": at("07 12:00"),
        "status": "closed",
        "user_id": "45",
        "channel": "email",
        "assigned_agent_id": "256",
        "team_id": "85",
        "priority": None,
        "closed_at": at("07 12:00"),
        "first_closed_at": at("03 10:00"),
        "closed_by_agent_id": "257",
        "reopen_count": 1,
        "labels": ["vip"],
        "deleted_at": None,
        "merged_into_thread_id": None,
    }


def test_a_closing_that_no_thread_tells_is_the_records(desk: Desk) -> None:
    two = desk.thread("2")
    assert (two["closed_at"], two["closed_by_agent_id"]) == (at("03 10:00"), "256")
    assert (two["first_closed_at"], two["reopen_count"]) == (None, None)
    assert (desk.thread("3")["status"], desk.thread("3")["assigned_agent_id"]) == ("pending", None)


def test_what_is_gone(desk: Desk) -> None:
    assert set(desk.live("threads")) == {"1", "2", "3"}
    assert desk.thread("4")["deleted_at"] == at("04 10:00")
    assert desk.thread("5")["deleted_at"] == at("06 10:00")
    assert desk.thread("5")["merged_into_thread_id"] == "3"


@pytest.mark.parametrize(
    ("entities", "merged", "counted"),
    [
        ({"originalConversation": 5}, ["5"], 0),
        ({"newConversation": 9, "originalConversation": 5}, ["5"], 0),
        ({"conversationId": 5, "user": 256}, ["5"], 0),
        ({"user": 256}, [], 1),
    ],
)
def test_a_merge_is_told_by_whatever_names_the_conversation_and_else_counted(
    tmp_path: Path, entities: dict[str, int], merged: list[str], counted: int
) -> None:
    desk = Desk(tmp_path, "help_scout")
    action = {"type": "merged", "associatedEntities": entities}
    line = thread(31, "06 10:00", "lineitem", conversation_id=3, action=action)
    desk.bring({**WORLD, "conversation_threads": [*WORLD["conversation_threads"][:-1], line]})
    gone = [key for key, row in desk.standing("threads").items() if row["merged_into_thread_id"]]
    assert gone == merged
    assert desk.count("merges that name no conversation") == counted


@pytest.mark.parametrize(
    ("number", "author_type", "author_id"),
    [
        ("11", "user", "45"),
        ("12", "bot", None),
        ("14", "agent", "256"),
        ("15", "agent", "256"),
        ("21", "user", "45"),  # typed in by an agent: the type wins
        ("22", "agent", "256"),
        ("23", "user", "45"),
    ],
)
def test_who_wrote(desk: Desk, number: str, author_type: str, author_id: str | None) -> None:
    message = desk.message(number)
    assert (message["author_type"], message["author_id"]) == (author_type, author_id)
    assert message["is_private"] is (number == "14")


def test_drafts_and_lines_are_no_messages(desk: Desk) -> None:
    assert set(desk.standing("messages")) == {"11", "12", "14", "15", "16", "21", "22", "23"}
    assert desk.message("15")["body_length"] == 5


def test_ratings_by_word(desk: Desk) -> None:
    ratings = desk.live("ratings")
    assert {key: (row["thread_id"], row["score"]) for key, row in ratings.items()} == {
        "csat:1": ("1", 5),
        "csat:2": ("2", 1),
        "csat:3": ("3", 3),
    }
    assert ratings["csat:2"]["agent_id"] == "256"
    assert desk.standing("ratings")["csat:2"]["updated_at"] == at("08 11:00")
    assert desk.count("ratings dropped by score") == 1


def test_agents_and_mailboxes(desk: Desk) -> None:
    names = {key: row["name"] for key, row in desk.live("agents").items()}
    assert names == {"256": "Ada Agent", "257": "Ben"}
    assert desk.live("teams")["85"]["name"] == "Care"


def test_pieces_in_any_order_give_the_same(tmp_path: Path, desk: Desk) -> None:
    other = Desk(tmp_path, "help_scout")
    other.bring({**WORLD, "conversation_threads": WORLD["conversation_threads"][7:]})
    other.bring({"conversation_threads": WORLD["conversation_threads"][:8]})
    assert other.everything() == desk.everything()


def test_saved_answers_with_threads_inside_give_the_same(tmp_path: Path, desk: Desk) -> None:
    other = Desk(tmp_path, "help_scout")
    held = []
    for record in WORLD["conversations"]:
        mine = [t for t in WORLD["conversation_threads"] if t["conversation_id"] == record["id"]]
        inside = [{k: v for k, v in t.items() if k != "conversation_id"} for t in mine]
        held.append({**record, "_embedded": {"threads": inside}})
    page = {"_embedded": {"conversations": held[1:]}, "page": {"size": 25}}
    (other.landing / "conversations_1.json").write_text(json.dumps(page, indent=1))
    (other.landing / "conversations_2.json").write_text(json.dumps(held[0]))
    for name in ("users", "mailboxes"):
        (other.landing / f"{name}.json").write_text(json.dumps({"_embedded": {name: WORLD[name]}}))
    (other.landing / "ratings.jsonl").write_text(
        "".join(f"{json.dumps(row)}\n" for row in WORLD["ratings"])
    )
    assert other.bring().landing == "files"
    assert other.everything() == desk.everything()
    kept = "".join(str(path.read_bytes()) for path in other.sources.rglob("*.parquet"))
    assert "secret" not in kept


def test_a_mailbox_that_is_left_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "help_scout", options={"leave_out": "care"})
    desk.bring(WORLD)
    assert desk.standing("threads") == {}
