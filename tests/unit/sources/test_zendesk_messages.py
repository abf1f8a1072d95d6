"""Messages of Zendesk's tickets and who wrote them, with right values written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.sources.desk import Desk, at
from tests.unit.sources.zendesk_records import (
    ADMIN,
    AGENT,
    CUSTOMER,
    OTHER_CUSTOMER,
    ROBOT,
    audit,
    comment,
    opening_audit,
    records,
    said,
    ticket,
    user,
)


def test_comments_of_audits_are_messages_of_the_events_author(desk: Desk) -> None:
    desk.bring(
        records(
            ticket_audits=[
                opening_audit(),
                # The audit's author entered it; the event's author said it.
                audit(11, "01 09:30", said(AGENT, "hello you"), author=ADMIN),
            ],
        )
    )
    assert desk.message("1101") == {
        "message_id": "1101",
        "thread_id": "1",
        "sent_at": at("01 09:30"),
        "author_type": "agent",
        "author_id": "9001",
        "is_private": False,
        "body_length": 9,
        "updated_at": at("01 09:30"),
        "deleted_at": None,
    }
    assert set(desk.live("messages")) == {"1001", "1101"}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (said(CUSTOMER), ("user", "7001")),
        (said(OTHER_CUSTOMER), ("user", "7002")),
        (said(AGENT), ("agent", "9001")),
        (said(ADMIN), ("agent", "9002")),
        (said(-1), ("system", None)),
        (said(0), ("system", None)),
        (said(4711), ("user", "4711")),
        (said(AGENT, via={"channel": "rule"}), ("bot", "9001")),
        ({**said(AGENT), "type": "VoiceComment"}, ("agent", "9001")),
    ],
)
def test_who_wrote(desk: Desk, event: dict[str, object], expected: tuple[str, str]) -> None:
    desk.bring(records(ticket_audits=[opening_audit(), audit(11, "01 09:30", event)]))
    message = desk.message("1101")
    assert (message["author_type"], message["author_id"]) == expected


def test_a_requester_who_is_staff_is_the_user_of_that_ticket_only(desk: Desk) -> None:
    desk.bring(
        records(
            tickets=[ticket(1, requester_id=AGENT), ticket(2)],
            ticket_comments=[
                comment(31, "01 09:10", AGENT, ticket_id=1),
                comment(32, "01 09:10", AGENT, ticket_id=2),
            ],
        )
    )
    assert desk.message("31")["author_type"] == "user"
    assert desk.message("32")["author_type"] == "agent"


def test_configured_bots_and_listed_staff(tmp_path: Path) -> None:
    desk = Desk(
        tmp_path, "zendesk", options={"bots": str(ROBOT)}, staff=("u7002@SHOP.example", "4711")
    )
    desk.bring(
        records(
            users=[
                user(CUSTOMER),
                user(OTHER_CUSTOMER),
                user(4711),
                user(AGENT, "agent"),
                user(ROBOT, "agent"),
            ],
            ticket_comments=[
                comment(31, "01 09:10", ROBOT),
                comment(32, "01 09:20", OTHER_CUSTOMER),
                comment(33, "01 09:30", 4711),
            ],
        )
    )
    types = {key: row["author_type"] for key, row in desk.live("messages").items()}
    assert types == {"src:1": "user", "31": "bot", "32": "agent", "33": "agent"}


def test_a_public_reply_made_private_later(desk: Desk) -> None:
    desk.bring(
        records(
            ticket_audits=[
                opening_audit(),
                audit(11, "01 09:30", said(AGENT)),
                audit(
                    12,
                    "02 08:00",
                    {"type": "CommentPrivacyChange", "comment_id": 1101, "public": False},
                ),
            ],
        )
    )
    message = desk.message("1101")
    assert message["is_private"] is True
    assert message["updated_at"] == at("02 08:00")


def test_a_note_before_the_first_reply(desk: Desk) -> None:
    desk.bring(
        records(
            ticket_comments=[
                comment(31, "01 09:10", AGENT, public=False),
                comment(32, "01 09:30", AGENT),
            ]
        )
    )
    private = {key: row["is_private"] for key, row in desk.live("messages").items()}
    assert private == {"src:1": False, "31": True, "32": False}


def test_the_opening_comes_from_the_ticket_where_no_comment_lies_at_its_start(desk: Desk) -> None:
    # A connection that starts later has the ticket, but none of its earlier comments.
    desk.bring(records(ticket_comments=[comment(31, "05 10:00")]))
    opening = desk.message("src:1")
    assert opening["sent_at"] == at("01 09:00")
    assert (opening["author_type"], opening["author_id"]) == ("user", "7001")
    assert opening["body_length"] == 10


def test_no_opening_is_made_beside_a_comment_within_two_seconds(desk: Desk) -> None:
    desk.bring(records(ticket_comments=[comment(31, "2024-03-01 09:00:02", CUSTOMER)]))
    assert set(desk.live("messages")) == {"31"}


def test_an_opening_goes_when_the_comment_comes_that_it_stood_for(desk: Desk) -> None:
    desk.bring(records())
    assert set(desk.live("messages")) == {"src:1"}
    desk.bring({"ticket_comments": [comment(31, "01 09:00", CUSTOMER)]})
    assert set(desk.live("messages")) == {"31"}


def test_the_opening_of_a_ticket_that_is_not_public_is_private(desk: Desk) -> None:
    desk.bring(records(tickets=[ticket(is_public=False)]))
    assert desk.message("src:1")["is_private"] is True


def test_lengths_are_those_of_the_plain_text(desk: Desk) -> None:
    html = {"plain_body": None, "body": None, "html_body": "<div>12<br>34 &amp; 5</div>"}
    desk.bring(
        records(
            ticket_comments=[
                comment(31, "01 09:10", plain_body="123", body="12345"),
                comment(32, "01 09:11", plain_body=None, body="12345"),
                comment(33, "01 09:12", **html),
            ]
        )
    )
    lengths = {key: row["body_length"] for key, row in desk.live("messages").items()}
    assert lengths == {"src:1": 10, "31": 3, "32": 5, "33": 9}


def test_unknown_authors_are_counted(desk: Desk) -> None:
    done = desk.bring(records(ticket_comments=[comment(31, "01 09:10", 4711)]))
    assert done.counts["messages of unknown authors"] == 1
