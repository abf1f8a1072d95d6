"""Every rule of Znuny's mapping, with right values written by hand."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.unit.sources.desk import Desk, at
from tests.unit.sources.tables import written
from tests.unit.sources.znuny_records import ADA, ANN, BEA, BEN, ROOT, Znuny


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
