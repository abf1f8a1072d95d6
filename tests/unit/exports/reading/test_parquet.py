from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.exports import ReadLimits

from ..builders import Landed, bad_file_reason, load_file

TIME = datetime(2024, 3, 1, 10, tzinfo=UTC)


def parquet(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def ratings(**columns: pa.Array) -> pa.Table:
    rows = len(next(iter(columns.values()))) if columns else 1
    good = {
        "rating_id": pa.array([f"r{number}" for number in range(rows)]),
        "thread_id": pa.array(["t1"] * rows),
        "rated_at": pa.array([TIME] * rows, pa.timestamp("us", "UTC")),
        "score": pa.array([5] * rows),
    }
    return pa.table({**good, **columns})


def load(folder: Path, table: pa.Table, **options: Any) -> Landed:
    return load_file(folder, "ratings.parquet", parquet(table, **options))


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array(["007"], pa.large_string()), ["007"]),
        (pa.array(["007"], pa.string_view()), ["007"]),
        (pa.array([b"007"], pa.binary()), ["007"]),
        (pa.array(["007", "8", "007"]).dictionary_encode(), ["007", "8", "007"]),
        (pa.array([7], pa.int8()), ["7"]),
        (pa.array([2**64 - 1], pa.uint64()), [str(2**64 - 1)]),
        (pa.array([7.0, 2.0**53 - 1], pa.float64()), ["7", str(2**53 - 1)]),
        (pa.array([Decimal(10**30)], pa.decimal128(38, 0)), [str(10**30)]),
    ],
)
def test_identifiers_of_any_type(tmp_path: Path, values: pa.Array, texts: list[str]) -> None:
    rows = load(tmp_path, ratings(rating_id=values)).rows["ratings"]
    assert [row["rating_id"] for row in rows] == texts


def test_numbers_that_floats_cannot_hold_are_bad_rows(tmp_path: Path) -> None:
    landed = load(tmp_path, ratings(rating_id=pa.array([1.0, 2.0**53, float("inf")])))
    assert [(row, column) for row, column, _ in landed.reasons()] == [
        (2, "rating_id"),
        (3, "rating_id"),
    ]


@pytest.mark.parametrize(
    "kind",
    [
        pa.timestamp("s"),
        pa.timestamp("ms", "UTC"),
        pa.timestamp("us"),
        pa.timestamp("ns", "UTC"),
        pa.timestamp("us", "America/New_York"),
    ],
)
def test_times_of_any_unit_and_zone(tmp_path: Path, kind: pa.DataType) -> None:
    ticks = pa.array([TIME], pa.timestamp("us", "UTC")).cast(pa.timestamp(kind.unit, "UTC"))
    table = ratings(rated_at=ticks.cast(pa.int64()).cast(kind))
    (row,) = load(tmp_path, table).rows["ratings"]
    assert row["rated_at"] == TIME


def test_nanoseconds_are_cut_off_as_those_of_a_text(tmp_path: Path) -> None:
    before_1970 = pa.array([-1], pa.int64()).cast(pa.timestamp("ns"))
    (row,) = load(tmp_path, ratings(rated_at=before_1970)).rows["ratings"]
    text = pa.array(["1969-12-31T23:59:59.999999999Z"])
    (same,) = load(tmp_path / "text", ratings(rated_at=text)).rows["ratings"]
    assert row["rated_at"] == same["rated_at"]
    assert row["rated_at"].microsecond == 999_999


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_times_out_of_all_reason_are_bad_rows(tmp_path: Path, unit: str) -> None:
    far = pa.array([0, 2**63 - 1, -(2**63)], pa.int64()).cast(pa.timestamp(unit))
    landed = load(tmp_path, ratings(rated_at=far))
    assert [row for row, _, _ in landed.reasons()] == [2, 3]
    assert all("between the years 1900 and 2200" in reason for _, _, reason in landed.reasons())


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (pa.array([1, 5], pa.uint8()), [1, 5]),
        (pa.array([4.0], pa.float32()), [4]),
        (pa.array(["4", "4.0"]), [4, 4]),
        (pa.array([Decimal("4.00")], pa.decimal128(5, 2)), [4]),
    ],
)
def test_whole_numbers_of_any_type(tmp_path: Path, values: pa.Array, numbers: list[int]) -> None:
    rows = load(tmp_path, ratings(score=values)).rows["ratings"]
    assert [row["score"] for row in rows] == numbers


def test_booleans_and_missing_values(tmp_path: Path) -> None:
    for values in (
        pa.array([True, False, None]),
        pa.array([1, 0, None]),
        pa.array(["Yes", "f", ""]),
    ):
        table = pa.table(
            {
                "agent_id": ["a", "b", "c"],
                "name": ["A", "B", "C"],
                "updated_at": pa.array([TIME] * 3),
                "is_active": values,
                "team": pa.nulls(3),
            }
        )
        folder = tmp_path / str(values.type)
        rows = load_file(folder, "agents.parquet", parquet(table)).rows["agents"]
        assert [row["is_active"] for row in rows] == [True, False, None]
        assert [row["team"] for row in rows] == [None, None, None]


def test_a_column_that_pandas_left_without_values_is_null(tmp_path: Path) -> None:
    nothing = pa.array([None, float("nan")], pa.float64())
    rows = load(tmp_path, ratings(agent_id=nothing, deleted_at=nothing)).rows["ratings"]
    assert {(row["agent_id"], row["deleted_at"]) for row in rows} == {(None, None)}


@pytest.mark.parametrize(
    "labels",
    [
        pa.array([["a", None, "a", ""], [], None]),
        pa.array([["a"], [], None], pa.large_list(pa.large_string())),
        pa.array(["a|", "", None]),
        pa.array(["|a|a", "", None]).dictionary_encode(),
    ],
)
def test_labels_of_any_type(tmp_path: Path, labels: pa.Array) -> None:
    times = pa.array([TIME] * 3)
    table = pa.table(
        {
            "thread_id": ["a", "b", "c"],
            "created_at": times,
            "updated_at": times,
            "status": ["open"] * 3,
            "labels": labels,
        }
    )
    rows = load_file(tmp_path, "threads.parquet", parquet(table)).rows["threads"]
    assert [row["labels"] for row in rows] == [["a"], None, None]


def test_rows_are_numbered_over_row_groups(tmp_path: Path) -> None:
    score = pa.array([5] * 10 + [9] + [5] * 9)
    landed = load(tmp_path, ratings(score=score), row_group_size=3)
    assert [row["row_number"] for row in landed.rows["ratings"]] == [
        *range(1, 11),
        *range(12, 21),
    ]
    assert landed.reasons() == [(11, "score", "'9' is not between 1 and 5")]
    assert landed.rejected[0]["line_number"] is None


def test_unknown_columns_of_any_type_are_left_out(tmp_path: Path) -> None:
    table = ratings().append_column("extra", pa.array([{"a": [1]}]))
    landed = load(tmp_path, table)
    assert landed.manifest.files[0].unknown_columns == ("extra",)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (ratings().drop_columns("score"), "no column score"),
        (ratings().drop_columns("score").slice(0, 0), "no column score"),
        (ratings().rename_columns(["rating_id", "thread_id", "rated_at", "SCORE"]), "'SCORE'"),
        (ratings(thread_id=pa.array([["t"]])), "thread_id is of type list"),
        (ratings(thread_id=pa.array([{"id": 1}])), "thread_id is of type struct"),
        (ratings(thread_id=pa.array([True])), "thread_id is of type bool"),
        (ratings(score=pa.array([True])), "score is of type bool"),
        (ratings(rated_at=pa.array([date(2024, 3, 1)])), "rated_at is of type date32"),
        (ratings(rated_at=pa.array([1.5])), "rated_at holds numbers"),
        (ratings(rating_id=pa.array([b"\xff"])), "not UTF-8"),
        (
            pa.Table.from_arrays(
                [*ratings().columns, pa.array([1])], names=[*ratings().column_names, "score"]
            ),
            "two columns score",
        ),
    ],
)
def test_bad_files(tmp_path: Path, table: pa.Table, words: str) -> None:
    assert words in bad_file_reason(tmp_path, "ratings.parquet", parquet(table))


def test_text_that_is_not_utf8_is_found(tmp_path: Path) -> None:
    data = parquet(ratings(), compression="none", use_dictionary=False).replace(b"t1", b"t\xff")
    assert "UTF-8" in bad_file_reason(tmp_path, "ratings.parquet", data)


@pytest.mark.parametrize("cut", [1, 4, 8, 100])
def test_a_file_that_is_cut_off(tmp_path: Path, cut: int) -> None:
    data = parquet(ratings())[:-cut]
    assert "footer is broken" in bad_file_reason(tmp_path, "ratings.parquet", data)


def test_other_bytes_are_told(tmp_path: Path) -> None:
    assert "no Parquet" in bad_file_reason(tmp_path / "a", "ratings.parquet", b"rating_id\n1\n")
    assert "gzip" in bad_file_reason(tmp_path / "b", "ratings.parquet", b"\x1f\x8b\x08\x00")


def test_empty_files_are_fine(tmp_path: Path) -> None:
    assert load_file(tmp_path / "a", "ratings.parquet", b"").manifest.landed == {}
    assert load(tmp_path / "b", ratings().slice(0, 0)).manifest.landed == {}


def test_what_unpacks_to_too_much_is_not_read(tmp_path: Path) -> None:
    data = parquet(ratings(rating_id=pa.array(["r" * 100] * 1000)), use_dictionary=False)
    limits = ReadLimits(max_unpacked_bytes=len(data))
    assert "unpacks" in bad_file_reason(tmp_path, "ratings.parquet", data, limits=limits)


def test_a_large_file_is_read_from_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = ratings(score=pa.array([1, 2, 3]))
    small = load(tmp_path / "a", table)
    monkeypatch.setattr("orchestration.exports.reading.parquet._IN_MEMORY_BYTES", 10)
    large = load(tmp_path / "b", table)
    assert large.rows == small.rows
    assert large.manifest.fingerprint == small.manifest.fingerprint


def test_legacy_times_outside_the_range_of_nanoseconds_are_told_and_not_wrapped(
    tmp_path: Path,
) -> None:
    # 2300 as nanoseconds is 1715: wrong, and within every bound but that of years.
    moments = [datetime(2300, 1, 1, tzinfo=UTC), datetime(2024, 3, 1, 10, tzinfo=UTC)]
    table = ratings(
        rating_id=pa.array(["r1", "r2"]),
        thread_id=pa.array(["t1", "t1"]),
        rated_at=pa.array(moments, pa.timestamp("us", "UTC")),
        score=pa.array([5, 5]),
    )
    landed = load(tmp_path, table, use_deprecated_int96_timestamps=True)
    assert [row["rated_at"] for row in landed.rows["ratings"]] == moments[1:]
    assert [reason for _, _, reason in landed.reasons()] == [
        "'2300-01-01 00:00:00.000000' is not between the years 1900 and 2200"
    ]
