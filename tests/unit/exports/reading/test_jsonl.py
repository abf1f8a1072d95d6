from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.exports import ReadLimits
from orchestration.exports.reading import blocks

from .. import builders
from ..builders import bad_file_reason, load_file

TINY_BLOCKS = ReadLimits(block_bytes=7)
GOOD = b'{"rating_id": "r1", "thread_id": "t1", "rated_at": "2024-03-01T10:00:00Z", "score": 5}\n'


def line(**changes: object) -> bytes:
    return json.dumps(builders.rating(**changes)).encode() + b"\n"


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        GOOD.rstrip(),
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"\n", b"\r\n"),
        b"  " + GOOD,
        GOOD.replace(b"rating_id", b"\\u0072ating_id"),
        GOOD.replace(b" 5", b' "5"'),
        GOOD.replace(b" 5", b" 5.0"),
        GOOD.replace(b" 5", b" 0.5e1"),
        GOOD.replace(b"}", b', "agent_id": null}'),
        GOOD.replace(b"}", b', "agent_id": NaN}'),
        GOOD.replace(b"}", b', "agent_id": ""}'),
    ],
)
@pytest.mark.parametrize("limits", [None, TINY_BLOCKS])
def test_ways_to_write_the_same_row(tmp_path: Path, data: bytes, limits: ReadLimits | None) -> None:
    (row,) = load_file(tmp_path, "ratings.jsonl", data, limits=limits).rows["ratings"]
    assert (row["rating_id"], row["thread_id"], row["score"]) == ("r1", "t1", 5)
    assert row["agent_id"] is None
    assert row["row_number"] == 1


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_files_without_rows_are_fine(tmp_path: Path, data: bytes) -> None:
    assert load_file(tmp_path, "ratings.jsonl", data).manifest.rows_read == {"ratings": 0}


@pytest.mark.parametrize("other", ['"text"', "1"])
@pytest.mark.parametrize(
    "number",
    ["7", "12345678901234567890123", "-0", "1.10", "1e400", "0.1234567890123456789"],
)
def test_numbers_for_identifiers_stay_as_written(tmp_path: Path, number: str, other: str) -> None:
    template = b'{"rating_id": %s, "thread_id": "007", "rated_at": "2024-03-01", "score": 5}\n'
    template = template.replace(b"2024-03-01", b"2024-03-01T10:00:00Z")
    data = template % other.encode() + template % number.encode()
    rows = load_file(tmp_path, "ratings.jsonl", data).rows["ratings"]
    assert [row["rating_id"] for row in rows] == [json.loads(f'"{other.strip(chr(34))}"'), number]
    assert rows[0]["thread_id"] == "007"


def test_blank_lines_keep_the_numbers_of_lines(tmp_path: Path) -> None:
    landed = load_file(tmp_path, "ratings.jsonl", b"\n" + GOOD + b" \r\n\n" + GOOD + b"oops\n\n")
    assert [row["row_number"] for row in landed.rows["ratings"]] == [2, 5]
    assert [(r["row_number"], r["line_number"]) for r in landed.rejected] == [(6, 6)]
    assert landed.manifest.rows_read == {"ratings": 3}


@pytest.mark.parametrize(
    ("bad", "column", "words"),
    [
        (b"{", None, "is no JSON (Expecting property name enclosed in double quotes"),
        (b"null", None, "is no JSON object"),
        (b"[1, 2]", None, "is no JSON object"),
        (b'"text"', None, "is no JSON object"),
        (b"[" * 100_000, None, "nested too deep"),
        (GOOD.rstrip() + GOOD.rstrip(), None, "is no JSON (Extra data"),
        (GOOD.rstrip()[:-1] + b', "score": 4}', None, "has the key score more than once"),
        (GOOD.replace(b'"score": 5', b'"other": 5').rstrip(), "score", "is missing"),
        (GOOD.replace(b" 5", b" null").rstrip(), "score", "is missing"),
        (GOOD.replace(b" 5", b" NaN").rstrip(), "score", "is missing"),
        (GOOD.replace(b" 5", b" Infinity").rstrip(), "score", "'Infinity' is not a value"),
        (GOOD.replace(b" 5", b" true").rstrip(), "score", "is true and should be a number"),
        (GOOD.replace(b" 5", b" 4.5").rstrip(), "score", "'4.5' is no whole number"),
        (GOOD.replace(b'"t1"', b"false").rstrip(), "thread_id", "is false and should be text"),
        (GOOD.replace(b'"t1"', b'{"id": 1}').rstrip(), "thread_id", "is nested and should be text"),
        (GOOD.replace(b'"t1"', b'["t1"]').rstrip(), "thread_id", "is nested and should be text"),
        (GOOD.replace(b"t1", b"\\ud83d").rstrip(), "thread_id", "half of a character"),
        (GOOD.replace(b"t1", b"t\\u0000").rstrip(), "thread_id", "holds a NUL character"),
        (line(rated_at=1709287200).rstrip(), "rated_at", "'1709287200' is no ISO 8601 time"),
    ],
)
def test_bad_rows(tmp_path: Path, bad: bytes, column: str | None, words: str) -> None:
    landed = load_file(tmp_path, "ratings.jsonl", GOOD + bad + b"\n" + GOOD)
    assert [row["row_number"] for row in landed.rows["ratings"]] == [1, 3]
    ((row_number, column_name, reason),) = landed.reasons()
    assert (row_number, column_name) == (2, column)
    assert words in reason
    assert landed.rejected[0]["line_number"] == 2


def test_what_stands_before_a_break_is_kept(tmp_path: Path) -> None:
    bad = b'{"rating_id": "r\\"2", "score": 4, "extra": 1, "thread_id": nope}\n'
    (record,) = load_file(tmp_path, "ratings.jsonl", GOOD + bad).rejected
    assert json.loads(record["row_text"]) == {"rating_id": 'r"2', "score": 4}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"oops\n", "none of its lines is a JSON object"),
        (b"[" + GOOD.rstrip() + b"]\n", "none of its lines is a JSON object"),
        (json.dumps([builders.rating()], indent=1).encode(), "none of its lines is a JSON object"),
        (builders.as_csv([builders.rating()]), "none of its lines is a JSON object"),
        (GOOD.replace(b"score", b"stars"), "has a value named score"),
        (b"{}\n{}\n", "rating_id, thread_id, rated_at, score"),
        (GOOD + b'{"rating_id": "\xff"}\n', "(line 2) is not UTF-8"),
        (GOOD.decode().encode("utf-16"), "UTF-16"),
        (b"PAR1", "Parquet inside"),
    ],
)
def test_bad_files(tmp_path: Path, data: bytes, words: str) -> None:
    assert words in bad_file_reason(tmp_path, "ratings.jsonl", data)


def test_a_line_may_not_be_endless(tmp_path: Path) -> None:
    limits = ReadLimits(max_line_bytes=100, block_bytes=50)
    reason = bad_file_reason(tmp_path, "ratings.jsonl", GOOD + b"[" * 500, limits=limits)
    assert reason.startswith("line 2 is longer than 100 bytes")


def test_unknown_keys_are_told_and_left_out(tmp_path: Path) -> None:
    data = line(zebra={"a": [1]}, apple=None) + line() + b"oops\n" + line(late=1)
    landed = load_file(tmp_path, "ratings.jsonl", data)
    assert landed.manifest.files[0].unknown_columns == ("apple", "late", "zebra")
    assert landed.manifest.rows_loaded == {"ratings": 3}


def test_keys_that_come_late_are_read(tmp_path: Path) -> None:
    data = line() * 200 + line(deleted_at="2024-03-02T00:00:00Z", other=1)
    rows = load_file(tmp_path, "ratings.jsonl", data).rows["ratings"]
    assert [row["deleted_at"] is None for row in rows] == [True] * 200 + [False]


def test_a_bad_line_among_many_and_beside_a_long_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_PIECE_BYTES", 200)
    lines = [line(rating_id=f"r{number}") for number in range(50)]
    lines[20] = line(extra="x" * 1000)
    lines[21] = b"oops\n"
    lines[40] = line(score=9)
    landed = load_file(tmp_path, "ratings.jsonl", b"".join(lines))
    assert [record["line_number"] for record in landed.rejected] == [22, 41]
    assert [row["row_number"] for row in landed.rows["ratings"]] == [
        number for number in range(1, 51) if number not in (22, 41)
    ]


def test_labels_may_be_a_list_or_a_text(tmp_path: Path) -> None:
    labels: list[object] = [["a", "", None, "b", "a"], "a||b|a", [], "", None, ["x|y"], [1, "b"]]
    data = b"".join(json.dumps(builders.thread(labels=value)).encode() + b"\n" for value in labels)
    rows = load_file(tmp_path, "threads.jsonl", data).rows["threads"]
    assert [row["labels"] for row in rows] == [
        ["a", "b"],
        ["a", "b"],
        None,
        None,
        None,
        ["x|y"],
        ["1", "b"],
    ]


@pytest.mark.parametrize("labels", [[True], [["a"]], [{"a": 1}], {"a": 1}, 5, True, ["\ud83d"]])
def test_labels_that_are_no_texts(tmp_path: Path, labels: object) -> None:
    data = json.dumps(builders.thread(labels=labels)).encode() + b"\n"
    good = json.dumps(builders.thread()).encode() + b"\n"
    for number, others in enumerate((good, b"")):
        landed = load_file(tmp_path / str(number), "threads.jsonl", others + data)
        assert [column for _, column, _ in landed.reasons()] == ["labels"]


@pytest.mark.parametrize(
    ("body", "length"),
    [("", None), ("é👋", 2), (12.50, 4), (None, None), ("\ud83d half", 6), ("\x00", 1)],
)
def test_length_of_body(tmp_path: Path, body: object, length: int | None) -> None:
    data = json.dumps(builders.message(body=body)).encode() + b"\n"
    (row,) = load_file(tmp_path, "messages.jsonl", data).rows["messages"]
    assert row["body_length"] == length


def test_a_given_length_stands_where_there_is_no_body(tmp_path: Path) -> None:
    records = [
        builders.message(body="four", body_length=9),
        builders.message(body=None, body_length=9),
        builders.message(body="", body_length=8),
    ]
    for name in ("messages.jsonl", "messages.csv", "messages.parquet"):
        rows = builders.load_records(tmp_path / name, name, records).rows["messages"]
        assert [row["body_length"] for row in rows] == [4, 9, 8]


def test_a_body_that_is_no_text(tmp_path: Path) -> None:
    data = builders.as_jsonl([builders.message(), builders.message(body={"html": "secret"})])
    landed = load_file(tmp_path, "messages.jsonl", data)
    assert landed.reasons() == [(2, "body", "is nested and should be text")]
