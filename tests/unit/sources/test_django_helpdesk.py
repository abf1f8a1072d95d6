"""Every rule of django-helpdesk's mapping, with right values written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.sources.desk import STANDS_OPEN, Desk, at
from tests.unit.sources.tables import Tables, written

ANN, BEA = "ann@customer.example", "bea@customer.example"
ADA, BEN, CLEO = 5, 6, 7
"""Two agents, and an account that is no staff's."""


class Helpdesk(Tables):
    """Its tables, with three accounts and a queue."""

    def __init__(self) -> None:
        super().__init__(
            {
                "helpdesk_ticket": "id queue_id created modified submitter_email assigned_to_id"
                " status on_hold priority title description resolution merged_to_id",
                "helpdesk_followup": "id ticket_id date title comment public user_id new_status"
                " message_id email_recipients",
                "auth_user": "id username first_name last_name email is_staff is_active"
                " date_joined",
                "helpdesk_queue": "id title",
            }
        )
        self.add("helpdesk_queue", id=1, title="Support")
        self.user(ADA, "ada", "ada@desk.example", first_name="Ada", last_name="Agent")
        self.user(BEN, "ben", "ben@desk.example")
        self.user(CLEO, "cleo", "cleo@customer.example", is_staff="f")

    def user(self, number: int, name: str, email: str, **changed: Any) -> None:
        """An account of staff."""
        row = {"is_staff": "t", "is_active": "t", "date_joined": written("01 00:00"), **changed}
        self.add("auth_user", id=number, username=name, email=email, **row)

    def ticket(self, number: int = 1, created: str = "01 09:00", **changed: Any) -> int:
        """An open ticket by mail; the number of its first follow-up."""
        row = {
            "queue_id": 1, "created": written(created), "submitter_email": ANN, "status": 1,
            "modified": written(changed.pop("modified", created)), "on_hold": "f", "priority": 3,
            "title": "a secret", "description": "0123456789", **changed,
        }  # fmt: skip
        self.add("helpdesk_ticket", id=number, **row)
        return self.mail(number, created, row["submitter_email"], "0123456789")

    def mail(self, ticket: int, when: str, sender: str, text: str = "hello", **changed: Any) -> int:
        """A follow-up that came by mail."""
        title = f"E-Mail Received from {sender}"
        row = {"message_id": "<1@mail.example>", "email_recipients": '["x"]', **changed}
        return self.say(ticket, when, None, text, title=title, **row)

    def say(
        self, ticket: int, when: str, user: int | None, text: str = "hello", **changed: Any
    ) -> int:
        """A public follow-up of an account; without a text only what it changes."""
        row = {"title": "Comment", "public": "t", "comment": text, **changed}
        return self.add(
            "helpdesk_followup", ticket_id=ticket, date=written(when), user_id=user or "", **row
        )

    def status(self, ticket: int, when: str, user: int, status: int) -> int:
        """A change of status without a text."""
        self.row("helpdesk_ticket", ticket).update(status=status, modified=written(when))
        return self.say(ticket, when, user, "", title="Closed", new_status=status)

    def merge(self, ticket: int, into: int, when: str) -> None:
        """A merge: what was said moves, and its titles are replaced."""
        self.row("helpdesk_ticket", ticket).update(
            merged_to_id=into, status=5, modified=written(when)
        )
        for row in self.rows["helpdesk_followup"]:
            if row["ticket_id"] == ticket:
                row.update(ticket_id=into, title=f"[Merged from #{ticket}] a secret")


@pytest.fixture
def helpdesk() -> Helpdesk:
    return Helpdesk()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_of(tmp_path)


def desk_of(folder: Path, **source: Any) -> Desk:
    return Desk(folder, "django_helpdesk", options={"plain_addresses": "true"}, **source)


def bring(desk: Desk, helpdesk: Helpdesk) -> Desk:
    helpdesk.write(desk.landing)
    desk.bring()
    return desk


def author(desk: Desk, number: int) -> tuple[str, str | None]:
    message = desk.message(str(number))
    return message["author_type"], message["author_id"]


def test_a_ticket_becomes_a_thread_with_one_opening(desk: Desk, helpdesk: Helpdesk) -> None:
    opening = helpdesk.ticket(assigned_to_id=ADA, modified="02 10:00", submitter_email=ANN.upper())
    thread = bring(desk, helpdesk).thread("1")
    assert thread == {
        "thread_id": "1",
        "created_at": at("01 09:00"),
        "updated_at": at("02 10:00"),
        "status": "open",
        "user_id": ANN,
        "channel": "email",
        "assigned_agent_id": "5",
        "team_id": "1",
        "priority": "3",
        "labels": [],
        **STANDS_OPEN,
    }
    assert list(desk.standing("messages")) == [str(opening)]


@pytest.mark.parametrize(
    ("status", "on_hold", "expected"),
    [
        (1, "f", "open"), (2, "f", "open"), (1, "t", "pending"), (3, "f", "closed"),
        (4, "t", "closed"),
    ],
)  # fmt: skip
def test_each_status(
    desk: Desk, helpdesk: Helpdesk, status: int, on_hold: str, expected: str
) -> None:
    helpdesk.ticket(status=status, on_hold=on_hold)
    assert bring(desk, helpdesk).thread("1")["status"] == expected


def test_crossings_count_and_not_the_mails_that_repeat_a_status(
    desk: Desk, helpdesk: Helpdesk
) -> None:
    helpdesk.ticket()
    helpdesk.status(1, "02 10:00", ADA, 3)
    helpdesk.status(1, "02 11:00", BEN, 4)
    for hour in (10, 11, 12):
        helpdesk.mail(1, f"03 {hour}:00", ANN, new_status=2)
    helpdesk.status(1, "04 10:00", BEN, 3)
    thread = bring(desk, helpdesk).thread("1")
    assert (thread["first_closed_at"], thread["closed_at"]) == (at("02 10:00"), at("04 10:00"))
    assert (thread["closed_by_agent_id"], thread["reopen_count"]) == ("6", 1)


def test_a_customers_mail_to_a_resolved_ticket_reopens_nothing(
    desk: Desk, helpdesk: Helpdesk
) -> None:
    helpdesk.ticket()
    helpdesk.status(1, "02 10:00", ADA, 3)
    helpdesk.mail(1, "03 10:00", ANN)
    thread = bring(desk, helpdesk).thread("1")
    assert (thread["status"], thread["closed_at"], thread["reopen_count"]) == (
        "closed", at("02 10:00"), 0,
    )  # fmt: skip


def test_changes_without_a_text_are_no_messages(desk: Desk, helpdesk: Helpdesk) -> None:
    opening = helpdesk.ticket()
    helpdesk.say(1, "01 10:00", ADA, "  \n", title="Assigned to ada")
    helpdesk.status(1, "01 11:00", ADA, 3)
    assert list(bring(desk, helpdesk).standing("messages")) == [str(opening)]


def test_a_ticket_without_a_first_follow_up_opens_with_its_description(
    desk: Desk, helpdesk: Helpdesk
) -> None:
    helpdesk.ticket()
    helpdesk.rows["helpdesk_followup"].clear()
    message = bring(desk, helpdesk).message("src:1")
    assert (message["sent_at"], message["author_id"]) == (at("01 09:00"), ANN)
    assert message["body_length"] == 10


def test_who_wrote_a_message(desk: Desk, helpdesk: Helpdesk) -> None:
    helpdesk.ticket()
    agent = helpdesk.say(1, "01 10:00", ADA)
    by_mail = helpdesk.mail(1, "01 11:00", "Ben <BEN@desk.example>")
    third = helpdesk.mail(1, "01 12:00", BEA)
    account = helpdesk.say(1, "01 13:00", CLEO)
    on_the_page = helpdesk.say(1, "01 14:00", None)
    away = helpdesk.mail(1, "01 15:00", ANN, email_recipients="[]")
    escalated = helpdesk.say(1, "01 16:00", None, title="Ticket Escalated after 3 days")
    bring(desk, helpdesk)
    assert author(desk, agent) == ("agent", "5")
    assert author(desk, by_mail) == ("agent", "6")
    assert author(desk, third) == ("user", BEA)
    assert author(desk, account) == ("user", "cleo@customer.example")
    assert author(desk, on_the_page) == ("user", ANN)
    assert author(desk, away) == ("bot", None)
    assert author(desk, escalated) == ("system", None)


def test_staff_who_asked_are_the_user(desk: Desk, helpdesk: Helpdesk) -> None:
    opening = helpdesk.ticket(submitter_email="ben@desk.example")
    own = helpdesk.say(1, "01 10:00", BEN)
    answer = helpdesk.say(1, "01 11:00", ADA)
    bring(desk, helpdesk)
    assert author(desk, opening) == ("user", "ben@desk.example")
    assert author(desk, own)[0] == "user"
    assert author(desk, answer) == ("agent", "5")


def test_staff_by_the_list_answer_by_mail(tmp_path: Path, helpdesk: Helpdesk) -> None:
    helpdesk.ticket()
    answer = helpdesk.mail(1, "01 10:00", "dan@partner.example")
    desk = desk_of(tmp_path, staff=("dan@partner.example",))
    assert author(bring(desk, helpdesk), answer) == ("agent", "dan")


def test_what_is_not_public_is_private(desk: Desk, helpdesk: Helpdesk) -> None:
    opening = helpdesk.ticket()
    note = helpdesk.say(1, "01 10:00", ADA, public="f")
    bring(desk, helpdesk)
    assert desk.message(str(note))["is_private"] is True
    assert desk.message(str(opening))["is_private"] is False


def test_a_merge_moves_what_was_said_and_its_sender_is_who_asked(
    tmp_path: Path, helpdesk: Helpdesk
) -> None:
    helpdesk.ticket(1, submitter_email=BEA)
    moved = helpdesk.ticket(2, "01 10:00")
    helpdesk.status(2, "01 11:00", ADA, 3)
    pieces = bring(desk_of(tmp_path / "pieces"), helpdesk)
    helpdesk.merge(2, 1, "02 10:00")
    bring(pieces, helpdesk)
    gone = pieces.thread("2")
    assert (gone["deleted_at"], gone["merged_into_thread_id"]) == (at("02 10:00"), "1")
    assert pieces.message(str(moved))["thread_id"] == "1"
    assert author(pieces, moved) == ("user", ANN)
    assert pieces.thread("1")["first_closed_at"] is None
    whole = bring(desk_of(tmp_path / "whole"), helpdesk)
    assert whole.everything() == pieces.everything()


def test_agents_are_staff_by_the_name_they_show(desk: Desk, helpdesk: Helpdesk) -> None:
    helpdesk.user(8, "dan@desk.example", "dan@desk.example", is_active="f")
    helpdesk.ticket()
    agents = bring(desk, helpdesk).standing("agents")
    assert {key: (row["name"], row["is_active"]) for key, row in agents.items()} == {
        "5": ("Ada Agent", True),
        "6": ("ben", True),
        "8": ("dan", False),
    }


def test_who_becomes_staff_later_is_an_agent_in_what_was_said_before(
    desk: Desk, helpdesk: Helpdesk
) -> None:
    helpdesk.ticket()
    answer = helpdesk.say(1, "01 10:00", CLEO)
    assert author(bring(desk, helpdesk), answer)[0] == "user"
    helpdesk.row("auth_user", CLEO)["is_staff"] = "true"
    assert author(bring(desk, helpdesk), answer) == ("agent", "7")


def test_no_text_is_kept(desk: Desk, helpdesk: Helpdesk) -> None:
    helpdesk.ticket(description="a secret")
    helpdesk.say(1, "01 10:00", ADA, "another secret")
    bring(desk, helpdesk)
    kept = b"".join(path.read_bytes() for path in desk.sources.rglob("*.parquet"))
    assert b"secret" not in kept


def test_of_a_queue_that_is_left_out_nothing_is_kept(tmp_path: Path, helpdesk: Helpdesk) -> None:
    helpdesk.add("helpdesk_queue", id=9, title="Personnel")
    helpdesk.ticket(1)
    helpdesk.ticket(2, queue_id=9, submitter_email=BEA)
    options = {"plain_addresses": "true", "leave_out": "Personnel"}
    desk = bring(Desk(tmp_path, "django_helpdesk", options=options), helpdesk)
    assert list(desk.standing("threads")) == ["1"]
    kept = b"".join(path.read_bytes() for path in desk.sources.rglob("*.parquet"))
    assert BEA.encode() not in kept


def test_of_tables_that_are_whole_a_ticket_that_is_missing_is_gone(
    tmp_path: Path, helpdesk: Helpdesk
) -> None:
    options = {"plain_addresses": "true", "is_whole": "true"}
    desk = Desk(tmp_path, "django_helpdesk", options=options)
    helpdesk.ticket(1)
    helpdesk.ticket(2, "01 10:00")
    bring(desk, helpdesk)
    helpdesk.rows["helpdesk_ticket"].pop(0)
    assert sorted(bring(desk, helpdesk).live("threads")) == ["2"]
