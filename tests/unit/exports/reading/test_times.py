"""What a time may look like, and what is none."""

from __future__ import annotations

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

from ..builders import load_records, rating, rejection


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
