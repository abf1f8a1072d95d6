from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.exports import ReadLimits
from orchestration.exports.reading import blocks

from .. import builders
from ..builders import bad_file_reason, load_file

HEADER = b"rating_id,thread_id,rated_at,score\n"
GOOD = b"r1,t1,2024-03-01T10:00:00Z,5\n"
MESSAGE_HEADER = b"message_id,thread_id,sent_at,author_type,body\n"
AGENT_HEADER = b"agent_id,name,team,updated_at\n"
TINY_BLOCKS = ReadLimits(block_bytes=7)


@pytest.mark.parametrize(
    "data",
    [
        HEADER + GOOD,
        HEADER + GOOD.rstrip(),
        b"\xef\xbb\xbf" + HEADER + GOOD,
        (HEADER + GOOD).replace(b"\n", b"\r\n"),
        (HEADER + GOOD).replace(b"\n", b"\r"),
        b"\n\r\n" + HEADER + b"\n\n" + GOOD + b"\n\n",
        b' rating_id,"thread_id",rated_at , score\n' + GOOD,
        b'"rating_id","thread_id","rated_at","score"\n"r1","t1","2024-03-01T10:00:00Z","5"\n',
    ],
)
@pytest.mark.parametrize("limits", [None, TINY_BLOCKS])
def test_ways_to_write_the_same_row(tmp_path: Path, data: bytes, limits: ReadLimits | None) -> None:
    (row,) = load_file(tmp_path, "ratings.csv", data, limits=limits).rows["ratings"]
    assert (row["rating_id"], row["thread_id"], row["score"]) == ("r1", "t1", 5)
    assert row["row_number"] == 1


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", HEADER])
def test_files_without_rows_are_fine(tmp_path: Path, data: bytes) -> None:
    landed = load_file(tmp_path, "ratings.csv", data)
    assert landed.manifest.landed == {}
    assert landed.manifest.rows_read == {"ratings": 0}


def test_quoted_line_breaks_quotes_and_commas_stay(tmp_path: Path) -> None:
    data = AGENT_HEADER + b'a1,"Ann ""A"", the\nfirst",,2024-03-01T10:00:00Z\n'
    data += b'a2,5" Bob,x"y,2024-03-01T10:00:00Z\na3,"C" and more,,2024-03-01T10:00:00Z\n'
    rows = load_file(tmp_path, "agents.csv", data).rows["agents"]
    assert [row["name"] for row in rows] == ['Ann "A", the\nfirst', '5" Bob', "C and more"]
    assert [row["team"] for row in rows] == [None, 'x"y', None]


def test_a_blank_line_before_the_last_line_counts(tmp_path: Path) -> None:
    (record,) = load_file(tmp_path, "ratings.csv", HEADER + GOOD + b"\nr2,t1,soon,5").rejected
    assert (record["row_number"], record["line_number"]) == (2, 4)


def test_an_open_quote_far_back_is_found_at_once(tmp_path: Path) -> None:
    data = AGENT_HEADER + b'a1,5" Bob,' + b"x" * 200_000 + b',"' + b"y" * 200_000 + b"\n"
    assert "never closed" in bad_file_reason(tmp_path, "agents.csv", data)


def test_a_ragged_row_goes_to_quarantine_with_its_line(tmp_path: Path) -> None:
    data = AGENT_HEADER + b'a1,"two\nlines",,2024-03-01T10:00:00Z\n\na2,Bob\n'
    data += b"a3,Cy,,2024-03-01T10:00:00Z,more\na4,Di,,2024-03-01T10:00:00Z\n"
    landed = load_file(tmp_path, "agents.csv", data)
    assert [(row["agent_id"], row["row_number"]) for row in landed.rows["agents"]] == [
        ("a1", 1),
        ("a4", 4),
    ]
    assert landed.reasons() == [
        (2, None, "has 2 cells, not the 4 of the header"),
        (3, None, "has 5 cells, not the 4 of the header"),
    ]
    assert [record["line_number"] for record in landed.rejected] == [5, 6]
    assert landed.rejected[0]["row_text"] == '{"agent_id": "a2", "name": "Bob"}'


@pytest.mark.parametrize("limits", [None, TINY_BLOCKS])
def test_rejected_rows_have_the_line_they_begin_on(
    tmp_path: Path, limits: ReadLimits | None
) -> None:
    data = AGENT_HEADER + b'a1,"two\nlines",,2024-03-01T10:00:00Z\n\na2,Bob,,yesterday\n'
    data += b"a3,Cy,,2024-03-01T10:00:00Z\na4,Di,,tomorrow"
    landed = load_file(tmp_path, "agents.csv", data, limits=limits)
    assert [record["line_number"] for record in landed.rejected] == [5, 7]
    assert [record["row_number"] for record in landed.rejected] == [2, 4]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (HEADER + b"r1,t1\nr2\n", "none of its rows has the 4 cells"),
        (HEADER + GOOD + b'r2,"t2,2024-03-01T10:00:00Z,5\n', "line 3 opens a quote"),
        (HEADER + b'r1,"t1,2024-03-01T10:00:00Z,5\nr2,"t"2,x,5\n', "line 2 opens a quote"),
        (HEADER.replace(b"score", b"thread_id") + GOOD, "two columns thread_id"),
        (HEADER.replace(b"score", b"stars") + GOOD, "no column score"),
        (HEADER.replace(b"score", b"Score") + GOOD, "'Score'"),
        (HEADER.replace(b",", b";") + GOOD, "parted by ';'"),
        (HEADER.replace(b"rating_id", b'"rating_id') + GOOD, "never closed"),
        (HEADER + GOOD + b"r2,t\xff2,2024-03-01T10:00:00Z,5\n", "byte 68 (line 3) is not UTF-8"),
        ((HEADER + GOOD).decode().encode("utf-16"), "UTF-16"),
        ((HEADER + GOOD).decode().encode("utf-16-le"), "UTF-16"),
        (b'{"rating_id": "r1"}\n', "no column"),
        (b"PAR1....", "Parquet inside"),
        (b"\x1f\x8b\x08....", "gzip inside"),
        (b"\x28\xb5\x2f\xfd....", "zstd inside"),
        (b"PK\x03\x04....", "zip inside"),
    ],
)
def test_bad_files(tmp_path: Path, data: bytes, words: str) -> None:
    assert words in bad_file_reason(tmp_path, "ratings.csv", data)


def test_one_row_of_the_right_width_makes_a_file_good(tmp_path: Path) -> None:
    landed = load_file(tmp_path, "ratings.csv", HEADER + b"x\n" * 5 + GOOD, limits=TINY_BLOCKS)
    assert landed.manifest.rows_rejected == {"ratings": 5}


def test_a_line_may_not_be_endless(tmp_path: Path) -> None:
    limits = ReadLimits(max_line_bytes=100, block_bytes=50)
    reason = bad_file_reason(tmp_path, "ratings.csv", HEADER + GOOD + b"r" * 500, limits=limits)
    assert reason.startswith("line 3 is longer than 100 bytes")


def test_too_many_columns(tmp_path: Path) -> None:
    data = HEADER.rstrip() + b",x" * 1000 + b"\n"
    assert "1004 columns" in bad_file_reason(tmp_path, "ratings.csv", data)


def test_unknown_columns_are_told_and_left_out(tmp_path: Path) -> None:
    data = b"b,rating_id,thread_id,rated_at,score,a,a\n1,r1,t1,2024-03-01T10:00:00Z,5,2,3\n"
    landed = load_file(tmp_path, "ratings.csv", data)
    assert landed.manifest.files[0].unknown_columns == ("a", "b")
    assert "a" not in landed.rows["ratings"][0]


def test_a_long_body_is_counted_in_characters(tmp_path: Path) -> None:
    body = "é👋" * 200_000
    data = MESSAGE_HEADER + f"m1,t1,2024-03-01T10:00:00Z,user,{body}\n".encode() + b"ragged\n"
    landed = load_file(tmp_path, "messages.csv", data)
    assert landed.rows["messages"][0]["body_length"] == 400_000


cells = st.text(alphabet='ab",\n\r é', max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(names=st.lists(cells, min_size=1, max_size=8), block_bytes=st.integers(1, 60))
def test_any_text_comes_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], block_bytes: int
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["team", "agent_id", "name", "updated_at"])
    for number, name in enumerate(names):
        writer.writerow([name, f"a{number}", f"x{name}", "2024-03-01T10:00:00Z"])
    landed = load_file(
        tmp_path_factory.mktemp("csv"),
        "agents.csv",
        text.getvalue().encode(),
        limits=ReadLimits(block_bytes=block_bytes),
    )
    rows = landed.rows["agents"]
    assert [row["name"] for row in rows] == [f"x{name}" for name in names]
    assert [row["team"] for row in rows] == [name or None for name in names]


def test_a_bad_row_among_many_and_beside_a_long_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_PIECE_BYTES", 100)
    rows = [b"a%d,N,,2024-03-01T10:00:00Z\n" % number for number in range(50)]
    rows[20] = b'a20,"' + b"N\n" * 200 + b'",,2024-03-01T10:00:00Z\n'
    rows[21] = b"ragged\n"
    rows[40] = b"a40,N,,soon\n"
    landed = load_file(tmp_path, "agents.csv", AGENT_HEADER + b"".join(rows))
    numbers = [(record["row_number"], record["line_number"]) for record in landed.rejected]
    assert numbers == [(22, 223), (41, 242)]
    assert [row["row_number"] for row in landed.rows["agents"]] == [
        number for number in range(1, 51) if number not in (22, 41)
    ]


def test_rows_are_numbered_over_blocks(tmp_path: Path) -> None:
    records = [builders.rating(rating_id=f"r{number}") for number in range(50)]
    data = builders.as_csv(records)
    rows = load_file(tmp_path, "ratings.csv", data, limits=TINY_BLOCKS).rows["ratings"]
    assert [row["row_number"] for row in rows] == list(range(1, 51))


def test_a_body_that_goes_on_in_the_cells_after_it_is_not_shown(tmp_path: Path) -> None:
    """Without quotes, up to its first line break: the row is as wide as it should be."""
    data = (
        b"message_id,thread_id,sent_at,author_type,body,body_length,updated_at,is_private\n"
        b"m1,t1,2024-03-01T10:00:00Z,user,Hi, my number is 4711, and I, am Anna\nThanks\n"
        b"m2,t1,2024-03-01T10:00:00Z,robot,Hi, 4711,2024-03-01T11:00:00Z,yes\n"
    )
    first, _, last = load_file(tmp_path, "messages.csv", data).rejected
    assert (first["column_name"], first["reason"]) == ("is_private", "is neither true nor false")
    assert last["reason"] == "is none of user, agent, bot, system"
    assert json.loads(first["row_text"]) == {
        "sent_at": "2024-03-01T10:00:00Z",
        "author_type": "user",
    }
    assert last["row_text"] is None


def test_a_comment_in_a_column_that_is_not_known_is_not_shown(tmp_path: Path) -> None:
    """Ratings have no such column; where an export has one, without quotes, it breaks out too."""
    data = (
        b"rating_id,thread_id,rated_at,score,comment,updated_at\n"
        b"r1,t1,2024-03-01T10:00:00Z,5,Great, says Anna\nAnna again\nand again,t2,now,4,x,\n"
    )
    rejected = load_file(tmp_path, "ratings.csv", data).rejected
    assert [row["reason"] for row in rejected] == [
        "is no ISO 8601 time",
        "has 1 cell, not the 6 of the header",
        "is no ISO 8601 time",
    ]
    assert not any("Anna" in str(row) or "again" in str(row) for row in rejected)


def test_a_column_without_a_name_hides_nothing(tmp_path: Path) -> None:
    """Pandas writes its index as one."""
    data = b",rating_id,thread_id,rated_at,score\n0,r1,t1,2024-03-01T10:00:00Z,9\n"
    (row,) = load_file(tmp_path, "ratings.csv", data).rejected
    assert row["reason"] == "'9' is not between 1 and 5"
    assert json.loads(row["row_text"])["score"] == "9"
