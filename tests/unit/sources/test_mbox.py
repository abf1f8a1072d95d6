"""Every rule of mail archives, with right values written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import orchestration.exports  # noqa: F401
from orchestration.privacy.users import UserIdentifiers
from orchestration.sources.errors import WrongSource
from tests.unit.sources.desk import STANDS_OPEN, Desk, at
from tests.unit.sources.mails import (
    ADA,
    BEA,
    STAFF,
    bring,
    desk_of,
    key,
    mail,
    only_thread,
    threads,
    write_mail,
    write_mbox,
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_of(tmp_path)


def test_mails_become_a_thread(desk: Desk) -> None:
    bring(
        desk,
        mail("a", "01 09:00"),
        mail("b", "01 10:00", ADA, "We look", references="a"),
        mail("c", "02 09:00", text="Thanks", references="a b"),
    )
    assert only_thread(desk) == {
        "thread_id": key("a"),
        "created_at": at("01 09:00"),
        "updated_at": at("02 09:00"),
        "status": "open",
        "user_id": "ann@customer.example",
        "channel": "email",
        "assigned_agent_id": None,
        "team_id": None,
        "priority": None,
        "labels": [],
        **STANDS_OPEN,
    }
    assert desk.message(key("b")) == {
        "message_id": key("b"),
        "thread_id": key("a"),
        "sent_at": at("01 10:00"),
        "author_type": "agent",
        "author_id": "ada",
        "is_private": False,
        "body_length": 7,
        "updated_at": at("01 10:00"),
        "deleted_at": None,
    }


def test_the_same_mail_twice_is_one(desk: Desk) -> None:
    copy = mail("a", Received="by b; Fri, 01 Mar 2024 09:00:05 +0000")
    assert len(bring(desk, mail("a"), copy, mail("a")).live("messages")) == 1


def test_a_mail_without_any_time_is_left_out_and_counted(desk: Desk) -> None:
    write_mail(desk.landing / "a.eml", mail("a"))
    write_mail(desk.landing / "b.eml", mail("b", None))
    assert desk.bring().counts["unreadable records"] == 1
    assert set(desk.live("messages")) == {key("a")}


def test_who_is_staff_the_list_tells_and_a_thread_they_began_has_its_customer(desk: Desk) -> None:
    bring(
        desk,
        mail("a", "01 09:00", ADA),
        mail("b", "01 10:00", references="a"),
        mail("c", "01 11:00", "BEN@desk.example (Ben)", references="a"),
    )
    types = {name: desk.message(key(name))["author_type"] for name in "abc"}
    assert types == {"a": "agent", "b": "user", "c": "agent"}
    assert only_thread(desk)["user_id"] == "ann@customer.example"
    agents = desk.standing("agents")
    assert {name: row["name"] for name, row in agents.items()} == {"ada": "ada", "ben": "ben"}


def test_without_a_list_of_staff_it_is_told_that_nobody_is_an_agent(tmp_path: Path) -> None:
    desk = desk_of(tmp_path, staff=())
    write_mbox(desk.landing / "a.mbox", mail("a", sender=ADA))
    assert desk.bring().counts["no list of staff, so that nobody is an agent"] == 1


def test_agents_of_one_account_name_are_told_apart(tmp_path: Path) -> None:
    staff = ("ada@desk.example", "ada@shop.example", "ben@desk.example")
    desk = desk_of(tmp_path, staff=staff)
    bring(desk, *[mail(name, sender=one) for name, one in zip("abc", staff, strict=True)])
    assert sorted(desk.standing("agents")) == ["ada.desk", "ada.shop", "ben"]


def test_a_list_of_staff_that_grows_counts_for_what_was_brought_before(tmp_path: Path) -> None:
    desk = bring(desk_of(tmp_path, staff=()), mail("a"), mail("b", sender=ADA, references="a"))
    assert desk.message(key("b"))["author_type"] == "user"
    desk.change(staff=STAFF)
    desk.bring()
    assert desk.message(key("b"))["author_type"] == "agent"


@pytest.mark.parametrize("sender", [ADA, "ann@customer.example"])
def test_an_automatic_answer_is_a_bots_whoever_sent_it(desk: Desk, sender: str) -> None:
    bring(desk, mail("a", sender=sender, Auto_Submitted="auto-replied"))
    message = desk.message(key("a"))
    assert (message["author_type"], message["author_id"]) == ("bot", None)
    assert only_thread(desk)["user_id"] is None


def test_labels_of_a_thread_are_those_of_its_mails(desk: Desk) -> None:
    bring(
        desk,
        mail("a", X_GM_THRID="7", X_Gmail_Labels='Inbox,"Paid, late",Category Updates'),
        mail("b", X_GM_THRID="7", X_Gmail_Labels="Sent,refund,ann@customer.example"),
    )
    assert only_thread(desk)["labels"] == ["Paid, late", "[address]", "refund"]


def test_the_label_that_closes_is_an_option(tmp_path: Path) -> None:
    mails = [
        mail("a", "01 09:00", X_GM_THRID="7", X_Gmail_Labels="Done"),
        mail("b", "02 10:00", ADA, X_GM_THRID="7", X_Gmail_Labels="Done"),
        mail("c", "03 10:00", X_GM_THRID="8", X_Gmail_Labels="refund"),
    ]
    assert only_status(bring(desk_of(tmp_path / "plain"), *mails)) == {"7": "open", "8": "open"}
    desk = bring(desk_of(tmp_path / "told", options={"closed_label": "done"}), *mails)
    assert only_status(desk) == {"7": "closed", "8": "open"}
    assert desk.thread("7")["closed_at"] == at("02 10:00")
    assert desk.thread("7")["first_closed_at"] is None


def only_status(desk: Desk) -> dict[str, str]:
    return {name: row["status"] for name, row in desk.standing("threads").items()}


def test_addresses_stand_for_people_only_where_that_is_said(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "mbox")
    write_mbox(desk.landing / "a.mbox", mail("a"))
    with pytest.raises(WrongSource, match="INBOX_PSEUDONYM_KEY"):
        desk.bring()


def test_with_a_key_no_address_is_kept_or_told(tmp_path: Path) -> None:
    users = UserIdentifiers(pseudonym_key=b"k" * 32)
    desk = Desk(tmp_path, "mbox", staff=STAFF, users=users)
    bring(
        desk,
        mail("ann@customer.example", text="secret", Subject="secret"),
        mail("b", "02 10:00", ADA, in_reply_to="ann@customer.example"),
        mail("c", "03 10:00", "Ann <ANN@customer.example>", references="b"),
    )
    (thread,) = desk.standing("threads").values()
    assert thread["user_id"] == users.pseudonym("ann@customer.example")
    authors = {row["author_id"] for row in desk.live("messages").values()}
    assert authors == {"ada", users.pseudonym("ann@customer.example")}
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".mbox"]
    kept = b"".join(path.read_bytes() for path in written)
    for secret in (b"secret", b"customer.example", b"desk.example"):
        assert secret not in kept


def test_of_folders_and_labels_that_are_left_out_nothing_is_kept(tmp_path: Path) -> None:
    desk = desk_of(tmp_path, options={"leave_out": "Personnel"})
    write_mbox(desk.landing / "Personnel", mail("b", sender=BEA))
    write_mbox(desk.landing / "personnel.mbox", mail("c", sender=BEA))
    write_mail(desk.landing / ".Work.Personnel" / "cur" / "1.host:2,S", mail("d", sender=BEA))
    bring(desk, mail("a"), mail("e", sender=BEA, X_Gmail_Labels="Inbox,personnel"))
    assert threads(desk) == [{"a"}]
    kept = b"".join(path.read_bytes() for path in desk.sources.rglob("*.parquet"))
    assert BEA.encode() not in kept
