"""Every rule of Znuny's mapping, with right values written by hand."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.unit.sources.desk import Desk, at
from tests.unit.sources.tables import Tables, written

ANN, BEA = "ann@customer.example", "bea@customer.example"
ROOT, ADA, BEN = 1, 5, 6
"""root@localhost, who stands for nobody, and two agents."""

STATES = {
    "new": (1, "new"),
    "open": (2, "open"),
    "closed successful": (3, "closed"),
    "closed unsuccessful": (4, "closed"),
    "pending reminder": (5, "pending reminder"),
    "removed": (6, "removed"),
    "merged": (7, "merged"),
}
SENDERS = {"agent": 1, "system": 2, "customer": 3}
CHANNELS = {"Email": 1, "Phone": 2, "Internal": 3}
HISTORY = {
    name: number
    for number, name in enumerate(
        ("NewTicket", "StateUpdate", "OwnerUpdate", "Move", "Merged", "TicketDynamicFieldUpdate"), 1
    )
}


class Znuny(Tables):
    """Its tables, with two agents, a customer's account and two queues."""

    def __init__(self) -> None:
        super().__init__(
            {
                "ticket": "id tn title queue_id type_id service_id user_id ticket_priority_id"
                " ticket_state_id customer_user_id create_time change_time",
                "ticket_history": "id name history_type_id ticket_id queue_id owner_id priority_id"
                " state_id create_time create_by",
                "article": "id ticket_id article_sender_type_id communication_channel_id"
                " is_visible_for_customer create_time create_by",
                "article_data_mime": "id article_id a_from a_subject a_body",
                "article_data_mime_plain": "id article_id body",
                "users": "id login first_name last_name valid_id change_time",
                "user_preferences": "id user_id preferences_key preferences_value",
                "customer_user": "id login email",
                "queue": "id name change_time",
                "ticket_state": "id name type_id",
                "ticket_state_type": "id name",
                "ticket_history_type": "id name",
                "article_sender_type": "id name",
                "communication_channel": "id name",
                "ticket_priority": "id name",
                "ticket_type": "id name",
                "service": "id name",
                "dynamic_field": "id name",
                "dynamic_field_value": "id field_id object_id value_text value_int",
            }
        )
        types = sorted({kind for _, kind in STATES.values()})
        for number, name in enumerate(types, start=1):
            self.add("ticket_state_type", id=number, name=name)
        for name, (number, kind) in STATES.items():
            self.add("ticket_state", id=number, name=name, type_id=types.index(kind) + 1)
        for table, names in (
            ("article_sender_type", SENDERS),
            ("communication_channel", CHANNELS),
            ("ticket_history_type", HISTORY),
            ("ticket_priority", {"3 normal": 3}),
            ("ticket_type", {"Incident": 1}),
            ("service", {"Shop": 1}),
            ("dynamic_field", {"Topic": 1, "Rating": 2}),
        ):
            for name, number in names.items():
                self.add(table, id=number, name=name)
        self.add("queue", id=2, name="Support", change_time=written("01 00:00"))
        self.add("queue", id=3, name="Junk", change_time=written("01 00:00"))
        self.agent(ROOT, "root@localhost", "Admin", "Znuny")
        self.agent(ADA, "ada", "Ada", "Agent")
        self.agent(BEN, "ben", "Ben", "Agent")
        self.add("customer_user", login="cleo", email="cleo@customer.example")

    def agent(self, number: int, login: str, first: str, last: str, valid: int = 1) -> None:
        """An account of staff, with an address."""
        self.add(
            "users", id=number, login=login, first_name=first, last_name=last, valid_id=valid,
            change_time=written("01 00:00"),
        )  # fmt: skip
        self.add(
            "user_preferences", user_id=number, preferences_key="UserEmail",
            preferences_value=f"{login.partition('@')[0]}@desk.example",
        )  # fmt: skip

    def ticket(
        self, number: int = 1, created: str = "01 09:00", state: str = "new", **changed: Any
    ) -> int:
        """A ticket that came by mail; the number of its first article."""
        customer = changed.setdefault("customer_user_id", ANN)
        row = {
            "tn": f"2024{number}", "title": "a secret", "queue_id": 2, "type_id": 1,
            "service_id": 1, "user_id": ROOT, "ticket_priority_id": 3,
            "ticket_state_id": STATES[state][0], "create_time": written(created),
            "change_time": written(changed.pop("changed", created)), **changed,
        }  # fmt: skip
        self.add("ticket", id=number, **row)
        self.history(number, created, "NewTicket", f"%%2024{number}%%Support%%3 normal%%{state}")
        address = customer if "@" in customer else f"{customer}@customer.example"
        return self.article(number, created, "customer", address, "0123456789")

    def history(
        self, ticket: int, when: str, type: str, name: str = "", who: int = ROOT, **changed: Any
    ) -> int:
        """A change, with how the ticket was after it."""
        row = self.row("ticket", ticket)
        now = {
            "queue_id": row["queue_id"], "owner_id": row["user_id"], "priority_id": 3,
            "state_id": row["ticket_state_id"], **changed,
        }  # fmt: skip
        return self.add(
            "ticket_history", name=name, history_type_id=HISTORY[type], ticket_id=ticket,
            create_time=written(when), create_by=who, **now,
        )  # fmt: skip

    def state(self, ticket: int, when: str, state: str, who: int = ADA) -> None:
        """A change of state."""
        row = self.row("ticket", ticket)
        before = next(n for n, (number, _) in STATES.items() if number == row["ticket_state_id"])
        row.update(ticket_state_id=STATES[state][0], change_time=written(when))
        self.history(ticket, when, "StateUpdate", f"%%{before}%%{state}%%", who)

    def article(
        self,
        ticket: int,
        when: str,
        sender: str,
        address: str = "",
        text: str = "hello",
        *,
        who: int = ROOT,
        channel: str = "Email",
        visible: int = 1,
        raw: str | None = None,
    ) -> int:
        """An article with its text, and with its raw mail where one is given."""
        number = self.add(
            "article", ticket_id=ticket, article_sender_type_id=SENDERS[sender],
            communication_channel_id=CHANNELS[channel], is_visible_for_customer=visible,
            create_time=written(when), create_by=who,
        )  # fmt: skip
        self.add("article_data_mime", article_id=number, a_from=f'"X Y" <{address}>', a_body=text)
        if raw is not None:
            self.add("article_data_mime_plain", article_id=number, body=raw)
        return number

    def merge(self, ticket: int, into: int, when: str) -> int:
        """A merge: articles move, a note stays; the number of the note."""
        for row in self.rows["article"]:
            if row["ticket_id"] == ticket:
                row["ticket_id"] = into
        note = self.article(ticket, when, "agent", who=ADA, text="Merged Ticket to another")
        self.state(ticket, when, "merged")
        self.history(ticket, when, "Merged", f"Merged Ticket (2024{ticket}/{ticket}) to"
                     f" (2024{into}/{into})", ADA)  # fmt: skip
        return note


@pytest.fixture
def znuny() -> Znuny:
    return Znuny()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_of(tmp_path)


def desk_of(folder: Path, **options: str) -> Desk:
    return Desk(folder, "znuny", options={"plain_addresses": "true", **options})


def bring(desk: Desk, znuny: Znuny) -> Desk:
    znuny.write(desk.landing)
    desk.bring()
    return desk


def author(desk: Desk, number: int) -> tuple[str, str | None]:
    message = desk.message(str(number))
    return message["author_type"], message["author_id"]


def test_a_ticket_becomes_a_thread(desk: Desk, znuny: Znuny) -> None:
    opening = znuny.ticket(user_id=ADA, changed="02 10:00")
    assert bring(desk, znuny).thread("1") == {
        "thread_id": "1",
        "created_at": at("01 09:00"),
        "updated_at": at("02 10:00"),
        "status": "open",
        "user_id": ANN,
        "channel": "email",
        "assigned_agent_id": "5",
        "team_id": "2",
        "priority": "3 normal",
        "closed_at": None,
        "first_closed_at": None,
        "closed_by_agent_id": None,
        "reopen_count": 0,
        "labels": [],
        "deleted_at": None,
        "merged_into_thread_id": None,
    }
    assert desk.message(str(opening))["body_length"] == 10


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("new", "open"), ("open", "open"), ("pending reminder", "pending"),
        ("closed successful", "closed"), ("closed unsuccessful", "closed"),
    ],
)  # fmt: skip
def test_a_status_is_the_type_of_a_state(desk: Desk, znuny: Znuny, state: str, status: str) -> None:
    znuny.ticket(state=state)
    assert bring(desk, znuny).thread("1")["status"] == status


def test_the_ticket_that_says_hello_is_left_out(desk: Desk, znuny: Znuny) -> None:
    znuny.ticket(1, tn="2021012710123456")
    znuny.ticket(2)
    bring(desk, znuny)
    assert list(desk.standing("threads")) == ["2"]
    assert {row["thread_id"] for row in desk.standing("messages").values()} == {"2"}
    assert {row["thread_id"] for row in desk.standing("thread_events").values()} == {"2"}


def test_root_at_localhost_is_nobody(desk: Desk, znuny: Znuny) -> None:
    znuny.ticket(user_id=ROOT)
    bring(desk, znuny)
    assert desk.thread("1")["assigned_agent_id"] is None
    assert sorted(desk.standing("agents")) == ["5", "6"]


def test_closed_opened_and_closed_again(desk: Desk, znuny: Znuny) -> None:
    znuny.ticket()
    znuny.state(1, "02 10:00", "closed successful", ADA)
    znuny.state(1, "03 10:00", "open", ROOT)
    znuny.state(1, "04 10:00", "closed unsuccessful", BEN)
    thread = bring(desk, znuny).thread("1")
    assert (thread["first_closed_at"], thread["closed_at"]) == (at("02 10:00"), at("04 10:00"))
    assert (thread["closed_by_agent_id"], thread["reopen_count"]) == ("6", 1)


def test_closed_when_it_was_made(desk: Desk, znuny: Znuny) -> None:
    znuny.ticket(state="closed successful")
    thread = bring(desk, znuny).thread("1")
    assert (thread["closed_at"], thread["closed_by_agent_id"]) == (at("01 09:00"), None)


def test_a_state_that_was_renamed_is_told_by_its_number(desk: Desk, znuny: Znuny) -> None:
    znuny.ticket()
    znuny.state(1, "02 10:00", "closed successful", ADA)
    znuny.row("ticket_state", 3)["name"] = "done"
    assert bring(desk, znuny).thread("1")["closed_at"] == at("02 10:00")


def test_who_wrote_a_message(desk: Desk, znuny: Znuny) -> None:
    opening = znuny.ticket()
    answer = znuny.article(1, "01 10:00", "agent", "support@desk.example", who=ADA)
    by_mail = znuny.article(1, "01 11:00", "customer", "Ben@desk.example")
    third = znuny.article(1, "01 12:00", "customer", BEA)
    reply = znuny.article(1, "01 13:00", "system", "support@desk.example")
    call = znuny.article(1, "01 14:00", "agent", who=BEN, channel="Phone")
    bring(desk, znuny)
    assert author(desk, opening) == ("user", ANN)
    assert author(desk, answer) == ("agent", "5")
    assert author(desk, by_mail) == ("agent", "6")
    assert author(desk, third) == ("user", BEA)
    assert author(desk, reply) == ("system", None)
    assert author(desk, call) == ("agent", "6")


def test_a_customer_with_an_account_is_one_person_on_the_page_and_by_mail(
    desk: Desk, znuny: Znuny
) -> None:
    opening = znuny.ticket(customer_user_id="cleo")
    bring(desk, znuny)
    assert desk.thread("1")["user_id"] == "cleo"
    assert author(desk, opening) == ("user", "cleo")


def test_staff_who_asked_are_the_user(desk: Desk, znuny: Znuny) -> None:
    opening = znuny.ticket(customer_user_id="ben@desk.example")
    own = znuny.article(1, "01 10:00", "customer", "ben@desk.example")
    answer = znuny.article(1, "01 11:00", "agent", who=ADA)
    bring(desk, znuny)
    assert {author(desk, number)[0] for number in (opening, own)} == {"user"}
    assert author(desk, answer) == ("agent", "5")


@pytest.mark.parametrize("is_packed", [False, True])
def test_an_automatic_answer_is_a_bots(desk: Desk, znuny: Znuny, is_packed: bool) -> None:
    znuny.ticket()

    def raw(header: str) -> str:
        mail = f"From: {ANN}\n{header}\nSubject: a secret\n\nAuto-Submitted: in the text\n"
        return base64.encodebytes(mail.encode()).decode() if is_packed else mail

    away, own = (
        znuny.article(1, f"01 1{place}:00", "customer", ANN, raw=raw(header))
        for place, header in enumerate(("Auto-Submitted: auto-replied", "Auto-Submitted: no"))
    )
    bring(desk, znuny)
    assert author(desk, away) == ("bot", None)
    assert author(desk, own) == ("user", ANN)


def test_what_the_customer_does_not_see_is_private(desk: Desk, znuny: Znuny) -> None:
    znuny.ticket()
    note = znuny.article(1, "01 10:00", "agent", who=ADA, channel="Internal", visible=0)
    seen = znuny.article(1, "01 11:00", "agent", who=ADA, channel="Internal")
    bring(desk, znuny)
    assert desk.message(str(note))["is_private"] is True
    assert desk.message(str(seen))["is_private"] is False


def test_a_merge_moves_articles_and_leaves_its_note(tmp_path: Path, znuny: Znuny) -> None:
    znuny.ticket(1)
    moved = znuny.ticket(2, "01 10:00", customer_user_id=BEA)
    pieces = bring(desk_of(tmp_path / "pieces"), znuny)
    note = znuny.merge(2, 1, "02 10:00")
    bring(pieces, znuny)
    gone = pieces.thread("2")
    assert (gone["deleted_at"], gone["merged_into_thread_id"]) == (at("02 10:00"), "1")
    assert pieces.message(str(moved))["thread_id"] == "1"
    assert pieces.message(str(note))["thread_id"] == "2"
    assert author(pieces, moved) == ("user", BEA)
    whole = bring(desk_of(tmp_path / "whole"), znuny)
    assert whole.everything() == pieces.everything()


def test_removed_and_junk_are_gone(desk: Desk, znuny: Znuny) -> None:
    znuny.ticket(1)
    znuny.state(1, "02 10:00", "removed")
    znuny.ticket(2, queue_id=3)
    znuny.history(2, "02 11:00", "Move", "%%Junk%%3%%Support%%2", ADA)
    bring(desk, znuny)
    assert desk.thread("1")["deleted_at"] == at("02 10:00")
    assert desk.thread("2")["deleted_at"] == at("02 11:00")


def test_labels_come_from_what_the_desk_chooses(tmp_path: Path, znuny: Znuny) -> None:
    znuny.ticket()
    znuny.add("dynamic_field_value", field_id=1, object_id=1, value_text="refund")
    assert bring(desk_of(tmp_path / "none"), znuny).thread("1")["labels"] == []
    some = desk_of(tmp_path / "some", labels_from="queue,Topic")
    assert bring(some, znuny).thread("1")["labels"] == ["Support", "refund"]
    others = desk_of(tmp_path / "others", labels_from="type,service")
    assert bring(others, znuny).thread("1")["labels"] == ["Incident", "Shop"]


def test_a_label_that_was_taken_off_is_off(tmp_path: Path, znuny: Znuny) -> None:
    desk = desk_of(tmp_path, labels_from="Topic")
    znuny.ticket()
    for name in ("refund", "billing"):
        znuny.add("dynamic_field_value", field_id=1, object_id=1, value_text=name)
    assert bring(desk, znuny).thread("1")["labels"] == ["billing", "refund"]
    znuny.rows["dynamic_field_value"].pop(0)
    assert bring(desk, znuny).thread("1")["labels"] == ["billing"]
    znuny.rows["dynamic_field_value"].clear()
    name = "%%FieldName%%Topic%%Value%%%%OldValue%%billing"
    znuny.history(1, "03 10:00", "TicketDynamicFieldUpdate", name, ADA)
    assert bring(desk, znuny).thread("1")["labels"] == []


def test_a_rating_is_a_dynamic_field_with_the_time_of_its_change(
    tmp_path: Path, znuny: Znuny
) -> None:
    desk = desk_of(tmp_path, rating_field="Rating")
    znuny.ticket()
    znuny.add("dynamic_field_value", field_id=2, object_id=1, value_text="4")
    name = "%%FieldName%%Rating%%Value%%4%%OldValue%%"
    znuny.history(1, "03 10:00", "TicketDynamicFieldUpdate", name)
    (rating,) = bring(desk, znuny).standing("ratings").values()
    assert (rating["rating_id"], rating["score"]) == ("field:1", 4)
    assert (rating["rated_at"], rating["deleted_at"]) == (at("03 10:00"), None)
    znuny.rows["dynamic_field_value"].clear()
    name = "%%FieldName%%Rating%%Value%%%%OldValue%%4"
    znuny.history(1, "04 10:00", "TicketDynamicFieldUpdate", name)
    (rating,) = bring(desk, znuny).standing("ratings").values()
    assert rating["deleted_at"] == at("04 10:00")


def test_no_text_is_kept(desk: Desk, znuny: Znuny) -> None:
    znuny.ticket()
    znuny.article(1, "01 10:00", "agent", text="a secret", who=ADA, raw="Subject: secret\n\nsecret")
    bring(desk, znuny)
    kept = b"".join(path.read_bytes() for path in desk.sources.rglob("*.parquet"))
    assert b"secret" not in kept


def test_of_a_queue_that_is_left_out_nothing_is_kept(tmp_path: Path, znuny: Znuny) -> None:
    znuny.add("queue", id=9, name="Personnel", change_time=written("01 00:00"))
    znuny.ticket(1)
    znuny.ticket(2, "01 10:00", queue_id=9, customer_user_id=BEA)
    znuny.article(2, "01 11:00", "customer", BEA, raw="Auto-Submitted: no\n\n")
    desk = bring(desk_of(tmp_path, leave_out="Personnel"), znuny)
    assert list(desk.standing("threads")) == ["1"]
    assert len(desk.standing("messages")) == 1
    kept = b"".join(path.read_bytes() for path in desk.sources.rglob("*.parquet"))
    assert BEA.encode() not in kept


def test_of_tables_that_are_whole_a_ticket_that_is_missing_is_gone(
    tmp_path: Path, znuny: Znuny
) -> None:
    whole, extract = (
        desk_of(tmp_path, is_whole="true"),
        Desk(tmp_path / "x", "znuny", options={"plain_addresses": "true"}),
    )
    znuny.ticket(1)
    znuny.ticket(2, "01 10:00")
    for desk in (whole, extract):
        bring(desk, znuny)
    znuny.rows["ticket"] = znuny.rows["ticket"][1:]
    for desk in (whole, extract):
        bring(desk, znuny)
    assert sorted(whole.live("threads")) == ["2"]
    assert sorted(extract.live("threads")) == ["1", "2"]
