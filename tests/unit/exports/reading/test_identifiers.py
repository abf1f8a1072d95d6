"""One identifier has one spelling, whichever program and format wrote it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from orchestration.exports.reading.identifiers import one_spelling

from ..builders import as_csv, as_jsonl, load_file, message, thread
from .test_parquet import parquet

SPELLINGS = {
    "12.0": "12",
    "12.000000000": "12",
    "-7.0": "-7",
    "0.0": "0",
    "-0.0": "0",
    "007": "007",
    "12": "12",
    "12.5": "12.5",
    "12.": "12.",
    ".0": ".0",
    "v1.0": "v1.0",
    "1.0.0": "1.0.0",
    "12345678901234567890123.0": "12345678901234567890123",
}


def identifiers(rows: list[dict[str, Any]]) -> list[str]:
    return [row["thread_id"] for row in rows]


@pytest.mark.parametrize("file_format", ["csv", "jsonl"])
def test_a_whole_number_is_read_without_its_fraction(tmp_path: Path, file_format: str) -> None:
    records = [thread(thread_id=text) for text in SPELLINGS]
    data = as_csv(records) if file_format == "csv" else as_jsonl(records)
    landed = load_file(tmp_path, f"threads.{file_format}", data)
    assert identifiers(landed.rows["threads"]) == list(SPELLINGS.values())
    (file,) = landed.manifest.files
    assert file.remarks["thread_id"] == {"repaired": 6}


def test_one_value_is_spelled_as_a_column_of_them_is() -> None:
    assert {text: one_spelling(text) for text in SPELLINGS} == SPELLINGS


def test_numbers_of_json_are_their_whole_number(tmp_path: Path) -> None:
    line = b'{"thread_id": 12.0, "created_at": "2024-03-01T10:00:00Z",'
    line += b' "updated_at": "2024-03-01T10:00:00Z", "status": "open", "user_id": 901}\n'
    (row,) = load_file(tmp_path, "threads.jsonl", line).rows["threads"]
    assert (row["thread_id"], row["user_id"]) == ("12", "901")


@pytest.mark.parametrize(
    "values",
    [
        pa.array(
            [Decimal("12.000000000"), Decimal("0.000000000"), Decimal("1200")], pa.decimal128(38, 9)
        ),
        pa.array([Decimal("12"), Decimal("0"), Decimal("1200")], pa.decimal256(40, 3)),
        pa.array([12.0, 0.0, 1200.0]),
        pa.array(["12.0", "0.0", "1200.0"]),
        pa.array(["12", "0.0", "1200.00"]).dictionary_encode(),
        pa.array([12, 0, 1200], pa.int32()).dictionary_encode(),
    ],
    ids=["decimal", "wide decimal", "float", "text", "dictionary", "dictionary of numbers"],
)
def test_numbers_of_parquet_are_their_whole_number(tmp_path: Path, values: pa.Array) -> None:
    times = pa.array([10**15] * 3, pa.timestamp("us", "UTC"))
    table = pa.table(
        {"thread_id": values, "created_at": times, "updated_at": times, "status": ["open"] * 3}
    )
    landed = load_file(tmp_path, "threads.parquet", parquet(table))
    assert identifiers(landed.rows["threads"]) == ["12", "0", "1200"]


def test_a_decimal_of_hundreds_is_spelt_out(tmp_path: Path) -> None:
    times = pa.array([10**15], pa.timestamp("us", "UTC"))
    values = pa.array([Decimal("1200")], pa.decimal128(5, -2))
    table = pa.table(
        {
            "thread_id": values.cast(pa.decimal128(7, 0)),
            "created_at": times,
            "updated_at": times,
            "status": ["open"],
        }
    )
    landed = load_file(tmp_path, "threads.parquet", parquet(table))
    assert identifiers(landed.rows["threads"]) == ["1200"]


@pytest.mark.parametrize(
    "labels",
    [
        pa.ListArray.from_arrays(
            pa.array([0, 2], pa.int32()), pa.array(["vip", "late"]).dictionary_encode()
        ),
        pa.array([["vip", "late"]], pa.list_(pa.string(), 2)),
        pa.array([["vip", "late"]], pa.large_list(pa.large_string())),
    ],
    ids=["dictionary", "fixed size", "large"],
)
def test_lists_of_any_form_are_labels(tmp_path: Path, labels: pa.Array) -> None:
    times = pa.array([10**15], pa.timestamp("us", "UTC"))
    table = pa.table(
        {
            "thread_id": ["1"],
            "created_at": times,
            "updated_at": times,
            "status": ["open"],
            "labels": labels,
        }
    )
    (row,) = load_file(tmp_path, "threads.parquet", parquet(table)).rows["threads"]
    assert row["labels"] == ["vip", "late"]


def test_what_is_legal_and_suspicious_is_counted(tmp_path: Path) -> None:
    records = [
        thread(thread_id="1", user_id="NULL", labels=["['vip', 'late']"]),
        thread(thread_id="2", user_id="nan", labels=["{vip,late}", "[sic] late"]),
        thread(thread_id="3", user_id="None", first_closed_at="1970-01-01T00:00:00Z"),
        thread(thread_id="4", user_id="Nonna", first_closed_at="2024-03-01T11:00:00Z"),
    ]
    landed = load_file(tmp_path, "threads.jsonl", as_jsonl(records))
    (file,) = landed.manifest.files
    assert file.remarks == {
        "first_closed_at": {"epoch": 1},
        "labels": {"list_as_label": 2},
        "user_id": {"word_for_nothing": 3},
    }
    closings = [row["first_closed_at"] for row in landed.rows["threads"]]
    assert [moment is None for moment in closings] == [True, True, True, False]


def test_identifiers_of_all_entities_meet(tmp_path: Path) -> None:
    records = [message(message_id="1.0", thread_id="12.0", author_id="901.0")]
    (row,) = load_file(tmp_path, "messages.csv", as_csv(records)).rows["messages"]
    assert (row["message_id"], row["thread_id"], row["author_id"]) == ("1", "12", "901")
