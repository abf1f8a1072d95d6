from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.exports.reading.blocks import Block
from orchestration.exports.reading.checking import check
from orchestration.exports.reading.schema import CONTRACTS

from .. import builders
from ..builders import event, load_records, message, rating, thread


def rejection(folder: Path, name: str, record: builders.Record) -> tuple[str | None, str]:
    """Column and reason of the one bad record, after a good one."""
    good = {"threads": thread(), "messages": message(), "ratings": rating()}[name.split(".")[0]]
    landed = load_records(folder, name, [good, record])
    ((row_number, column, reason),) = landed.reasons()
    assert row_number == 2
    return column, reason


@pytest.mark.parametrize("file_format", ["csv", "jsonl"])
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-01T10:00:00Z", datetime(2024, 3, 1, 10)),
        ("2024-03-01 10:00:00Z", datetime(2024, 3, 1, 10)),
        ("2024-03-01T10:00:00", datetime(2024, 3, 1, 10)),
        ("2024-03-01T10:00", datetime(2024, 3, 1, 10)),
        ("2024-03-01T10:00+02:00", datetime(2024, 3, 1, 8)),
        ("2024-03-01T10:00:00-0330", datetime(2024, 3, 1, 13, 30)),
        ("2024-03-01T10:00:00+02", datetime(2024, 3, 1, 8)),
        ("2024-03-01T10:00:00.5Z", datetime(2024, 3, 1, 10, 0, 0, 500_000)),
        ("2024-03-01T10:00:00.123456789+00:00", datetime(2024, 3, 1, 10, 0, 0, 123_456)),
        ("2024-03-01T10:00:00.9999999", datetime(2024, 3, 1, 10, 0, 0, 999_999)),
        ("1900-01-01T00:00:00Z", datetime(1900, 1, 1)),
        ("2024-02-29T00:00:00", datetime(2024, 2, 29)),
    ],
)
def test_times(tmp_path: Path, file_format: str, text: str, moment: datetime) -> None:
    # Alone, and among times of the usual form.
    for others in ([], [rating()]):
        records = [rating(rated_at=text), *others]
        folder = tmp_path / str(len(records))
        rows = load_records(folder, f"ratings.{file_format}", records).rows["ratings"]
        assert rows[0]["rated_at"] == moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-01",
        "yesterday",
        "2024-02-30T10:00:00Z",
        "2023-02-29T10:00:00",
        "2024-13-01T10:00:00Z",
        "2024-03-01T24:00:00Z",
        "2024-03-01T10:60:00Z",
        "2024-03-01T10:00:60Z",
        "2024-03-01T10:00.5Z",
        "2024-03-01T10:00:00.Z",
        "2024-03-01T10:00:00.1234567890Z",
        "2024-03-01T10:00:00+24:00",
        "2024-03-01T10:00:00+1",
        "2024-03-01T10:00:00z",
        "2024-03-01t10:00:00Z",
        " 2024-03-01T10:00:00Z",
        "2024-03-01T10:00:00Z\n",
        "20240301T100000Z",
        "03/01/2024 10:00",
        "1709287200",
        "٢٠٢٤-03-01T10:00:00Z",
    ],
)
def test_what_is_no_time(tmp_path: Path, text: str) -> None:
    for file_format in ("csv", "jsonl"):
        column, reason = rejection(
            tmp_path / file_format, f"ratings.{file_format}", rating(rated_at=text)
        )
        assert (column, reason) == ("rated_at", f"{text!r} is no ISO 8601 time")


@pytest.mark.parametrize(
    "text",
    [
        "1899-12-31T23:59:59Z",
        "2200-01-01T00:00:00.000001Z",
        "9999-12-31T00:00:00Z",
        "0000-01-01T00:00:00",
    ],
)
def test_times_that_cannot_be_meant(tmp_path: Path, text: str) -> None:
    column, reason = rejection(tmp_path, "ratings.csv", rating(rated_at=text))
    assert (column, reason) == ("rated_at", f"{text!r} is not between the years 1900 and 2200")


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


near_times = st.builds(
    "{}-{}-{}{}{}:{}{}{}{}".format,
    st.sampled_from(["2024", "1900", "0001", "24"]),
    st.sampled_from(["01", "02", "12", "13", "1"]),
    st.sampled_from(["01", "28", "29", "30", "31", "32"]),
    st.sampled_from(["T", " ", "t", ""]),
    st.sampled_from(["00", "23", "24", "7"]),
    st.sampled_from(["00", "59", "60"]),
    st.sampled_from(["", ":00", ":59", ":60", ":5"]),
    st.sampled_from(["", ".1", ".123456", ".1234567", ".123456789", ".1234567890", "."]),
    st.sampled_from(["", "Z", "z", "+00:00", "-12:30", "+1400", "-01", "+24:00", "+5", " Z"]),
)


@settings(max_examples=100, deadline=None)
@given(near_times)
def test_a_time_means_the_same_alone_and_among_others(text: str) -> None:
    # Alone it may pass Arrow's own cast; beside one without an offset it does not.
    alone = checked_times([text])
    among = checked_times([text, "2024-03-01T10:00"])
    assert among == [*alone, datetime(2024, 3, 1, 10, tzinfo=UTC)]


def checked_times(texts: list[str]) -> list[datetime | None]:
    """The moments that texts are taken for; None where they are rejected."""
    count = len(texts)
    columns = {
        "rating_id": pa.chunked_array([["r"] * count]),
        "thread_id": pa.chunked_array([["t"] * count]),
        "rated_at": pa.chunked_array([texts]),
        "score": pa.chunked_array([["5"] * count]),
    }
    numbers = np.arange(count, dtype=np.int64)
    block = Block(columns, numbers, lambda rows: [None] * len(rows))
    loaded = check(block, CONTRACTS["ratings"]).loaded
    moments: list[datetime | None] = [None] * count
    for row in loaded.to_pylist():
        moments[row["row_number"]] = row["rated_at"]
    return moments
