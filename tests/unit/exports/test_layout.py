from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from orchestration.exports import ExportsNotFound, find_export_days, find_ignored
from orchestration.exports.layout import without_future_days


def make(exports: Path, *names: str) -> None:
    for name in names:
        path = exports / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_days_come_in_order_with_their_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    make(
        tmp_path,
        "2024-03-02/threads.csv",
        "2024-03-01/messages.part-10.jsonl.gz",
        "2024-03-01/messages.part-9.parquet.zst",
        "2024-03-01/messages.Z.csv",
    )
    first, second = find_export_days(tmp_path)
    assert (first.export_date, second.export_date) == (date(2024, 3, 1), date(2024, 3, 2))
    assert [(file.name, file.format, file.compression) for file in first.files] == [
        ("messages.Z.csv", "csv", None),
        ("messages.part-10.jsonl.gz", "jsonl", "gz"),
        ("messages.part-9.parquet.zst", "parquet", "zst"),
    ]
    (file,) = second.files
    assert file.entity == "threads"
    assert file.size_bytes == 1
    assert file.modified_ns == file.path.stat().st_mtime_ns


@pytest.mark.parametrize(
    "name",
    [
        "README",
        "_SUCCESS",
        ".messages.csv",
        "messages.csv.tmp",
        "messages.csv.bz2",
        "messages.CSV",
        "Messages.csv",
        "messages..csv",
        "messagescsv",
        "tickets.csv",
        "messages.csv\n",
        "messages.json",
    ],
)
def test_other_names_are_ignored_and_told(tmp_path: Path, name: str) -> None:
    make(tmp_path, f"2024-03-01/{name}")
    (day,) = find_export_days(tmp_path)
    assert day.files == ()
    assert day.ignored == (name.replace("\n", "\\n"),)


@pytest.mark.parametrize(
    "name", ["Threads.CSV", "threads (1).csv", "threads.csv/part-0.csv", "MESSAGES.jsonl.tmp"]
)
def test_a_folder_of_nothing_but_lookalikes_is_no_empty_day(tmp_path: Path, name: str) -> None:
    make(tmp_path, f"2024-03-01/{name}", "2024-03-01/_SUCCESS")
    (day,) = find_export_days(tmp_path)
    shown = name.partition("/")[0]
    assert day.files == ()
    assert day.ignored == tuple(sorted((shown, "_SUCCESS")))
    assert f"only what looks like one: {shown}." in str(day.problem)
    assert "Nothing of 2024-03-01 was loaded" in str(day.problem)


def test_a_lookalike_beside_an_export_file_is_ignored_and_told(tmp_path: Path) -> None:
    make(tmp_path, "2024-03-01/threads.csv", "2024-03-01/Threads.CSV")
    (day,) = find_export_days(tmp_path)
    assert (len(day.files), day.ignored, day.problem) == (1, ("Threads.CSV",), None)


@pytest.mark.parametrize("name", ["README", "_SUCCESS", ".threads.csv", "threadsx.csv", "tickets"])
def test_a_folder_of_other_names_is_an_empty_day(tmp_path: Path, name: str) -> None:
    make(tmp_path, f"2024-03-01/{name}")
    (day,) = find_export_days(tmp_path)
    assert (day.files, day.problem) == ((), None)


def test_a_day_later_than_tomorrow_cannot_be_loaded_and_holds_up_no_other(tmp_path: Path) -> None:
    for day in ("2024-03-01", "2024-03-02", "2024-03-03", "2042-03-01"):
        make(tmp_path, f"{day}/threads.csv")
    days = without_future_days(find_export_days(tmp_path), date(2024, 3, 1))
    assert [len(day.files) for day in days] == [1, 1, 0, 0]
    assert "2042-03-01 is later than tomorrow. Nothing of" in str(days[-1].problem)
    # A clock that is set back takes nothing that was loaded in time.
    again = without_future_days(find_export_days(tmp_path), date(2024, 3, 1), {date(2024, 3, 3)})
    assert [len(day.files) for day in again] == [1, 1, 1, 0]


def test_names_that_are_no_text_are_told_as_text(tmp_path: Path) -> None:
    make(tmp_path, "2024-03-01/threads.csv")
    folder = os.fsencode(tmp_path / "2024-03-01")
    Path(os.fsdecode(folder + b"/messages.\xff.csv")).write_bytes(b"x")
    (day,) = find_export_days(tmp_path)
    assert day.ignored == ("messages.\\udcff.csv",)


def test_folders_that_are_no_days_are_ignored(tmp_path: Path) -> None:
    make(tmp_path, "2024-03-01/threads.csv", "2024-02-30/threads.csv", "latest/threads.csv", "note")
    (tmp_path / "2024-03-04").write_bytes(b"a file, no folder")
    assert [day.export_date for day in find_export_days(tmp_path)] == [date(2024, 3, 1)]
    assert find_ignored(tmp_path) == ("2024-02-30", "2024-03-04", "latest", "note")


def test_first_and_last_are_included(tmp_path: Path) -> None:
    make(tmp_path, *(f"2024-03-0{number}/threads.csv" for number in range(1, 6)))
    days = find_export_days(tmp_path, first=date(2024, 3, 2), last=date(2024, 3, 4))
    assert [day.export_date.day for day in days] == [2, 3, 4]


def test_a_day_with_an_empty_folder_has_arrived(tmp_path: Path) -> None:
    (tmp_path / "2024-03-01").mkdir()
    (day,) = find_export_days(tmp_path)
    assert day.files == ()


def test_links_that_lead_out_and_folders_and_pipes_are_not_read(tmp_path: Path) -> None:
    make(tmp_path / "elsewhere", "threads.csv", "2024-03-09/threads.csv")
    exports = tmp_path / "exports"
    make(exports, "2024-03-01/agents.csv", "2024-03-01/ratings.csv/inner")
    day = exports / "2024-03-01"
    (day / "threads.csv").symlink_to(tmp_path / "elsewhere" / "threads.csv")
    (day / "messages.csv").symlink_to(day / "agents.csv")
    (day / "threads.loop.csv").symlink_to(day / "threads.loop.csv")
    os.mkfifo(day / "threads.pipe.csv")
    (exports / "2024-03-09").symlink_to(tmp_path / "elsewhere" / "2024-03-09")
    (found,) = find_export_days(exports)
    assert [file.name for file in found.files] == ["agents.csv", "messages.csv"]
    assert found.ignored == ("ratings.csv", "threads.csv", "threads.loop.csv", "threads.pipe.csv")
    assert find_ignored(exports) == ("2024-03-09",)


def test_a_link_to_the_exports_folder_itself_is_followed(tmp_path: Path) -> None:
    make(tmp_path / "real", "2024-03-01/threads.csv")
    (tmp_path / "exports").symlink_to(tmp_path / "real")
    (day,) = find_export_days(tmp_path / "exports")
    assert len(day.files) == 1


def test_a_missing_folder_is_told_in_one_line(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "nowhere", "does not exist"), (tmp_path / "a", "no folder")):
        (tmp_path / "a").write_bytes(b"")
        for find in (find_export_days, find_ignored):
            with pytest.raises(ExportsNotFound) as raised:
                find(path)
            assert str(path) in str(raised.value)
            assert words.split()[-1] in str(raised.value)
            assert "\n" not in str(raised.value)
