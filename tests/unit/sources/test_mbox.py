"""Every rule of mail archives, with right values written by hand."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path
from typing import Any

import pytest

import orchestration.exports  # noqa: F401
from orchestration.privacy.users import UserIdentifiers
from orchestration.sources.errors import SourceUnreachable, WrongSource
from orchestration.sources.mail.reading import hashed
from orchestration.sources.persons import hash_key
from tests.unit.sources.desk import STANDS_OPEN, Desk, at
from tests.unit.sources.mails import mail, write_mail, write_mbox

STAFF = ("ada@desk.example", "ben@desk.example")
ADA = "Ada <Ada@Desk.example>"
BEA = "bea@customer.example"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_of(tmp_path)


def desk_of(folder: Path, **source: Any) -> Desk:
    options = {"plain_addresses": "true", **source.pop("options", {})}
    return Desk(folder, "mbox", **{"staff": STAFF, "options": options, **source})


def bring(desk: Desk, *mails: str, name: str = "inbox.mbox") -> Desk:
    write_mbox(desk.landing / name, *mails)
    desk.bring()
    return desk


def key(name: str) -> str:
    return hashed(hash_key(UserIdentifiers()), "mail", f"{name}@mail.example")


def threads(desk: Desk) -> list[set[str]]:
    """Which mails are a thread, by the names of those that these tests use."""
    names = {key(name): name for name in "abcdefgh"}
    found: dict[str, set[str]] = {}
    for row in desk.live("messages").values():
        found.setdefault(row["thread_id"], set()).add(names[row["message_id"]])
    return sorted(found.values(), key=sorted)


def only_thread(desk: Desk) -> dict[str, Any]:
    (thread,) = desk.standing("threads").values()
    return thread


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


def test_all_references_join_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    mails = [
        mail("a", "01 09:00"),
        mail("b", "01 10:00", references="a"),
        mail("c", "01 11:00", references="a b"),
        mail("d", "01 12:00", in_reply_to="c"),
        mail("e", "01 13:00"),
    ]
    orders = list(itertools.permutations(mails))[::17]
    found = [
        bring(desk_of(tmp_path / str(number)), *order).everything()
        for number, order in enumerate(orders)
    ]
    assert all(one == found[0] for one in found)
    assert threads(bring(desk_of(tmp_path / "x"), *mails)) == [{"a", "b", "c", "d"}, {"e"}]


def test_mails_are_joined_by_one_that_is_not_there(desk: Desk) -> None:
    bring(
        desk,
        mail("b", "01 10:00", references="a"),
        mail("c", "01 11:00", in_reply_to="a"),
        mail("d", "01 12:00", references="x y"),
    )
    assert threads(desk) == [{"b", "c"}, {"d"}]


def test_every_identifier_in_a_reply_joins(desk: Desk) -> None:
    answer = mail("c", "01 11:00", In_Reply_To="<a@mail.example> (Ann) <b@mail.example>")
    assert threads(bring(desk, mail("a"), mail("b"), answer)) == [{"a", "b", "c"}]


def test_a_subject_joins_only_where_that_is_told(tmp_path: Path) -> None:
    mails = [
        mail("a", "01 09:00", Subject="Invoice"),
        mail("b", "01 10:00", BEA, Subject="RE: invoice"),
        mail("c", "01 11:00", Subject="Delivery"),
        mail("d", "01 12:00", BEA),
    ]
    assert threads(bring(desk_of(tmp_path / "plain"), *mails)) == [{"a"}, {"b"}, {"c"}, {"d"}]
    told = desk_of(tmp_path / "told", options={"join_by_subject": "true"})
    assert threads(bring(told, *mails)) == [{"a", "b"}, {"c"}, {"d"}]


def test_gmail_tells_a_thread_by_a_number_that_no_double_holds(desk: Desk) -> None:
    bring(
        desk,
        mail("a", "01 09:00", X_GM_THRID="1792583012345678901"),
        mail("b", "01 10:00", references="a", X_GM_THRID="1792583012345678902"),
        mail("c", "01 11:00", references="a"),
    )
    standing = desk.live("messages")
    assert standing[key("a")]["thread_id"] == "1792583012345678901"
    assert standing[key("b")]["thread_id"] == "1792583012345678902"
    assert standing[key("c")]["thread_id"] == "1792583012345678901"


def test_a_thread_keeps_its_name_when_the_mail_that_began_it_comes_later(desk: Desk) -> None:
    bring(desk, mail("b", "02 10:00", references="a"), name="2024-03.mbox")
    assert list(desk.live("threads")) == [key("a")]
    bring(desk, mail("a", "01 09:00"), name="2024-02.mbox")
    assert list(desk.standing("threads")) == [key("a")]
    assert only_thread(desk)["created_at"] == at("01 09:00")


def test_resources_that_a_further_archive_joins_become_one(tmp_path: Path) -> None:
    first = [mail("a", "01 09:00"), mail("c", "03 09:00")]
    between = mail("b", "02 09:00", references="a c")
    pieces = bring(desk_of(tmp_path / "pieces"), *first, name="1.mbox")
    assert threads(pieces) == [{"a"}, {"c"}]
    bring(pieces, between, name="2.mbox")
    assert threads(pieces) == [{"a", "b", "c"}]
    assert list(pieces.live("threads")) == [key("a")]
    whole = bring(desk_of(tmp_path / "whole"), *first, between)
    assert whole.everything() == pieces.everything()


def test_archives_in_any_order_and_again_come_to_the_same(tmp_path: Path) -> None:
    archives = {
        "1.mbox": [mail("a", "01 09:00"), mail("b", "01 10:00", ADA, references="a")],
        "2.mbox": [mail("b", "01 10:00", ADA, references="a"), mail("c", "02 10:00", BEA)],
        "3.mbox": [mail("d", "03 10:00", references="c"), mail("e", "03 11:00", references="b")],
    }
    found = []
    for number, order in enumerate(itertools.permutations(archives)):
        desk = desk_of(tmp_path / str(number))
        for name in (*order, order[0]):
            bring(desk, *archives[name], name=name)
        found.append(desk.everything())
    assert all(one == found[0] for one in found)
    assert len(found[0]["threads"]) == 2


def test_what_has_not_changed_is_not_told_again(desk: Desk) -> None:
    bring(desk, mail("a"), mail("b", "02 10:00"), name="1.mbox")
    rows = len(desk.delivered("threads"))
    bring(desk, mail("c", "03 10:00"), name="2.mbox")
    assert len(desk.delivered("threads")) == rows + 1


def test_the_same_mail_twice_is_one(desk: Desk) -> None:
    copy = mail("a", Received="by b; Fri, 01 Mar 2024 09:00:05 +0000")
    assert len(bring(desk, mail("a"), copy, mail("a")).live("messages")) == 1


def test_mails_without_an_identifier_are_told_apart(desk: Desk) -> None:
    bring(desk, mail(None), mail(None, text="Another"), mail(None), mail(None, "01 09:01"))
    assert len(desk.live("messages")) == 3


def test_a_mail_without_any_time_is_left_out_and_counted(desk: Desk) -> None:
    write_mail(desk.landing / "a.eml", mail("a"))
    write_mail(desk.landing / "b.eml", mail("b", None))
    assert desk.bring().counts["unreadable records"] == 1
    assert set(desk.live("messages")) == {key("a")}


def test_a_reply_dated_before_what_it_answers_is_kept(desk: Desk) -> None:
    bring(desk, mail("a", "01 09:00"), mail("b", "01 08:59", ADA, references="a"))
    thread = only_thread(desk)
    assert (thread["thread_id"], thread["created_at"]) == (key("a"), at("01 08:59"))
    assert len(desk.live("messages")) == 2


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


def test_a_draft_was_not_sent(desk: Desk) -> None:
    bring(desk, mail("a"), mail("b", sender=ADA, references="a", X_Gmail_Labels="Drafts"))
    assert threads(desk) == [{"a"}]


def test_spam_and_trash_are_gone(desk: Desk) -> None:
    bring(
        desk,
        mail("a", X_GM_THRID="7", X_Gmail_Labels="Spam"),
        mail("b", "01 10:00", X_GM_THRID="8", X_Gmail_Labels="Trash"),
        mail("c", "01 11:00", X_GM_THRID="8", X_Gmail_Labels="Inbox"),
    )
    assert desk.thread("7")["deleted_at"] == at("01 09:00")
    assert desk.thread("8")["deleted_at"] is None
    assert desk.thread("8")["created_at"] == at("01 11:00")
    assert set(desk.live("messages")) == {key("c")}


def test_gmails_newest_archive_tells_what_is_gone(tmp_path: Path) -> None:
    def archive(label: str, *more: str) -> list[str]:
        return [mail("a", X_GM_THRID="7", X_Gmail_Labels=label), *more]

    january = archive("refund")
    february = archive("Trash", mail("b", "05 09:00", X_GM_THRID="8", X_Gmail_Labels="Inbox"))
    march = archive("refund,vip", mail("c", "09 09:00", X_GM_THRID="9", X_Gmail_Labels="Inbox"))
    for number, order in enumerate(itertools.permutations((january, february, march))):
        desk = desk_of(tmp_path / str(number))
        for place, mails in enumerate(order):
            bring(desk, *mails, name=f"{place}.mbox")
        assert desk.thread("7")["deleted_at"] is None
        assert desk.thread("7")["labels"] == ["refund", "vip"]
    desk = desk_of(tmp_path / "until february")
    bring(desk, *february, name="2.mbox")
    bring(desk, *january, name="1.mbox")
    assert desk.thread("7")["deleted_at"] is not None


def test_thunderbird_marks_what_is_deleted_and_still_in_the_file(desk: Desk) -> None:
    bring(desk, mail("a", X_Mozilla_Status="0009"), mail("b", X_Mozilla_Status="0001"))
    assert set(desk.live("messages")) == {key("b")}
    bring(desk, mail("a", X_Mozilla_Status="0009"), mail("b", X_Mozilla_Status="0009"))
    assert not desk.live("messages")
    assert not desk.live("threads")


def test_a_mail_that_was_moved_to_another_folder_stands(desk: Desk) -> None:
    write_mbox(desk.landing / "Archive", mail("a"))
    bring(desk, mail("a", X_Mozilla_Status="0009"), mail("b"), name="Inbox")
    assert set(desk.live("messages")) == {key("a"), key("b")}


@pytest.mark.parametrize("name", ["Trash", "Junk", "Inbox.sbd/Spam"])
def test_what_lies_in_the_trash_alone_is_gone(desk: Desk, name: str) -> None:
    write_mbox(desk.landing / name, mail("a"), mail("b"))
    bring(desk, mail("b"), name="Inbox")
    assert set(desk.live("messages")) == {key("b")}


def test_a_maildir_and_its_flags(desk: Desk) -> None:
    write_mail(desk.landing / "cur" / "1.host:2,S", mail("a"))
    write_mail(desk.landing / "new" / "2.host", mail("b"))
    write_mail(desk.landing / "cur" / "3.host:2,ST", mail("c"))
    write_mail(desk.landing / "cur" / "4.host:2,D", mail("d"))
    write_mail(desk.landing / ".Junk" / "cur" / "5.host:2,S", mail("e"))
    write_mail(desk.landing / "tmp" / "6.host", mail("f"))
    write_mail(desk.landing / "dovecot-uidlist", "3 V1 N2: x\n")
    desk.bring()
    assert set(desk.live("messages")) == {key("a"), key("b")}
    assert set(desk.standing("messages")) == {key(name) for name in "abce"}


def test_a_folder_of_mails_and_a_packed_archive(desk: Desk) -> None:
    write_mail(desk.landing / "2024" / "a.eml", mail("a"))
    (desk.landing / "March.txt.gz").write_bytes(
        gzip.compress(b"From b at x.example  Mon Mar  4 10:00:00 2024\n" + mail("b").encode())
    )
    desk.bring()
    assert set(desk.live("messages")) == {key("a"), key("b")}


def test_an_archive_that_grew_brings_what_is_new(desk: Desk) -> None:
    bring(desk, mail("a"))
    bring(desk, mail("a"), mail("b", "02 09:00", references="a"))
    assert threads(desk) == [{"a", "b"}]


def test_a_mail_that_was_read_while_it_was_written_is_made_whole(desk: Desk) -> None:
    bring(desk, mail("a"), mail("b", "02 09:00", text="It be"))
    bring(desk, mail("a"), mail("b", "02 09:00", text="It begins"))
    assert desk.message(key("b"))["body_length"] == 9


def test_a_sentence_that_begins_with_from_parts_no_mail(desk: Desk) -> None:
    text = "Hello\n\nFrom here on it fails\nX-Else: nothing\n"
    assert threads(bring(desk, mail("a", text=text), mail("b"))) == [{"a"}, {"b"}]


def test_a_folder_without_mails_says_so(desk: Desk) -> None:
    write_mail(desk.landing / "notes.txt", "nothing\n")
    with pytest.raises(SourceUnreachable, match="holds no mails"):
        desk.bring()


def test_a_packed_archive_that_is_cut_off_stops_the_import(desk: Desk) -> None:
    packed = gzip.compress(("From - Mon Mar  4 10:00:00 2024\n" + mail("a") * 2_000).encode())
    (desk.landing / "March.mbox.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(Exception, match=r"March\.mbox\.gz"):
        desk.bring()
    assert not list(desk.exports.glob("*/*"))


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


def test_a_reply_that_comes_later_has_its_opening(desk: Desk) -> None:
    earlier = [mail("a", "01 09:00"), mail("b", "01 10:00", ADA, references="a")]
    bring(desk, *earlier)
    bring(desk, *earlier, mail("c", "02 09:00", references="a b"))
    assert desk.told is not None
    assert desk.told.rows["messages"] >= 1
    assert desk.count("threads without opening message") == 0
