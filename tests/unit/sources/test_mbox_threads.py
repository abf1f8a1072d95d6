"""Which mails are a thread, with right values written by hand."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

import orchestration.exports  # noqa: F401
from tests.unit.sources.desk import Desk, at
from tests.unit.sources.mails import ADA, BEA, bring, desk_of, key, mail, only_thread, threads


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_of(tmp_path)


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


def test_mails_without_an_identifier_are_told_apart(desk: Desk) -> None:
    bring(desk, mail(None), mail(None, text="Another"), mail(None), mail(None, "01 09:01"))
    assert len(desk.live("messages")) == 3


def test_a_reply_dated_before_what_it_answers_is_kept(desk: Desk) -> None:
    bring(desk, mail("a", "01 09:00"), mail("b", "01 08:59", ADA, references="a"))
    thread = only_thread(desk)
    assert (thread["thread_id"], thread["created_at"]) == (key("a"), at("01 08:59"))
    assert len(desk.live("messages")) == 2


def test_a_reply_that_comes_later_has_its_opening(desk: Desk) -> None:
    earlier = [mail("a", "01 09:00"), mail("b", "01 10:00", ADA, references="a")]
    bring(desk, *earlier)
    bring(desk, *earlier, mail("c", "02 09:00", references="a b"))
    assert desk.told is not None
    assert desk.told.rows["messages"] >= 1
    assert desk.count("threads without opening message") == 0
