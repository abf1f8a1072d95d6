from __future__ import annotations

import json
from pathlib import Path

import pytest

from .. import builders
from ..builders import event, load_records, message, rating, rejection, thread


@pytest.mark.parametrize(
    ("text", "number"), [("4", 4), ("4.0", 4), ("+4", 4), ("04", 4), ("4e0", 4), ("40E-1", 4)]
)
def test_whole_numbers(tmp_path: Path, text: str, number: int) -> None:
    rows = load_records(tmp_path, "ratings.csv", [rating(score=text), rating()]).rows["ratings"]
    assert [row["score"] for row in rows] == [number, 5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4.5", "is no whole number"),
        ("0x4", "is no whole number"),
        ("four", "is no whole number"),
        (" 4", "is no whole number"),
        ("1_0", "is no whole number"),
        ("٤", "is no whole number"),
        ("9223372036854775808", "is no whole number"),
        ("1e99", "is no whole number"),
        ("0", "is not between 1 and 5"),
        ("6", "is not between 1 and 5"),
        ("-1", "is not between 1 and 5"),
        ("", "is missing"),
    ],
)
def test_numbers_that_are_no_score(tmp_path: Path, text: str, words: str) -> None:
    column, reason = rejection(tmp_path, "ratings.csv", rating(score=text))
    assert (column, reason) == ("score", f"{text!r} {words}" if text else words)


def test_counts_are_not_negative(tmp_path: Path) -> None:
    assert rejection(tmp_path / "a", "threads.csv", thread(reopen_count=-1)) == (
        "reopen_count",
        "'-1' is less than 0",
    )
    records = [message(body=None, body_length=value) for value in ("0", "9223372036854775807")]
    rows = load_records(tmp_path / "b", "messages.csv", records).rows["messages"]
    assert [row["body_length"] for row in rows] == [0, 2**63 - 1]


def test_booleans(tmp_path: Path) -> None:
    words = ["true", "FALSE", "1", "0", "Yes", "no", "T", "f", "", "maybe"]
    records = [message(message_id=word or "none", is_private=word) for word in words]
    landed = load_records(tmp_path, "messages.csv", records)
    assert [row["is_private"] for row in landed.rows["messages"]] == [
        *([True, False] * 4),
        None,
    ]
    assert landed.reasons() == [(10, "is_private", "is neither true nor false")]


def test_choices_are_exact(tmp_path: Path) -> None:
    column, reason = rejection(tmp_path / "a", "threads.csv", thread(status="Open"))
    assert (column, reason) == ("status", "'Open' is none of open, pending, snoozed, closed")
    column, reason = rejection(tmp_path / "b", "messages.jsonl", message(author_type="robot"))
    assert (column, reason) == ("author_type", "'robot' is none of user, agent, bot, system")


def test_identifiers_have_a_bound(tmp_path: Path) -> None:
    longest = "é" * 512
    landed = load_records(
        tmp_path, "ratings.csv", [rating(rating_id=longest), rating(thread_id=longest + "x")]
    )
    assert landed.rows["ratings"][0]["rating_id"] == longest
    ((row, column, reason),) = landed.reasons()
    assert (row, column) == (2, "thread_id")
    assert reason.endswith("…' is longer than 512 characters")
    assert len(reason) < 120


@pytest.mark.parametrize("name", ["threads.csv", "threads.jsonl", "threads.parquet"])
def test_nul_characters(tmp_path: Path, name: str) -> None:
    records = [
        thread(),
        thread(user_id="u\0"),
        thread(channel="\0"),
        thread(labels=["a", "b\0"]),
    ]
    landed = load_records(tmp_path, name, records)
    assert [(row, column) for row, column, _ in landed.reasons()] == [
        (2, "user_id"),
        (3, "channel"),
        (4, "labels"),
    ]


def test_a_closed_thread_needs_its_time(tmp_path: Path) -> None:
    records = [
        thread(closed_at=None),
        thread(status="open", closed_at=None),
        thread(status="open"),
        thread(closed_at="soon"),
    ]
    landed = load_records(tmp_path, "threads.csv", records)
    assert landed.reasons() == [
        (1, "closed_at", "is missing though status is closed"),
        (4, "closed_at", "'soon' is no ISO 8601 time"),
    ]
    assert landed.rows["threads"][1]["closed_at"] is not None  # as it was delivered


def test_a_closed_thread_in_a_file_without_the_column(tmp_path: Path) -> None:
    records = [thread(), thread(status="open")]
    for record in records:
        del record["closed_at"]
    landed = load_records(tmp_path, "threads.csv", records)
    assert landed.reasons() == [(1, "closed_at", "is missing though status is closed")]


@pytest.mark.parametrize("file_format", ["csv", "jsonl", "parquet"])
def test_what_an_event_changed_a_thread_to_is_a_status_or_any_identifier(
    tmp_path: Path, file_format: str
) -> None:
    records = [
        event(),
        event(value="solved"),
        event(value=None),
        event(type="assignee", value="solved"),
        event(type="team", value=None),
        event(type="labels", value="x"),
        event(actor_type=None, actor_id=None),
    ]
    landed = load_records(tmp_path, f"thread_events.{file_format}", records)
    assert landed.reasons() == [
        (2, "value", "'solved' is none of open, pending, snoozed, closed, though type is status"),
        (3, "value", "is missing though type is status"),
        (6, "type", "'labels' is none of status, assignee, team, priority"),
    ]
    kept = [(row["type"], row["value"], row["actor_id"]) for row in landed.rows["thread_events"]]
    assert kept == [
        ("status", "closed", "a1"),
        ("assignee", "solved", "a1"),
        ("team", None, "a1"),
        ("status", "closed", None),
    ]


def test_the_first_failing_column_is_named(tmp_path: Path) -> None:
    record = {"rating_id": "r2", "thread_id": "", "rated_at": "soon", "score": "9"}
    landed = load_records(tmp_path, "ratings.csv", [rating(), record])
    assert landed.reasons() == [(2, "thread_id", "is missing")]


def test_row_text_is_the_row_as_it_was_read(tmp_path: Path) -> None:
    for name in ("ratings.csv", "ratings.jsonl", "ratings.parquet"):
        records = [rating(), rating(score=9, agent_id=None, thread_id='é\n"')]
        (record,) = load_records(tmp_path / name, name, records).rejected
        assert record["entity"] == "ratings"
        assert record["export_date"] == builders.DAY
        assert record["file_name"] == name
        cells = json.loads(record["row_text"])
        assert str(cells.pop("score")) == "9"
        assert cells.pop("rated_at").replace(" ", "T").startswith("2024-03-01T12:00:00")
        assert cells == {"rating_id": "r1", "thread_id": 'é\n"'}


def test_long_values_are_shortened(tmp_path: Path) -> None:
    (record,) = load_records(
        tmp_path, "ratings.csv", [rating(), rating(rated_at="x" * 10**6)]
    ).rejected
    assert len(record["reason"]) < 120
    assert len(record["row_text"]) < 2000
