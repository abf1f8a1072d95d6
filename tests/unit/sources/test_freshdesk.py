"""Every rule of Freshdesk's mapping, with right values written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.sources.desk import STANDS_OPEN, Desk, at, iso
from tests.unit.sources.freshdesk_records import (
    AGENT,
    CUSTOMER,
    OTHER,
    SECOND,
    agent,
    rating,
    records,
    said,
    ticket,
)

EDITED = iso("02 08:00")
WORLD = records(
    tickets=[
        ticket(1, group_id=51.0, responder_id=9001.0, tags=["b", "a", "a"], updated="02 10:00"),
        ticket(2, status=4, stats={"resolved_at": "03 10:00", "closed_at": "05 10:00"}),
        ticket(3, status=5, stats={"closed_at": "05 10:00"}, updated="06 10:00"),
        ticket(4, status=5, updated="06 10:00"),
        ticket(5, status=3, priority=4, source=3),
        ticket(6, status=6),
        ticket(7, status=12),
        ticket(8, spam=True, updated="04 09:00"),
        ticket(9, deleted=True, updated="04 10:00"),
        ticket(10, source=10, responder_id=AGENT, status=2),
        ticket(11, requester_id=SECOND),
    ],
    conversations=[
        said(101, "01 10:00"),
        said(102, "01 09:30", private=True),
        said(103, "01 11:00", CUSTOMER, incoming=True),
        said(104, "01 11:30", OTHER, incoming=True),
        said(105, "01 12:00", SECOND, incoming=True),
        said(106, "01 09:01", auto_response=True),
        said(107, "01 09:02", automation_id=77),
        said(108, "01 13:00", CUSTOMER, incoming=True, source=6),
        said(109, "01 14:00", body_text=None, body="<p>a <b>b</b></p>", last_edited_at=EDITED),
        said(110, "01 10:00", SECOND, ticket_id=11),
    ],
    satisfaction_ratings=[
        *[rating(number, answer) for number, answer in enumerate((103, 102, 100, -101, -103), 11)],
        rating(5, None),
        rating(6, 77),
        rating(7, 100, survey_id=4, ticket_id=2),
        rating(8, -103, survey_id=4, ticket_id=2),
        rating(9, -103, survey_id=5, ticket_id=2),
    ],
    surveys=[
        {"id": 4, "questions": [{"id": "default_question", "accepted_ratings": [103, 100, -103]}]},
        {"id": 5, "questions": [{"id": "default_question", "accepted_ratings": [-103, 103]}]},
    ],
)  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("freshdesk"), "freshdesk")
    desk.bring(WORLD)
    return desk


def test_a_ticket_becomes_a_thread(desk: Desk) -> None:
    assert desk.thread("1") == {
        "thread_id": "1",
        "created_at": at("01 09:00"),
        "updated_at": at("02 10:00"),
        "status": "open",
        "user_id": "7001",
        "channel": "email",
        "assigned_agent_id": "9001",
        "team_id": "51",
        "priority": "low",
        "labels": ["a", "b"],
        **STANDS_OPEN,
    }


@pytest.mark.parametrize(
    ("number", "status", "closed_at"),
    [
        ("2", "closed", "03 10:00"),  # resolved, which counts before closed
        ("3", "closed", "05 10:00"),
        ("4", "closed", "06 10:00"),  # nothing says when: the last change
        ("5", "pending", None),
        ("6", "pending", None),
        ("7", "open", None),  # a status of the desk's own
    ],
)
def test_statuses_and_closings(desk: Desk, number: str, status: str, closed_at: str | None) -> None:
    thread = desk.thread(number)
    assert thread["status"] == status
    assert thread["closed_at"] == (None if closed_at is None else at(closed_at))
    assert (thread["first_closed_at"], thread["reopen_count"]) == (None, None)


def test_what_is_spam_or_deleted_is_gone(desk: Desk) -> None:
    assert desk.thread("8")["deleted_at"] == at("04 09:00")
    assert desk.thread("9")["deleted_at"] == at("04 10:00")


def test_the_opening_is_the_requesters_but_for_what_the_desk_sent_out(desk: Desk) -> None:
    opening = desk.message("src:1")
    assert (opening["author_type"], opening["author_id"]) == ("user", "7001")
    assert (opening["sent_at"], opening["body_length"]) == (at("01 09:00"), 10)
    outbound = desk.message("src:10")
    assert (outbound["author_type"], outbound["author_id"]) == ("agent", "9001")
    assert desk.thread("10")["channel"] == "outbound"
    assert desk.message("src:11")["author_type"] == "user"


@pytest.mark.parametrize(
    ("number", "author_type", "author_id"),
    [
        ("101", "agent", "9001"),
        ("103", "user", "7001"),
        ("104", "user", "7002"),
        ("105", "agent", "9002"),  # staff who answer by mail
        ("106", "bot", "9001"),
        ("107", "bot", "9001"),
        ("110", "user", "9002"),  # staff who asked
    ],
)
def test_who_wrote(desk: Desk, number: str, author_type: str, author_id: str) -> None:
    message = desk.message(number)
    assert (message["author_type"], message["author_id"]) == (author_type, author_id)


def test_notes_lengths_edits_and_answers_to_surveys(desk: Desk) -> None:
    assert desk.message("102")["is_private"] is True
    assert desk.message("101")["is_private"] is False
    assert desk.message("109")["body_length"] == 3
    assert desk.message("109")["updated_at"] == at("02 08:00")
    assert desk.message("101")["updated_at"] == at("01 10:00")
    assert "108" not in desk.standing("messages")


def test_ratings_by_the_scale_of_their_survey(desk: Desk) -> None:
    scores = {key: row["score"] for key, row in desk.live("ratings").items()}
    assert scores == {
        "csat:11": 5, "csat:12": 4, "csat:13": 3, "csat:14": 2, "csat:15": 1,
        "csat:7": 3, "csat:8": 1, "csat:9": 1,
    }  # fmt: skip
    assert desk.standing("ratings")["csat:11"]["agent_id"] == "9001"


def test_agents_and_teams(desk: Desk) -> None:
    assert {k: (r["name"], r["team"], r["is_active"]) for k, r in desk.live("agents").items()} == {
        "9001": ("Agent One", "Support", True),
        "9002": ("Agent Two", "Support", False),
    }
    assert desk.live("teams")["51"]["name"] == "Support"


def test_what_is_told(desk: Desk) -> None:
    assert desk.count("tickets of an unknown status, taken as open") == 1
    assert desk.count("closings assumed") == 1
    assert desk.count("ratings dropped by score") == 1
    assert desk.count("bot messages") == 2


def test_pieces_in_any_order_twice_give_the_same(tmp_path: Path, desk: Desk) -> None:
    other = Desk(tmp_path, "freshdesk")
    late = {**WORLD, "agents": [agent(AGENT, "Agent One")], "tickets": WORLD["tickets"][::2]}
    other.bring({name: rows[::-1] for name, rows in late.items()})
    other.bring({"tickets": WORLD["tickets"][1:], "agents": WORLD["agents"]})
    assert other.everything() == desk.everything()


def test_saved_answers_give_the_same(tmp_path: Path, desk: Desk) -> None:
    other = Desk(tmp_path, "freshdesk")
    for name, rows in WORLD.items():
        (other.landing / f"{name}_1.json").write_text(json.dumps(rows))
    assert other.bring().landing == "files"
    assert other.everything() == desk.everything()


def test_of_a_group_that_is_left_out_nothing_comes(tmp_path: Path) -> None:
    options: dict[str, Any] = {"leave_out": "Support", "closed_statuses": "4,5,12"}
    desk = Desk(tmp_path, "freshdesk", options=options)
    desk.bring(WORLD)
    assert "1" not in desk.standing("threads")
    assert desk.thread("7")["status"] == "closed"
    kept = "".join(str(path.read_bytes()) for path in desk.sources.rglob("*.parquet"))
    assert "secret" not in kept
