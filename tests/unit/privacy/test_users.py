"""Pseudonyms and erasures at the door: what lands of users' identifiers."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchestration.exports import BrokenManifest, WrongPseudonymKey, read_manifests
from orchestration.privacy.erasing import erase_landed
from orchestration.privacy.record import begin_erasure, claim_key, read_user_record
from orchestration.privacy.users import UserIdentifiers
from tests.unit.exports.builders import DAY, event, thread, write_records
from tests.unit.privacy.a_user import KEY, USER, load, rows, texts_of, write_a_user_everywhere


def test_a_user_is_the_same_pseudonym_on_all_days_and_in_all_formats(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_a_user_everywhere(exports)
    load(exports, raw, KEY)
    pseudonym = UserIdentifiers(KEY).pseudonym(USER)
    assert [row["user_id"] for row in rows(raw, "threads")] == [
        pseudonym,
        UserIdentifiers(KEY).pseudonym("other"),
        None,
    ]
    by_author = {(row["author_type"], row["author_id"]) for row in rows(raw, "messages")}
    assert ("user", pseudonym) in by_author
    assert ("agent", USER) in by_author, "an agent keeps the name"
    assert rows(raw, "threads")[0]["assigned_agent_id"] == USER
    texts = [row["row_text"] for row in rows(raw, "quarantine")]
    assert [pseudonym in text for text in texts if text] == [True, True]
    assert texts.count(None) == 1, "a row that could not be taken apart might show the user"
    assert USER not in str(rows(raw, "quarantine"))


def test_who_did_what_an_event_tells_is_a_user_unless_told_otherwise(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    records = [
        event(event_id=kind or "nobody", actor_type=kind, actor_id=USER)
        for kind in ("user", "agent", "bot", None)
    ]
    write_records(exports, "thread_events.jsonl", [*records, event(type="x", actor_type="user")])
    load(exports, raw, KEY)
    pseudonym = UserIdentifiers(KEY).pseudonym(USER)
    actors = [row["actor_id"] for row in rows(raw, "thread_events")]
    assert actors == [pseudonym, USER, USER, pseudonym]
    (rejected,) = rows(raw, "quarantine")
    assert json.loads(rejected["row_text"])["actor_id"] == UserIdentifiers(KEY).pseudonym("a1")
    begin_erasure(raw, pseudonym)
    assert erase_landed(raw).rows == {"thread_events": 2}
    actors = [row["actor_id"] for row in rows(raw, "thread_events")]
    assert actors == [None, USER, USER, None]


def as_landed_before(raw: Path, entity: str, names: list[str]) -> None:
    """Makes a landed file what it was before the last columns were known."""
    path = raw / read_manifests(raw)[DAY].landed[entity]
    pq.write_table(pq.ParquetFile(path).read(columns=names), path)


def test_files_that_landed_before_some_columns_were_known_are_written_anew_with_them(
    tmp_path: Path,
) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_a_user_everywhere(exports)
    load(exports, raw)
    before = rows(raw, "threads")
    later = {"team_id", "priority", "merged_into_thread_id"}
    as_landed_before(raw, "threads", [name for name in before[0] if name not in later])
    begin_erasure(raw, USER)
    assert erase_landed(raw).rows["threads"] == 1
    was = [{**row, "user_id": None if row["user_id"] == USER else row["user_id"]} for row in before]
    assert rows(raw, "threads") == was


def test_the_key_alone_decides_and_is_nowhere(tmp_path: Path) -> None:
    one, other = UserIdentifiers(KEY), UserIdentifiers(b"l" * 32)
    assert one.pseudonym("u1") == UserIdentifiers(KEY).pseudonym("u1")
    assert len({one.pseudonym("u1"), one.pseudonym("u2"), other.pseudonym("u1"), "u1"}) == 4
    assert len(one.pseudonym("u1")) * 5 >= 128
    write_a_user_everywhere(tmp_path / "exports")
    load(tmp_path / "exports", tmp_path / "raw", KEY)
    assert KEY.decode() not in texts_of(tmp_path / "raw")
    assert KEY.decode() not in repr(one)


def test_another_key_no_key_and_a_late_key_are_refused(tmp_path: Path) -> None:
    exports, keyed, plain = tmp_path / "exports", tmp_path / "keyed", tmp_path / "plain"
    write_records(exports, "threads.csv", [thread()])
    load(exports, keyed, KEY)
    load(exports, plain)
    for raw, key, words in (
        (keyed, b"l" * 32, "another INBOX_PSEUDONYM_KEY"),
        (keyed, None, "loaded with INBOX_PSEUDONYM_KEY"),
        (plain, KEY, "loaded without INBOX_PSEUDONYM_KEY"),
    ):
        before = texts_of(raw)
        with pytest.raises(WrongPseudonymKey) as raised:
            load(exports, raw, key)
        assert words in str(raised.value)
        assert "llll" not in str(raised.value)
        assert "\n" not in str(raised.value)
        assert texts_of(raw) == before
    load(exports, keyed, KEY)
    load(exports, plain)


def test_a_key_may_change_while_nothing_is_loaded(tmp_path: Path) -> None:
    claim_key(tmp_path / "raw", KEY)
    claim_key(tmp_path / "raw", b"l" * 32)
    claim_key(tmp_path / "raw", None)
    assert claim_key(tmp_path / "raw", KEY) == read_user_record(tmp_path / "raw")


def test_a_key_may_not_change_once_somebody_was_erased(tmp_path: Path) -> None:
    """By another key the next delivery would land with them, and nobody could tell."""
    begin_erasure(tmp_path / "raw", USER)
    with pytest.raises(WrongPseudonymKey):
        claim_key(tmp_path / "raw", KEY)
    claim_key(tmp_path / "raw", None)


def test_a_damaged_record_of_users_is_not_to_be_removed(tmp_path: Path) -> None:
    begin_erasure(tmp_path / "raw", USER)
    (tmp_path / "raw" / "users.json").write_text("{")
    with pytest.raises(BrokenManifest) as raised:
        claim_key(tmp_path / "raw", None)
    assert "users.json cannot be read: restore it from a backup" in str(raised.value)
    assert "remove" not in str(raised.value)


def test_what_is_wrong_with_a_users_identifier_is_told_without_it(tmp_path: Path) -> None:
    write_records(tmp_path / "exports", "threads.csv", [thread(), thread(user_id=USER * 100)])
    load(tmp_path / "exports", tmp_path / "raw")
    (row,) = rows(tmp_path / "raw", "quarantine")
    assert row["reason"] == "is longer than 512 characters"
