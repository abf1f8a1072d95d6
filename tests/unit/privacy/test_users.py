"""Pseudonyms and erasures at the door: what lands of users' identifiers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestration.exports import (
    BrokenManifest,
    DayManifest,
    WrongPseudonymKey,
    collect_garbage,
    find_export_days,
    load_day,
    pending_days,
    read_manifests,
)
from orchestration.privacy.erasing import erase_landed
from orchestration.privacy.record import (
    Door,
    begin_erasure,
    claim_key,
    finish_erasures,
    read_user_record,
)
from orchestration.privacy.search import NamedUser
from orchestration.privacy.users import UserIdentifiers, erasure_hash
from tests.unit.exports.builders import (
    DAY,
    as_csv,
    event,
    message,
    thread,
    write_file,
    write_records,
)

KEY = b"k" * 32
USER = "customer-007"


def load(exports: Path, raw: Path, key: bytes | None = None) -> DayManifest:
    (day,) = find_export_days(exports)
    return load_day(day, raw, Door(key))


def rows(raw: Path, kind: str) -> list[dict[str, Any]]:
    path = read_manifests(raw)[DAY].files_by_kind.get(kind)
    return [] if path is None else pq.ParquetFile(raw / path).read().to_pylist()


def write_a_user_everywhere(exports: Path) -> None:
    """One user in every place in which a user may stand, beside an agent of the same name."""
    write_records(
        exports,
        "threads.jsonl",
        [
            thread(user_id=USER, assigned_agent_id=USER),
            thread(thread_id="t2", user_id="other"),
            thread(thread_id="t3", user_id=None),
            thread(thread_id="t4", user_id=USER, status="lost"),
        ],
    )
    write_records(
        exports,
        "messages.parquet",
        [
            message(message_id="m1", author_id=USER),
            message(message_id="m2", author_id=USER, author_type="agent"),
            message(message_id="m3", author_id="other"),
            message(message_id="m4", author_id=USER, author_type="robot"),
        ],
    )
    ragged = as_csv([message(author_id=USER, body=None)])
    write_file(
        exports,
        "messages.ragged.csv",
        ragged + f"m9,t1,2024-03-01T10:00:00Z,user,{USER}\n".encode(),
    )


def texts_of(raw: Path) -> str:
    """Everything that lies in a raw folder, as text."""
    return " ".join(
        str(pq.ParquetFile(path).read().to_pylist())
        if path.suffix == ".parquet"
        else path.read_text()
        for path in raw.rglob("*")
        if path.is_file()
    )


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


@pytest.mark.parametrize("key", [None, KEY])
def test_an_erased_user_is_in_no_file_and_all_rows_are_there(
    tmp_path: Path, key: bytes | None
) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_a_user_everywhere(exports)
    before = load(exports, raw, key)
    landed = UserIdentifiers(key).pseudonym(USER)
    others = {kind: rows(raw, kind) for kind in before.files_by_kind}
    begin_erasure(raw, landed)
    erased = erase_landed(raw)
    assert erased.rows == {"threads": 1, "messages": 2, "quarantine": 2}
    assert {name for _, name in erased.files} == {
        "threads.jsonl",
        "messages.parquet",
        "messages.ragged.csv",
    }
    collect_garbage(raw)
    assert landed not in texts_of(raw).replace(f"'assigned_agent_id': '{landed}'", "").replace(
        f"'author_type': 'agent', 'author_id': '{landed}'", ""
    )
    for kind, was in others.items():
        for row in was:
            if kind == "quarantine":
                row["row_text"] = row["row_text"] and json.loads(row["row_text"])
                if row["row_text"]:
                    for name in ("user_id", "author_id"):
                        if row["row_text"].get(name) == landed:
                            del row["row_text"][name]
            elif kind == "threads" and row["user_id"] == landed:
                row["user_id"] = None
            elif kind == "messages" and (row["author_type"], row["author_id"]) == ("user", landed):
                row["author_id"] = None
        now = rows(raw, kind)
        for row in now:
            if kind == "quarantine" and row["row_text"]:
                row["row_text"] = json.loads(row["row_text"])
        assert now == was, kind
    assert pending_days(find_export_days(exports), raw) == [], "nothing is to be loaded again"
    assert read_manifests(raw)[DAY].landed != before.landed, "tables are to be built"
    assert erase_landed(raw).rows == {}


def test_a_later_delivery_lands_without_the_erased(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_a_user_everywhere(exports)
    begin_erasure(raw, USER)
    load(exports, raw)
    assert [row["user_id"] for row in rows(raw, "threads")] == [None, "other", None]
    assert erase_landed(raw).rows == {}
    assert USER not in (raw / "users.json").read_text()


def test_a_user_who_is_erased_during_a_load_does_not_land(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_records(exports, "threads.csv", [thread(user_id=USER)])
    real = DayManifest.with_files

    def erase_meanwhile(manifest: DayManifest, paths: Any) -> DayManifest:
        if not read_user_record(raw).erased:
            begin_erasure(raw, USER)
        return real(manifest, paths)

    monkeypatch.setattr(DayManifest, "with_files", erase_meanwhile)
    load(exports, raw)
    assert [row["user_id"] for row in rows(raw, "threads")] == [None]


def test_an_erasure_is_unfinished_until_it_is_done_everywhere(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    begin_erasure(raw, "a")
    begin_erasure(raw, "b")
    finish_erasures(raw, 1)
    assert not read_user_record(raw).is_finished
    finish_erasures(raw, 2)
    assert read_user_record(raw).is_finished
    begin_erasure(raw, "a")
    record = read_user_record(raw)
    assert (len(record.erased), record.finished) == (2, 1)
    finish_erasures(raw, 2)
    assert read_user_record(raw).is_finished


@pytest.mark.parametrize("key", [None, KEY])
def test_texts_that_name_an_erased_user_lose_the_name_and_nothing_else(
    tmp_path: Path, key: bytes | None
) -> None:
    """In labels, a channel and what was set aside; words like any other stay where they are."""
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    user = "anna@example.com"
    kept = ["vip", "johanna@example.com", "anna@example.com.au"]
    write_records(
        exports,
        "threads.jsonl",
        [
            thread(user_id=user, labels=[*kept, f"of <{user}>.", user]),
            thread(
                thread_id="t2", user_id="other", channel=f"mail {user}", labels=[user, "erased"]
            ),
            thread(thread_id="t3", user_id="billing", labels=["billing", "12345"]),
            thread(thread_id="t4", user_id="12345", labels=None),
            thread(thread_id="t5", status=user, labels=[f"{user}/2"]),
        ],
    )
    load(exports, raw, key)
    for gone in (user, "billing", "12345"):
        begin_erasure(raw, UserIdentifiers(key).pseudonym(gone))
    erased = erase_landed(raw, key)
    assert erased.rows == {"threads": 4, "quarantine": 1}
    expected = [
        ("t1", "chat", [*kept, "of <erased>.", "erased"]),
        ("t2", "mail erased", ["erased"]),
        ("t3", "chat", ["billing", "12345"]),
        ("t4", "chat", None),
    ]

    def landed() -> list[tuple[str, str, list[str] | None]]:
        return [(row["thread_id"], row["channel"], row["labels"]) for row in rows(raw, "threads")]

    assert landed() == expected
    assert user not in str(rows(raw, "quarantine")).replace("johanna", "")
    load(exports, raw, key)
    assert landed() == expected, "a later delivery lands alike"
    assert erase_landed(raw, key).rows == {}


@pytest.mark.parametrize(
    "record",
    [
        thread(status="lost", labels=["vip", "vip"]),
        thread(thread_id=None, user_id=42),
    ],
)
def test_an_erasure_leaves_rows_of_others_that_were_set_aside_as_they_are(
    tmp_path: Path, record: dict[str, Any]
) -> None:
    """Numbers and repeated labels among them; neither are they taken for loaded by a later load."""
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_records(exports, "threads.jsonl", [record, thread(thread_id="t2", user_id=43)])
    load(exports, raw)
    before = rows(raw, "quarantine")
    begin_erasure(raw, USER)
    erased = erase_landed(raw)
    assert (erased.rows, erased.files) == ({}, set())
    load(exports, raw)
    assert rows(raw, "quarantine") == before
    assert rows(raw, "quarantine_history") == []


def test_a_load_before_an_erasure_is_done_keeps_nothing_of_the_user(tmp_path: Path) -> None:
    """Nor takes their rows for loaded, which have no key and are other texts now."""
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_records(exports, "threads.jsonl", [thread(thread_id=None, user_id=USER), thread()])
    load(exports, raw)
    begin_erasure(raw, USER)
    load(exports, raw)
    assert len(rows(raw, "quarantine")) == 1
    assert rows(raw, "quarantine_history") == []


@pytest.mark.parametrize("user", ["whatsapp:+4912345", "gid://shop/Customer/123456"])
@pytest.mark.parametrize("text", ["{}", "of {} and others", "({})", "'{}' is none of open, closed"])
def test_what_a_text_loses_is_what_a_search_would_find(text: str, user: str) -> None:
    """Also identifiers with characters that end a word, between others that do."""
    erased = UserIdentifiers(None, KEY, frozenset({erasure_hash(KEY, user)}))
    assert NamedUser([user]).is_in_text(text.format(user))
    assert erased.in_text(text.format(user)) == text.format("erased")
