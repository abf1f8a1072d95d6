"""What an erasure takes out of what has landed, and keeps from landing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.exports import (
    DayManifest,
    collect_garbage,
    find_export_days,
    pending_days,
    read_manifests,
)
from orchestration.privacy.erasing import erase_landed
from orchestration.privacy.record import begin_erasure, finish_erasures, read_user_record
from orchestration.privacy.search import NamedUser
from orchestration.privacy.users import UserIdentifiers, erasure_hash
from tests.unit.exports.builders import DAY, thread, write_records
from tests.unit.privacy.a_user import KEY, USER, load, rows, texts_of, write_a_user_everywhere


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
