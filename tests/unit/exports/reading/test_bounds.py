"""No value of a row may be so long, or so many, that whoever shows it cannot bear it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.exports.builders import (
    Record,
    bad_file_reason,
    load_file,
    load_records,
    rating,
    thread,
)

AGENT: Record = {"agent_id": "a1", "name": "Ann", "team": "one", "updated_at": "2024-03-01T10:00Z"}
FORMATS = ["csv", "jsonl"]


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(
    ("entity", "record", "column"),
    [("threads", thread(), "channel"), ("agents", AGENT, "name"), ("agents", AGENT, "team")],
)
def test_texts_of_more_than_512_characters_are_set_aside(
    tmp_path: Path, entity: str, record: Record, column: str, ending: str
) -> None:
    records = [{**record, column: "é" * 512}, {**record, column: "é" * 513}]
    day = load_records(tmp_path, f"{entity}.{ending}", records)
    assert [row[column] for row in day.rows[entity]] == ["é" * 512]
    (row,) = day.rejected
    assert (row["row_number"], row["column_name"]) == (2, column)
    assert row["reason"].endswith("is longer than 512 characters")
    assert len(row["reason"]) < 150


@pytest.mark.parametrize("ending", [*FORMATS, "parquet"])
def test_labels_of_more_than_512_characters_or_more_than_1000_are_set_aside(
    tmp_path: Path, ending: str
) -> None:
    many = [f"l{number}" for number in range(1001)]
    labels: list[Any] = [["é" * 512], ["ok", "é" * 513], many[1:], many, [*many[1:], "l1", ""]]
    day = load_records(
        tmp_path,
        f"threads.{ending}",
        [thread(thread_id=f"t{number}", labels=each) for number, each in enumerate(labels)],
    )
    assert [row["thread_id"] for row in day.rows["threads"]] == ["t0", "t2", "t4"]
    assert day.reasons() == [
        (2, "labels", "holds one of more than 512 characters"),
        (4, "labels", "are more than 1000"),
    ]


@pytest.mark.parametrize("where", ["first", "after many", "beside a bad line"])
def test_a_line_of_more_than_1000_keys_makes_the_file_bad(tmp_path: Path, where: str) -> None:
    """As columns of CSV and Parquet do, wherever the line stands."""
    good = (json.dumps(rating()) + "\n").encode() * (2000 if where == "after many" else 1)
    start = good if where == "after many" else b"{\n" + good if "bad" in where else b""

    def keys(number: int) -> bytes:
        row = rating() | {f"k{n}": n for n in range(number - len(rating()))}
        return json.dumps(row).encode() + b"\n"

    assert load_file(tmp_path / "few", "ratings.jsonl", start + keys(1000)).rows
    reason = bad_file_reason(tmp_path / "many", "ratings.jsonl", start + keys(1001))
    lines = start.count(b"\n") + 1
    assert reason == f"line {lines} has 1001 keys, more than 1000"


def test_colons_in_texts_are_no_keys(tmp_path: Path) -> None:
    row = rating() | {"comment": ":" * 5000}
    day = load_file(tmp_path, "ratings.jsonl", json.dumps(row).encode())
    assert len(day.rows["ratings"]) == 1
