"""What the oracle makes of files: which version of a record stands, and what no record is."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.by_hand import DAY, at, message, rating, records_of, thread
from tests.oracle.inbox import ExportFile, Inbox, Row
from tests.oracle.read import BadFileError, read_exports
from tests.oracle.writing import write_inbox


class TestReading:
    def test_the_latest_version_stands_then_later_day_file_and_row(self, tmp_path: Path) -> None:
        def file(name: str, *rows: Row) -> ExportFile:
            return ExportFile(name, "threads", "csv", rows)

        next_day = DAY + timedelta(days=1)
        version = {"created_at": "2024-03-04T09:00:00"}
        later = at("2024-03-04T10:00:00")
        days = {
            DAY: (
                file("threads.10.csv", thread("files", **version, channel="first")),
                file(
                    "threads.2.csv",
                    thread("files", **version, channel="second"),
                    thread("days", **version, channel="second"),
                    thread("rows", **version, channel="first"),
                    thread("rows", **version, channel="second"),
                    thread("late", **version, channel="second", updated_at=later),
                ),
            ),
            next_day: (
                file(
                    "threads.1.csv",
                    thread("days", **version, channel="third"),
                    thread("late", **version, channel="third"),
                ),
            ),
        }
        write_inbox(Inbox("UTC", days), tmp_path)
        records = read_exports(tmp_path)
        channels = dict(zip(records.threads.thread_id, records.threads.channel, strict=True))
        assert channels == {"files": "second", "days": "third", "rows": "second", "late": "second"}
        assert records.as_of_date == next_day
        assert records.row_counts["threads"] == 8

    def test_a_version_that_is_null_is_the_time_of_the_event(self, tmp_path: Path) -> None:
        sent_at = "2024-03-04T09:00:00"
        records = records_of(
            tmp_path,
            messages=[
                message("m.1", sent_at, "user", body_length=2, updated_at=at(sent_at)),
                message("m.1", sent_at, "user", body="three"),
                message("m.1", sent_at, "bot", updated_at=at("2024-03-04T08:59:59")),
            ],
            ratings=[
                rating("r.1", sent_at, 1),
                rating("r.1", sent_at, 2, updated_at=at("2024-03-04T08:00:00")),
            ],
        )
        assert records.messages.body_length.tolist() == [5]
        assert records.ratings.score.tolist() == [1]

    def test_tombstones_take_a_record_away_until_a_later_version(self, tmp_path: Path) -> None:
        hours = [at(f"2024-03-04T{hour}:00:00") for hour in ("09", "10", "11")]
        gone = {"updated_at": hours[1], "deleted_at": hours[1]}
        created = hours[0].replace(tzinfo=None).isoformat()
        records = records_of(
            tmp_path,
            threads=[
                thread("gone", created),
                thread("gone", created, **gone),
                thread("back", created, **gone),
                thread("back", created, updated_at=hours[2]),
            ],
        )
        assert records.threads.thread_id.tolist() == ["back"]

    def test_texts_stay_as_they_are_and_empty_ones_are_null(self, tmp_path: Path) -> None:
        folder = tmp_path / "2024-03-04"
        folder.mkdir()
        (folder / "threads.csv").write_bytes(
            b"\xef\xbb\xbfthread_id,created_at,updated_at,status,user_id,channel,labels\r\n"
            b'007,2024-03-04T09:00:00.5+05:45,2024-03-04 09:00:00,open,"",null,b||a|b\r\n'
            b'12345678901234567890,2024-03-04T09:00:00Z,2024-03-04T09:00Z,open,"u\n1",,\r\n'
        )
        (folder / "threads.b.jsonl").write_text(
            '{"thread_id": 12345678901234567891, "created_at": "2024-03-04T09:00:00Z", "updated_at"'
            ': "2024-03-04T09:00:00Z", "status": "open", "user_id": NaN, "labels": ["a|b", ""]}\n'
        )
        (folder / "_SUCCESS").write_text("")
        (folder / "messages.csv").write_text("")
        records = read_exports(tmp_path)
        assert records.rejected.empty
        rows = records.threads[["thread_id", "user_id", "channel", "labels"]].to_numpy().tolist()
        assert rows == [
            ["007", None, "null", ("b", "a")],
            ["12345678901234567890", "u\n1", "unknown", ()],
            ["12345678901234567891", None, "unknown", ("a|b",)],
        ]
        assert records.threads.created_at.tolist()[0] == at("2024-03-04T03:15:00.500000")

    def test_closed_at_is_read_only_of_closed_threads(self, tmp_path: Path) -> None:
        closed_at = "2024-03-04T10:00:00"
        records = records_of(
            tmp_path,
            threads=[
                thread("t", "2024-03-04T09:00:00", closed_at=closed_at, status="pending"),
                thread("u", "2024-03-04T09:00:00", closed_at=closed_at),
                thread("v", "2024-03-04T09:00:00", status="closed"),
            ],
        )
        assert records.threads.closed_at.tolist() == [None, at(closed_at)]
        assert records.rejected.column.tolist() == ["closed_at"]

    @pytest.mark.parametrize(
        ("entity", "column", "value"),
        [
            ("threads", "thread_id", ""),
            ("threads", "created_at", "2024-02-30T00:00:00Z"),
            ("threads", "created_at", "soon"),
            ("threads", "status", "Open"),
            ("threads", "user_id", "u" * 513),
            ("threads", "reopen_count", -1),
            ("threads", "deleted_at", "1970-01-01T00:00:00Z"),
            ("messages", "deleted_at", "1970-01-01T01:00:00+01:00"),
            ("messages", "author_type", "robot"),
            ("messages", "is_private", "perhaps"),
            ("messages", "body_length", "1.5"),
            ("ratings", "score", 0),
            ("ratings", "score", 6),
            ("ratings", "score", None),
        ],
    )
    def test_bad_rows_are_left_out_and_counted(
        self, tmp_path: Path, entity: str, column: str, value: Any
    ) -> None:
        good: dict[str, Row] = {
            "threads": thread("t", "2024-03-04T09:00:00"),
            "messages": message("m.1", "2024-03-04T09:00:00", "user"),
            "ratings": rating("r.1", "2024-03-04T09:00:00", 5),
        }
        version = at("2024-03-05T00:00:00")
        bad = {**good[entity], "updated_at": version, column: value}
        rows: dict[str, Any] = {entity: [good[entity], bad]}
        records = records_of(tmp_path, **rows)
        assert records.row_counts[entity] == 2
        assert len(getattr(records, entity)) == 1
        assert records.rejected[["row_number", "column"]].to_numpy().tolist() == [[2, column]]

    @pytest.mark.parametrize(
        ("written", "identifier"),
        [
            ("12.0", "12"),
            ("-7.000", "-7"),
            ("007.0", "007"),
            ("-0.0", "0"),
            ("12.50", "12.50"),
            ("12.", "12."),
            ("x1.0", "x1.0"),
            ("NULL", "NULL"),
        ],
    )
    def test_a_whole_number_has_one_spelling(
        self, tmp_path: Path, written: str, identifier: str
    ) -> None:
        records = records_of(tmp_path, [thread(written, "2024-03-04T09:00:00", user_id=written)])
        assert records.threads[["thread_id", "user_id"]].to_numpy().tolist() == [[identifier] * 2]

    def test_a_first_closing_at_the_beginning_of_time_is_none(self, tmp_path: Path) -> None:
        beginning = at("1970-01-01T00:00:00")
        records = records_of(
            tmp_path,
            [
                thread("t", "2024-03-04T09:00:00", first_closed_at=beginning),
                thread("u", "2024-03-04T09:00:00", closed_at="1970-01-01T00:00:00"),
            ],
        )
        assert records.threads[["thread_id", "first_closed_at"]].to_numpy().tolist() == [
            ["t", None]
        ]
        assert records.rejected.column.tolist() == ["closed_at"]

    def test_a_file_without_a_required_column_is_bad(self, tmp_path: Path) -> None:
        (tmp_path / "2024-03-04").mkdir()
        (tmp_path / "2024-03-04" / "ratings.csv").write_text("rating_id,score\nr,5\n")
        with pytest.raises(BadFileError, match=r"ratings\.csv: no column thread_id"):
            read_exports(tmp_path)
