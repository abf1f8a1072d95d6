"""Texts that break out of their CSV cells: no piece of them lands, is shown or is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.exports import ReadLimits, find_export_days, load_day
from orchestration.exports.preview import preview_rejected
from orchestration.privacy.record import Door
from tests.marks import holds

from .builders import Landed, load_file, message, rating

MARK = "wagtail"
TIME = "2024-03-01T10:00:00Z"
MESSAGES = "message_id,thread_id,sent_at,author_type,body,is_private,updated_at\n"
GOOD = f"m1,t1,{TIME},user,all well,false,{TIME}\n"
AFTER = "where a text without quotes broke out of its cell"


def landed(folder: Path, name: str, text: str, block_bytes: int = 2**20) -> Landed:
    return load_file(folder, name, text.encode(), limits=ReadLimits(block_bytes=block_bytes))


def found(folder: Path) -> list[str]:
    return holds(folder / "exports.raw", MARK)


BROKEN_OUT = {
    "a text with a line break": f"m2,t1,{TIME},user,{MARK}\nand {MARK},false,{TIME}\n",
    "more commas than cells": f"m2,t1,{TIME},user,{MARK}, {MARK}, {MARK},false,{TIME}\n",
    "as many cells as a row has": f"m2,t1,{TIME},user,so,my {MARK},my {MARK}\n",
    "a line of words as wide as a row": f"{MARK},is,my {MARK},and,so,on,{MARK}\n",
    "words after a right line": f"a,b {MARK},{TIME} {MARK},user,c {MARK},dear,ever\n",
}


@pytest.mark.parametrize("block_bytes", [60, 2**20])
@pytest.mark.parametrize("kind", BROKEN_OUT)
def test_what_looks_like_a_row_after_a_text_that_broke_out_is_set_aside(
    tmp_path: Path, kind: str, block_bytes: int
) -> None:
    """With words as its identifiers; and so is every row after it, up to the end of the file."""
    piece = f"{MARK},{MARK},{TIME},user,{MARK},false,{TIME}\n"
    text = MESSAGES + GOOD + BROKEN_OUT[kind] + piece + GOOD * 3
    day = landed(tmp_path, "messages.csv", text, block_bytes)
    assert [row["message_id"] for row in day.rows["messages"]] == ["m1"]
    assert found(tmp_path) == []
    after = [row for row in day.rejected if row["reason"].endswith(AFTER)]
    assert len(after) == 4
    assert {row["row_text"] for row in after} == {None}
    assert {row["column_name"] for row in after} == {None}


THREADS = "thread_id,created_at,updated_at,status,subject,channel,user_id\n"


def thread_row(number: int, end: str) -> str:
    return f"t{number},{TIME},{TIME},open,{end}\n"


@pytest.mark.parametrize("rows_before", [0, 40])
@pytest.mark.parametrize(
    ("piece", "block_bytes"),
    [
        *((f"more {MARK}", size) for size in (60, 150, 2**20)),
        *((f"{MARK},b", size) for size in (60, 150, 2**20)),
        (f"{MARK},so,it,goes,on,for,ever", 2**20),  # as wide as a row, in the same block
    ],
)
def test_a_row_in_which_a_text_may_have_begun_is_set_aside_with_its_pieces(
    tmp_path: Path, piece: str, block_bytes: int, rows_before: int
) -> None:
    """Up to its line break it is as wide as a row, and any words are right in what comes after."""
    text = THREADS + "".join(thread_row(number, "x,chat,u1") for number in range(rows_before))
    text += thread_row(90, f"Hello, my {MARK}, and {MARK}") + f"{piece}\n"
    text += thread_row(91, "x,chat,u1")
    day = landed(tmp_path, "threads.csv", text, block_bytes)
    assert len(day.rows.get("threads", [])) == rows_before
    assert found(tmp_path) == []


def test_a_record_that_breaks_off_does_not_cost_the_one_before_it(tmp_path: Path) -> None:
    text = THREADS + thread_row(1, "x,chat,u1") + thread_row(2, f"{MARK}\n{MARK},chat,u1")
    day = landed(tmp_path, "threads.csv", text)
    assert [row["thread_id"] for row in day.rows["threads"]] == ["t1"]
    assert found(tmp_path) == []


def test_a_mistaken_value_costs_its_row_alone(tmp_path: Path) -> None:
    """What is no piece of a text: other times, null words, choices that are not listed."""
    rows = [
        f"m2,t1,soon,user,hi,false,{TIME}\n",
        f"m3,t1,{TIME},customer,hi,false,{TIME}\n",
        f"m4,t1,{TIME},user,hi,,03/01/2024 10:00\n",
        f"m5,t1,{TIME},user,hi,,NULL\n",
        f"m6,t1,{TIME},user,hi,,1709287200\n",
        f"m7,t1,{TIME},user,hi,maybe,{TIME}\n",
        f",t1,{TIME},user,hi,false,{TIME}\n",
        ",,,,,,\n",
    ]
    day = landed(tmp_path, "messages.csv", MESSAGES + "".join(rows) + GOOD)
    assert [row["message_id"] for row in day.rows["messages"]] == ["m1"]
    assert len(day.rejected) == len(rows)
    assert not any("comes after" in row["reason"] for row in day.rejected)


def test_of_a_row_beside_a_text_only_right_cells_of_strict_forms_are_shown(tmp_path: Path) -> None:
    row = f"{MARK},{MARK},{TIME},{MARK},a {MARK},no,{TIME}\n"
    (rejected,) = landed(tmp_path, "messages.csv", MESSAGES + row).rejected
    assert rejected["column_name"] == "author_type"
    assert rejected["reason"] == "is none of user, agent, bot, system"
    assert json.loads(rejected["row_text"]) == {"sent_at": TIME, "updated_at": TIME}
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "header", "row"),
    [
        (
            "threads.csv",
            "thread_id,created_at,updated_at,status,subject,user_id,labels",
            f"t1,{TIME},{TIME},open,%s,u1,a|b",
        ),
        (
            "ratings.csv",
            "rating_id,comment,thread_id,rated_at,score",
            f"r1,%s,t1,{TIME},5",
        ),
        ("agents.csv", "agent_id,name,updated_at,about", f"a1,Ann,{TIME},%s"),
        ("messages.csv", "thread_id,message_id,sent_at,author_type,,", f"t1,m1,{TIME},bot,%s,"),
    ],
)
def test_texts_of_unknown_columns_are_texts(
    tmp_path: Path, name: str, header: str, row: str
) -> None:
    """A conversation's subject, a rating's comment, words about an agent, a column without name."""
    broken = row % f"{MARK}\n{MARK}"
    piece = row.replace("1,", f"{MARK},") % MARK
    day = landed(tmp_path, name, "\n".join([header, row % "x", broken, piece, row % "x"]))
    assert sum(day.manifest.rows_loaded.values()) == 1 + (name == "agents.csv")
    assert found(tmp_path) == []


def test_a_file_without_texts_shows_its_rows(tmp_path: Path) -> None:
    header = "rating_id,thread_id,rated_at,score\n"
    day = landed(tmp_path, "ratings.csv", f"{header}r1,t1\nr2,t2,{TIME},9\nr3,t3,{TIME},5\n")
    assert [row["rating_id"] for row in day.rows["ratings"]] == ["r3"]
    assert [json.loads(row["row_text"])["rating_id"] for row in day.rejected] == ["r1", "r2"]


def test_texts_with_quotes_break_nothing(tmp_path: Path) -> None:
    body = f'"{MARK}\n{MARK},{MARK},{TIME},user,x,false,\n"'
    text = MESSAGES + f"m2,t1,{TIME},user,{body},false,{TIME}\n" + GOOD
    day = landed(tmp_path, "messages.csv", text)
    assert [row["message_id"] for row in day.rows["messages"]] == ["m2", "m1"]
    assert day.rejected == []


@pytest.mark.parametrize("name", ["messages.jsonl", "ratings.jsonl"])
def test_no_row_of_json_is_taken_out_of_a_text_that_line_breaks_part(
    tmp_path: Path, name: str
) -> None:
    """A body with line breaks as they are, which holds lines of JSON: no encoder writes it so."""
    entity = name.removesuffix(".jsonl")
    record = message if entity == "messages" else rating
    text = "body" if entity == "messages" else "comment"
    key = "message_id" if entity == "messages" else "rating_id"
    good = [json.dumps(record(**{key: f"r{number}", text: "well"})) for number in range(3)]
    broken = record(**{key: "r9", text: None})
    del broken[text]
    start, end = json.dumps({**broken, text: f"see {MARK}"})[:-2], f'so, {MARK}"}}'
    pasted = json.dumps(record(**{key: MARK, "thread_id": MARK, text: MARK}))
    lines = [good[0], start, pasted, "{" + MARK, pasted, end, good[1]]
    day = landed(tmp_path, name, "\n".join(lines))
    assert [row[key] for row in day.rows[entity]] == ["r0", "r1"]
    words = "stands in a text that line breaks of rows 2 to 6 part"
    assert [row["row_number"] for row in day.rejected if row["reason"] == words] == [3, 5]
    assert found(tmp_path) == []

    cut_off = [good[0], start, *good[1:]]
    again = landed(tmp_path / "cut", name, "\n".join(cut_off))
    assert len(again.rows[entity]) == 3, "a line that was cut off costs itself alone"


def test_a_preview_tells_the_kind_of_a_reason_and_never_the_value(tmp_path: Path) -> None:
    header = "rating_id,thread_id,rated_at,score\n"
    rows = f"r1,t1,{TIME},{MARK}\nr2,t1,{MARK},5\n{'r' * 600},t1,{TIME},5\n"
    (tmp_path / "exports" / "2024-03-01").mkdir(parents=True)
    (tmp_path / "exports" / "2024-03-01" / "ratings.csv").write_text(header + rows)
    (day,) = find_export_days(tmp_path / "exports")
    manifest = load_day(day, tmp_path / "raw", Door())
    assert [row["reason"] for row in preview_rejected(tmp_path / "raw", manifest)] == [
        "is no whole number",
        "is no ISO 8601 time",
        "is longer than 512 characters",
    ]
