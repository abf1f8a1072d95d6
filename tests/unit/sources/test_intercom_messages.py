"""What of Intercom is a message, and who wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.sources.desk import Desk, at
from tests.unit.sources.intercom_records import (
    AGENT,
    CONTACT,
    OPERATOR,
    OTHER_CONTACT,
    TEAM,
    author,
    conversation,
    part,
    records,
    silent,
)

USER = author("user", CONTACT)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "intercom")


def test_the_opening_and_the_parts_are_messages(desk: Desk) -> None:
    desk.bring(records(conversation_parts=[part(11, "01 09:30")]))
    assert desk.message("src:1:500") == {
        "message_id": "src:1:500",
        "thread_id": "1",
        "sent_at": at("01 09:00"),
        "author_type": "user",
        "author_id": CONTACT,
        "is_private": False,
        "body_length": 10,
        "updated_at": at("01 09:00"),
        "deleted_at": None,
    }
    assert desk.message("11")["body_length"] == 5


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (author("user", CONTACT), ("user", CONTACT)),
        (author("lead", OTHER_CONTACT), ("user", OTHER_CONTACT)),
        (author("contact", OTHER_CONTACT), ("user", OTHER_CONTACT)),
        (author("admin", AGENT), ("agent", AGENT)),
        (author("admin", OPERATOR), ("bot", OPERATOR)),
        (author("bot", "5"), ("bot", "5")),
        (author("admin", AGENT, from_ai_agent=True), ("bot", AGENT)),
        (author("team", TEAM), ("system", None)),
    ],
)
def test_who_wrote(desk: Desk, who: dict[str, Any], expected: tuple[str, str]) -> None:
    desk.bring(records(conversation_parts=[part(11, "01 09:30", who=who)]))
    message = desk.message("11")
    assert (message["author_type"], message["author_id"]) == expected


def test_a_contact_who_is_listed_as_staff_is_an_agent(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "intercom", staff=("care@shop.example",))
    staff = author("lead", OTHER_CONTACT, email="Care@Shop.example")
    desk.bring(records(conversation_parts=[part(11, "01 09:30", who=staff)]))
    assert desk.message("11")["author_type"] == "agent"


def test_any_part_with_a_body_or_an_attachment_is_a_message(desk: Desk) -> None:
    desk.bring(
        records(
            conversation_parts=[
                part(11, "01 09:30", "close"),
                part(12, "01 09:31", "assignment"),
                silent(13, "01 09:32", "comment", attachments=[{"type": "upload", "name": "x"}]),
                silent(14, "01 09:33", "assignment"),
                silent(15, "01 09:34", "comment", body=""),
            ]
        )
    )
    lengths = {key: row["body_length"] for key, row in desk.live("messages").items()}
    assert lengths == {"src:1:500": 10, "11": 5, "12": 5, "13": 0}


def test_a_note_is_private(desk: Desk) -> None:
    desk.bring(
        records(
            conversation_parts=[
                part(11, "01 09:10", "note"),
                part(12, "01 09:20", "note_and_reopen"),
                part(13, "01 09:30"),
            ]
        )
    )
    private = {key: row["is_private"] for key, row in desk.live("messages").items()}
    assert private == {"src:1:500": False, "11": True, "12": True, "13": False}


def test_an_automated_opening_is_a_bots_though_an_admin_is_its_author(desk: Desk) -> None:
    source = {"delivered_as": "automated", "author": author("admin", AGENT)}
    done = desk.bring(
        records(
            conversations=[conversation(source=source)],
            conversation_parts=[part(11, "01 09:30", who=USER)],
        )
    )
    assert desk.message("src:1:500")["author_type"] == "bot"
    assert done.counts["automated openings"] == 1


@pytest.mark.parametrize("delivered_as", ["automated", "admin_initiated", "campaigns_initiated"])
def test_what_is_sent_out_waits_for_an_answer(desk: Desk, delivered_as: str) -> None:
    source = {"delivered_as": delivered_as, "author": author("admin", AGENT)}
    outbound = conversation(source=source, first_contact_reply=None)
    done = desk.bring(records(conversations=[outbound], conversation_parts=[part(11, "01 09:30")]))
    assert desk.standing("threads") == desk.standing("messages") == {}
    assert done.counts["outbound threads held back"] == 1
    desk.bring({"conversation_parts": [part(12, "03 09:30", who=USER)]})
    assert set(desk.live("threads")) == {"1"}
    assert set(desk.live("messages")) == {"src:1:500", "11", "12"}


def test_what_is_sent_out_can_be_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "intercom", options={"keep_outbound": True})
    source = {"delivered_as": "admin_initiated", "author": author("admin", AGENT)}
    desk.bring(records(conversations=[conversation(source=source, first_contact_reply=None)]))
    assert desk.message("src:1:500")["author_type"] == "agent"
