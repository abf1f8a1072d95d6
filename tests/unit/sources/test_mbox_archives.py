"""Archives of mail: what their folders and flags tell, and files of every form."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

import pytest

import orchestration.exports  # noqa: F401
from orchestration.sources.errors import SourceUnreachable
from tests.unit.sources.desk import Desk, at
from tests.unit.sources.mails import (
    ADA,
    BEA,
    bring,
    desk_of,
    key,
    mail,
    threads,
    write_mail,
    write_mbox,
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_of(tmp_path)


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
