"""What an import keeps of people and texts."""

from __future__ import annotations

import stat
from pathlib import Path

import duckdb
import pytest

from orchestration.privacy.users import UserIdentifiers
from orchestration.sources.errors import WrongSource
from tests.unit.sources.desk import Desk
from tests.unit.sources.zendesk_records import (
    AGENT,
    CUSTOMER,
    audit,
    change,
    comment,
    rating,
    records,
    said,
    ticket,
)

SECRET_WORDS = (b"secret", b"Name 7001", b"u7001@shop", b"192.0.2.1", b"600 700 800", b"jane@")


def test_no_text_is_kept_anywhere(desk: Desk) -> None:
    desk.bring(
        records(
            ticket_comments=[comment(31, "01 09:10")],
            ticket_audits=[
                audit(11, "03 10:00", change("subject", "a secret"), said(AGENT, "a secret"))
            ],
            satisfaction_ratings=[rating(1, "good", "05 10:00")],
        )
    )
    for path in (p for p in [*desk.sources.rglob("*"), *desk.exports.rglob("*")] if p.is_file()):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content = str(duckdb.sql(f"from '{path}'").fetchall()).encode()
        assert not [word for word in SECRET_WORDS if word in content], path


def test_addresses_and_telephone_numbers_in_tags_are_masked(desk: Desk) -> None:
    tags = ["from_jane@customer.example", "+48 600 700 800", "vip"]
    desk.bring(records(tickets=[ticket(tags=tags)]))
    assert desk.thread("1")["labels"] == ["[address]", "[number]", "vip"]


def test_what_is_kept_and_written_is_the_owners(desk: Desk) -> None:
    desk.bring(records())
    for folder in (desk.sources / "zendesk", desk.sources / "zendesk" / "tickets"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    for path in desk.exports.rglob("*.parquet"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


KEY = b"k" * 32


def test_pseudonyms_are_made_before_the_first_write(tmp_path: Path) -> None:
    users = UserIdentifiers(KEY)
    desk = Desk(tmp_path, "zendesk", users=users, prefix="zd")
    desk.bring(
        records(ticket_comments=[comment(31, "01 09:00", CUSTOMER), comment(32, "01 09:10", AGENT)])
    )
    pseudonym = users.pseudonym(str(CUSTOMER))
    assert desk.thread("zd:1")["user_id"] == f"zd:{pseudonym}"
    assert desk.message("zd:31")["author_id"] == f"zd:{pseudonym}"
    assert desk.message("zd:32")["author_id"] == "zd:9001"
    assert set(desk.live("agents")) == {"zd:9001", "zd:9002", "zd:9003"}
    for path in [*desk.sources.rglob("*.parquet"), *desk.exports.rglob("*.parquet")]:
        assert "7001" not in str(duckdb.sql(f"from '{path}'").fetchall()), path


def test_another_key_is_refused(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "zendesk", users=UserIdentifiers(KEY))
    desk.bring(records())
    desk.users = UserIdentifiers(b"x" * 32)
    with pytest.raises(WrongSource, match="another INBOX_PSEUDONYM_KEY"):
        desk.bring()


def test_the_same_under_pseudonyms_as_without(tmp_path: Path) -> None:
    plain, masked = (
        Desk(tmp_path / "a", "zendesk"),
        Desk(tmp_path / "b", "zendesk", users=UserIdentifiers(KEY)),
    )
    streams = records(
        tickets=[ticket(1), ticket(2, requester_id=AGENT)],
        ticket_comments=[comment(31, "01 09:10"), comment(32, "01 09:20", AGENT, ticket_id=2)],
    )
    types = []
    for desk in (plain, masked):
        desk.bring(streams)
        types.append({key: row["author_type"] for key, row in desk.live("messages").items()})
    assert types[0] == types[1]
