"""Every rule of Gorgias' mapping, with right values written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.sources.desk import STANDS_OPEN, Desk, at

ANN, BEA, ADA, BEN = 120, 121, 301, 302


def time(when: str, offset: str = "+00:00") -> str:
    """As Gorgias writes it."""
    return at(when).strftime("%Y-%m-%dT%H:%M:%S.000000") + offset


def ticket(number: int = 1, created: str = "01 09:00", **changed: Any) -> dict[str, Any]:
    """An open ticket that came by mail."""
    return {
        "id": number, "status": "open", "channel": "email", "priority": "normal",
        "customer": {"id": ANN, "email": "secret@shop.example", "name": "a secret"},
        "assignee_user": {"id": ADA, "email": "secret@shop.example"}, "assignee_user_id": ADA,
        "assignee_team": None, "assignee_team_id": None, "subject": "a secret",
        "tags": [{"id": 1, "name": "vip"}], "spam": False, "trashed_datetime": None,
        "created_datetime": time(created), "closed_datetime": None,
        "updated_datetime": time(changed.pop("updated", created)), **changed,
    }  # fmt: skip


def said(number: int, when: str, sender: int = ADA, **changed: Any) -> dict[str, Any]:
    """A message in ticket 1; of an agent, where one has sent it."""
    return {
        "id": number, "ticket_id": 1, "from_agent": sender in (ADA, BEN), "public": True,
        "sender": {"id": sender, "email": "secret@shop.example"}, "rule_id": None,
        "via": "helpdesk", "created_datetime": time(when), "sent_datetime": None,
        "failed_datetime": None, "stripped_text": "hello", "body_text": "hello\n> a secret",
        "body_html": "<div>hello</div>", "headers": {"X": "a secret"}, **changed,
    }  # fmt: skip


WORLD: dict[str, list[dict[str, Any]]] = {
    "tickets": [
        ticket(1, updated="02 10:00"),
        ticket(2, status="closed", closed_datetime=time("03 10:00"), updated="04 10:00"),
        ticket(3, spam=True, updated="04 10:00"),
        ticket(4, trashed_datetime=time("05 10:00"), updated="05 09:00"),
        ticket(5, customer={"id": BEN}, assignee_user=None, assignee_user_id=None),
        ticket(6, assignee_team_id=7.0),
    ],
    "messages": [
        said(11, "01 09:00", ANN),
        said(12, "01 09:01", rule_id=5),
        said(13, "01 09:02", via="api-automation"),
        said(14, "01 10:00", sent_datetime=time("01 10:01")),
        said(15, "01 11:00", public=False),
        said(16, "01 12:00", failed_datetime=time("01 12:01")),
        said(17, "01 13:00", BEN, from_agent=False),
        said(18, "01 14:00", BEA, stripped_text=None),
        said(51, "01 09:00", BEN, ticket_id=5),
    ],
    "satisfaction_surveys": [
        {"id": 1, "ticket_id": 1, "score": 2, "scored_datetime": time("08 10:00", "")},
        {"id": 2, "ticket_id": 2, "score": None, "scored_datetime": None},
        {"id": 3, "ticket_id": 6, "score": 5.0, "scored_datetime": time("08 11:00", "")},
    ],
    "users": [
        {"id": ADA, "name": "Ada Agent", "active": True, "updated_datetime": time("01 00:00")},
        {"id": BEN, "name": "Ben Agent", "active": False, "updated_datetime": time("01 00:00")},
    ],
    "teams": [{"id": 7, "name": "Returns"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    options = {"zone": "Europe/Warsaw"}  # the times of surveys are of UTC all the same
    desk = Desk(tmp_path_factory.mktemp("gorgias"), "gorgias", options=options)
    desk.bring(WORLD)
    return desk


def test_a_ticket_becomes_a_thread(desk: Desk) -> None:
    assert desk.thread("1") == {
        "thread_id": "1",
        "created_at": at("01 09:00"),
        "updated_at": at("02 10:00"),
        "status": "open",
        "user_id": "120",
        "channel": "email",
        "assigned_agent_id": "301",
        "team_id": None,
        "priority": "normal",
        "labels": ["vip"],
        **STANDS_OPEN,
    }
    assert desk.thread("6")["team_id"] == "7"
    assert desk.thread("5")["assigned_agent_id"] is None


def test_closings_and_what_is_gone(desk: Desk) -> None:
    closed = desk.thread("2")
    assert (closed["closed_at"], closed["first_closed_at"]) == (at("03 10:00"), None)
    assert desk.thread("3")["deleted_at"] == at("04 10:00")
    assert desk.thread("4")["deleted_at"] == at("05 10:00")
    assert desk.thread("4")["updated_at"] == at("05 10:00")


@pytest.mark.parametrize(
    ("number", "author_type", "author_id"),
    [
        ("11", "user", "120"),
        ("12", "bot", "301"),
        ("13", "bot", "301"),
        ("14", "agent", "301"),
        ("17", "agent", "302"),  # staff who answer by mail
        ("18", "user", "121"),
        ("51", "user", "302"),  # staff who asked
    ],
)
def test_who_wrote(desk: Desk, number: str, author_type: str, author_id: str) -> None:
    message = desk.message(number)
    assert (message["author_type"], message["author_id"]) == (author_type, author_id)


def test_times_notes_lengths_and_what_was_not_delivered(desk: Desk) -> None:
    assert desk.message("14")["sent_at"] == at("01 10:01")
    assert desk.message("15")["is_private"] is True
    assert desk.message("15")["sent_at"] == at("01 11:00")
    assert (desk.message("14")["body_length"], desk.message("18")["body_length"]) == (5, 16)
    assert "16" not in desk.standing("messages")
    assert desk.count("messages that were not delivered") == 1


def test_ratings(desk: Desk) -> None:
    assert {key: (r["rated_at"], r["score"]) for key, r in desk.live("ratings").items()} == {
        "csat:1": (at("08 10:00"), 2),
        "csat:3": (at("08 11:00"), 5),
    }


def test_agents_and_teams(desk: Desk) -> None:
    active = {key: (row["name"], row["is_active"]) for key, row in desk.live("agents").items()}
    assert active == {"301": ("Ada Agent", True), "302": ("Ben Agent", False)}
    assert desk.live("teams")["7"]["name"] == "Returns"


def test_pieces_in_any_order_give_the_same(tmp_path: Path, desk: Desk) -> None:
    other = Desk(tmp_path, "gorgias")
    other.bring({**WORLD, "messages": WORLD["messages"][4:], "users": WORLD["users"][:1]})
    other.bring({"messages": WORLD["messages"][:6], "users": WORLD["users"]})
    assert other.everything() == desk.everything()


def test_saved_answers_give_the_same(tmp_path: Path, desk: Desk) -> None:
    other = Desk(tmp_path, "gorgias")
    tickets = [dict(record) for record in WORLD["tickets"]]
    tickets[0]["messages"] = [row for row in WORLD["messages"] if row["ticket_id"] == 1]
    survey = WORLD["satisfaction_surveys"][0]
    tickets[0]["satisfaction_survey"] = {k: v for k, v in survey.items() if k != "ticket_id"}
    answers = {
        "tickets_1": {"data": tickets[1:], "meta": {"next_cursor": None}},
        "tickets_2": tickets[0],
        "messages_1": {"data": WORLD["messages"][-1:]},
        "satisfaction_surveys": {"data": WORLD["satisfaction_surveys"][1:]},
        "users": {"data": WORLD["users"]},
        "teams": {"data": WORLD["teams"]},
    }
    for name, answer in answers.items():
        (other.landing / f"{name}.json").write_text(json.dumps(answer, indent=1))
    assert other.bring().landing == "files"
    assert other.everything() == desk.everything()
    kept = "".join(str(path.read_bytes()) for path in other.sources.rglob("*.parquet"))
    assert "secret" not in kept


def test_a_team_that_is_left_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "gorgias", options={"leave_out": "returns"})
    desk.bring(WORLD)
    assert set(desk.standing("threads")) == {"1", "2", "3", "4", "5"}
