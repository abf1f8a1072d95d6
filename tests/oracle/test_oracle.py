"""The oracle itself, on cases small enough to be worked out by hand."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.oracle.by_hand import DAY, at, delivered, message, rating, records_of, row_of, thread
from tests.oracle.compare import assert_tables_equal
from tests.oracle.inbox import ExportFile, Inbox, Row
from tests.oracle.metrics import Report, period_end, period_start, quantile
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


class TestThreads:
    def report(self, folder: Path, *messages: Row, **values: Any) -> dict[str, Any]:
        """The row of fct_threads of one thread with some messages."""
        row = thread("t", "2024-03-04T09:00:00", assigned_agent_id="assignee", **values)
        records = records_of(folder, threads=[row], messages=list(messages))
        return row_of(Report(records).tables()["fct_threads"], thread_id="t")

    def test_first_response_is_from_the_first_user_message_to_the_next_agent_message(
        self, tmp_path: Path
    ) -> None:
        row = self.report(
            tmp_path,
            message("t.1", "2024-03-04T09:00:00", "bot", "robot"),
            message("t.2", "2024-03-04T09:00:01", "agent", "a", is_private=True),
            message("t.3", "2024-03-04T09:00:02", "user", "u"),
            message("t.4", "2024-03-04T09:00:03", "user", "u"),
            message("t.5", "2024-03-04T09:00:04.000001", "agent", "b"),
            message("t.6", "2024-03-04T09:00:05", "agent", "c"),
        )
        assert row["first_response_seconds"] == 2.000001
        assert row["first_responder_id"] == "b"
        assert row["first_user_message_at"] == at("2024-03-04T09:00:02")
        assert (row["messages"], row["user_messages"], row["agent_messages"]) == (4, 2, 2)
        assert not row["is_agent_started"]
        assert not row["is_unanswered"]

    def test_at_one_instant_the_user_comes_first_then_the_message_id(self, tmp_path: Path) -> None:
        row = self.report(
            tmp_path,
            message("t.1", "2024-03-04T09:00:00", "agent", "last by id? no: first"),
            message("t.0", "2024-03-04T09:00:00", "agent", "first by id"),
            message("t.2", "2024-03-04T09:00:00", "user", "u"),
        )
        assert row["first_response_seconds"] == 0.0
        assert row["first_responder_id"] == "first by id"
        assert not row["is_agent_started"]

    def test_an_agent_who_writes_first_never_responds(self, tmp_path: Path) -> None:
        row = self.report(
            tmp_path,
            message("t.1", "2024-03-04T09:00:00", "agent", "a"),
            message("t.2", "2024-03-04T09:00:00.000001", "user", "u"),
            message("t.3", "2024-03-04T09:00:01", "agent", "a"),
        )
        assert row["is_agent_started"]
        assert not row["is_unanswered"]
        assert row["first_response_seconds"] is None
        assert row["first_responder_id"] is None
        assert row["first_user_message_at"] == at("2024-03-04T09:00:00.000001")

    def test_a_note_does_not_answer(self, tmp_path: Path) -> None:
        row = self.report(
            tmp_path,
            message("t.1", "2024-03-04T09:00:00", "user", "u"),
            message("t.2", "2024-03-04T09:00:01", "agent", "a", is_private=True),
        )
        assert row["is_unanswered"]

    def test_without_messages_it_is_neither_unanswered_nor_started(self, tmp_path: Path) -> None:
        row = self.report(tmp_path)
        assert (row["messages"], row["is_unanswered"], row["is_agent_started"]) == (0, False, False)

    def test_closing_counts_from_the_creation_and_to_the_closer(self, tmp_path: Path) -> None:
        row = self.report(tmp_path, closed_at="2024-03-04T10:00:00.5", closed_by_agent_id="closer")
        assert row["closing_seconds"] == 3600.5
        assert row["closer_agent_id"] == "closer"

    def test_closed_before_created_is_inconsistent(self, tmp_path: Path) -> None:
        row = self.report(tmp_path, closed_at="2024-03-04T08:59:59.999999")
        assert row["is_time_inconsistent"]
        assert row["closing_seconds"] is None
        assert row["closer_agent_id"] == "assignee"

    def test_an_open_thread_has_no_closer(self, tmp_path: Path) -> None:
        row = self.report(tmp_path, closed_by_agent_id="closer", reopen_count=1)
        assert row["closer_agent_id"] is None
        assert row["closed_date"] is None

    def test_timings_are_one_row_for_who_answers_and_closes(self, tmp_path: Path) -> None:
        closed: dict[str, Any] = {"closed_at": "2024-03-04T10:00:00"}
        records = records_of(
            tmp_path,
            threads=[
                thread("one", "2024-03-04T09:00:00", closed_by_agent_id="a", **closed),
                thread("two", "2024-03-04T09:00:00", closed_by_agent_id="b", **closed),
                thread("nobody", "2024-03-04T09:00:00", **closed),
                thread("early", "2024-03-04T11:00:00", closed_by_agent_id="b", **closed),
            ],
            messages=[
                message(f"{name}.{number}", f"2024-03-04T09:0{number}:00", author, agent)
                for name, agent in (("one", "a"), ("two", "a"), ("nobody", None))
                for number, author in ((1, "user"), (2, "agent"))
            ],
        )
        timings = Report(records).tables()["fct_agent_timings"]
        columns = ["thread_id", "agent_id", "first_response_seconds", "closing_seconds"]
        assert sorted(timings[columns].to_numpy().tolist(), key=str) == [
            ["early", "b", None, None],
            ["nobody", None, 60.0, 3600.0],
            ["one", "a", 60.0, 3600.0],
            ["two", "a", 60.0, None],
            ["two", "b", None, 3600.0],
        ]


class TestStatistics:
    def test_a_median_lies_between_the_two_middle_values(self) -> None:
        assert quantile([10.0, 1.0, 2.0, 3.0], 0.5) == 2.5
        assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
        assert quantile([], 0.5) is None

    def test_p90_lies_on_the_line_between_two_values(self) -> None:
        assert quantile([4.0, 1.0, 3.0, 2.0], 0.9) == pytest.approx(3.7)
        assert quantile([7.0], 0.9) == 7.0
        assert quantile(range(11), 0.9) == 9.0

    def test_a_report_has_them_by_the_day_of_the_thread(self, tmp_path: Path) -> None:
        waits = (10, 20, 30, 100)
        records = records_of(
            tmp_path,
            threads=[thread(f"t{wait}", "2024-03-04T09:00:00") for wait in waits],
            messages=[
                row
                for wait in waits
                for row in (
                    message(f"t{wait}.1", "2024-03-05T09:00:00", "user", "u"),
                    message(f"t{wait}.2", f"2024-03-05T09:{wait // 60:02}:{wait % 60}", "agent"),
                )
            ],
        )
        daily = Report(records).mart_inbox("daily")
        row = row_of(daily, period_start_date=DAY)
        assert row["first_response_seconds_median"] == 25.0
        assert row["first_response_seconds_p90"] == pytest.approx(79.0)
        assert row["responded_threads"] == 4
        assert (row["messages"], row["thread_messages"]) == (0, 8)
        row = row_of(daily, period_start_date=DAY + timedelta(days=1))
        assert row["first_response_seconds_median"] is None
        assert (row["messages"], row["thread_messages"]) == (8, 0)
        assert not row["is_complete"]


class TestDays:
    @pytest.mark.parametrize(
        ("week_start", "expected"),
        [
            ("monday", {date(2024, 12, 23): 2, date(2024, 12, 30): 3, date(2025, 1, 6): 1}),
            ("sunday", {date(2024, 12, 22): 1, date(2024, 12, 29): 3, date(2025, 1, 5): 2}),
        ],
    )
    def test_a_week_over_new_year_is_one_week(
        self, tmp_path: Path, week_start: str, expected: dict[date, int]
    ) -> None:
        days = ("2024-12-28", "2024-12-29", "2024-12-31", "2025-01-01", "2025-01-05", "2025-01-06")
        records = records_of(tmp_path, [thread(day, f"{day}T12:00:00") for day in days])
        as_of_date = date(2025, 1, 5)
        coverage = delivered(date(2024, 12, 1), as_of_date)
        report = Report(records, "UTC", week_start, as_of_date, coverage=coverage)
        weekly = report.mart_inbox("weekly")
        counts = dict(zip(weekly.period_start_date, weekly.new_threads, strict=True))
        assert counts == expected
        ends = [start + timedelta(days=6) for start in expected]
        assert weekly.period_end_date.tolist() == ends
        assert weekly.is_complete.tolist() == [end <= as_of_date for end in ends]

    def test_periods_have_first_and_last_days(self) -> None:
        leap_day = date(2024, 2, 29)
        assert period_start(leap_day, "monthly") == date(2024, 2, 1)
        assert period_end(date(2024, 2, 1), "monthly") == leap_day
        assert period_end(date(2023, 12, 31), "monthly") == date(2023, 12, 31)
        assert period_end(leap_day, "yearly") == date(2024, 12, 31)
        assert period_start(date(2024, 3, 3), "weekly", "sunday") == date(2024, 3, 3)
        assert period_start(date(2024, 3, 3), "weekly", "monday") == date(2024, 2, 26)

    def test_a_day_of_23_hours(self, tmp_path: Path) -> None:
        instants = {
            "2024-03-30T22:59:59.999999": date(2024, 3, 30),
            "2024-03-30T23:00:00": date(2024, 3, 31),
            "2024-03-31T21:59:59.999999": date(2024, 3, 31),
            "2024-03-31T22:00:00": date(2024, 4, 1),
        }
        records = records_of(
            tmp_path,
            threads=[thread(instant, instant) for instant in instants],
            messages=[
                # From 01:30 to 03:30 by the clock: one hour.
                message("2024-03-30T23:00:00.1", "2024-03-31T00:30:00", "user", "u"),
                message("2024-03-30T23:00:00.2", "2024-03-31T01:30:00", "agent", "a"),
            ],
        )
        tables = Report(records, "Europe/Warsaw").tables()
        threads = tables["fct_threads"]
        assert dict(zip(threads.thread_id, threads.created_date, strict=True)) == instants
        assert threads.first_response_seconds.dropna().tolist() == [3600.0]

    def test_the_date_line(self, tmp_path: Path) -> None:
        records = records_of(tmp_path, [thread("t", "2024-02-28T10:00:00")])
        for zone, day in (
            ("Pacific/Kiritimati", date(2024, 2, 29)),
            ("Asia/Kathmandu", date(2024, 2, 28)),
            ("America/New_York", date(2024, 2, 28)),
        ):
            assert Report(records, zone).threads[0]["created_date"] == day

    def test_the_spine_runs_to_the_later_of_activity_and_last_export(self, tmp_path: Path) -> None:
        records = records_of(
            tmp_path,
            threads=[thread("t", "2024-03-04T09:00:00")],
            ratings=[rating("r.1", "2024-03-06T09:00:00", 5)],
        )
        # After the last export day a day of nothing but backlog is left out.
        for as_of_date, days in ((DAY, 2), (DAY + timedelta(days=9), 10)):
            coverage = delivered(DAY, as_of_date)
            report = Report(records, as_of_date=as_of_date, coverage=coverage)
            daily = report.mart_inbox("daily")
            assert len(daily) == days
            assert daily.is_complete.sum() == (as_of_date - DAY).days + 1
        empty = Report(records_of(tmp_path / "empty"))
        assert empty.mart_inbox("daily").empty
        assert empty.mart_agents("yearly").empty
        assert empty.mart_inbox_cards().current_value.tolist() == [0.0, 0.0, 0.0, 0.0, None, 0.0]


class TestBacklog:
    def report(self, folder: Path) -> Report:
        """Four threads: closed on the same day, two days later, before created, and never."""
        threads = [
            thread("same day", "2024-03-04T09:00:00", closed_at="2024-03-04T23:59:59"),
            thread("later", "2024-03-04T09:00:00", closed_at="2024-03-06T00:00:00"),
            thread("too early", "2024-03-05T09:00:00", closed_at="2024-03-03T09:00:00"),
            thread("open", "2024-03-05T09:00:00", assigned_agent_id="a"),
        ]
        return Report(records_of(folder, threads), as_of_date=date(2024, 3, 7))

    def test_open_threads_are_those_at_the_end_of_the_period(self, tmp_path: Path) -> None:
        report = self.report(tmp_path)
        daily = report.mart_inbox("daily")
        assert daily.period_start_date.tolist()[0] == date(2024, 3, 3)
        assert daily.open_threads.tolist() == [0, 1, 2, 1, 1]
        assert daily.threads_closed.tolist() == [1, 1, 0, 1, 0]
        assert daily.closed_threads.tolist() == [0, 2, 1, 0, 0]
        assert report.mart_inbox("monthly").open_threads.tolist() == [1]

    def test_agents_have_a_row_while_they_have_open_threads(self, tmp_path: Path) -> None:
        daily = self.report(tmp_path).mart_agents("daily")
        rows = daily[["period_start_date", "agent_id", "open_threads"]].to_numpy().tolist()
        assert rows == [
            [date(2024, 3, 3), None, 0],
            [date(2024, 3, 4), None, 1],
            [date(2024, 3, 5), "a", 1],
            [date(2024, 3, 5), None, 1],
            [date(2024, 3, 6), "a", 1],
            [date(2024, 3, 6), None, 0],
            [date(2024, 3, 7), "a", 1],
        ]

    def test_a_series_sees_the_backlog_at_the_end_of_the_range(self, tmp_path: Path) -> None:
        report = self.report(tmp_path)
        series = report.inbox_series("weekly", date(2024, 3, 5), date(2024, 3, 5))
        assert series.open_threads.tolist() == [2]
        series = report.inbox_series("weekly", date(2024, 3, 5), date(2024, 3, 5), "a")
        assert series.open_threads.tolist() == [1]


class TestWhoseItIs:
    @pytest.fixture
    def report(self, tmp_path: Path) -> Report:
        """One thread that five agents touched, and one of nobody."""
        return Report(
            records_of(
                tmp_path,
                threads=[
                    thread(
                        "t",
                        "2024-03-04T09:00:00",
                        user_id="u1",
                        assigned_agent_id="assignee",
                        closed_at="2024-03-04T10:00:00",
                        closed_by_agent_id="closer",
                        labels=("x",),
                    ),
                    thread("n", "2024-03-04T09:00:00", user_id=None),
                ],
                messages=[
                    message("t.1", "2024-03-04T09:00:00", "user", "u1"),
                    message("t.2", "2024-03-04T09:01:00", "agent", "responder"),
                    message("t.3", "2024-03-04T09:02:00", "agent", "assignee"),
                    message("t.4", "2024-03-04T09:03:00", "agent", None),
                    message("n.1", "2024-03-04T09:00:00", "user", None),
                    message("n.2", "2024-03-04T09:00:00", "user", "u2"),
                    message("missing.1", "2024-03-04T09:00:00", "user", "u3"),
                ],
                ratings=[
                    rating("t.5", "2024-03-04T11:00:00", 2, agent_id="rated"),
                    rating("t.6", "2024-03-04T11:00:00", 4),
                    rating("n.3", "2024-03-04T11:00:00", 1),
                    rating("missing.2", "2024-03-04T11:00:00", 5),
                ],
                agents=[
                    {"agent_id": "rated", "name": "Ada", "updated_at": at("2024-03-04T00:00:00")}
                ],
            )
        )

    def test_each_number_goes_to_its_agent(self, report: Report) -> None:
        agents = report.mart_agents("daily")
        expected = {
            "assignee": {
                "new_threads": 1,
                "messages": 4,
                "user_messages": 1,
                "agent_messages": 3,
                "messages_sent": 1,
                "unique_users": 1,
                "closed_threads": 1,
                "threads_closed": 1,
                "labeled_threads": 1,
            },
            "responder": {
                "messages_sent": 1,
                "responded_threads": 1,
                "first_response_seconds_median": 60.0,
                "first_response_seconds_p90": 60.0,
                "replies": 1,
                "reply_seconds_median": 60.0,
                "reply_seconds_p90": 60.0,
            },
            "closer": {
                "ratings": 1,
                "average_rating": 4.0,
                "closing_seconds_median": 3600.0,
                "closing_seconds_p90": 3600.0,
                "closings": 1,
                "satisfied_ratings": 1,
                "csat_ratio": 1.0,
            },
            "rated": {"ratings": 1, "average_rating": 2.0},
            None: {
                "new_threads": 1,
                "messages": 2,
                "user_messages": 2,
                "messages_sent": 1,
                "unique_users": 1,
                "ratings": 2,
                "average_rating": 3.0,
                "satisfied_ratings": 1,
                "csat_ratio": 0.5,
                "unanswered_threads": 1,
                "open_threads": 1,
                "waiting_threads": 1,
                # No event tells who closed.
                "first_resolution_seconds_median": 3600.0,
                "first_resolution_seconds_p90": 3600.0,
            },
        }
        for row in agents.to_dict("records"):
            numbers = {k: v for k, v in row.items() if k not in agents.columns[:5] and v}
            numbers.pop("thread_messages", None)
            assert numbers == expected.pop(row["agent_id"])
        assert expected == {}
        names = dict(zip(agents.agent_id, agents.agent_name, strict=True))
        assert names["rated"] == "Ada"
        assert names["closer"] == "closer"
        assert names[None] == "Unassigned"

    def test_dim_agents_has_those_that_others_name(self, report: Report) -> None:
        agents = report.tables()["dim_agents"]
        assert agents.agent_id.tolist() == ["assignee", "closer", "rated", "responder"]
        assert agents.name.tolist() == ["assignee", "closer", "Ada", "responder"]

    def test_messages_wait_for_their_thread_and_ratings_do_not(self, report: Report) -> None:
        tables = report.tables()
        assert len(tables["fct_messages"]) == 6
        assert row_of(tables["fct_ratings"], rating_id="missing.2")["thread_created_date"] is None
        assert row_of(report.mart_inbox("daily"), period_start_date=DAY)["ratings"] == 4

    def test_the_agents_table_comes_with_most_threads_first(self, report: Report) -> None:
        table = report.inbox_agents(DAY, DAY)
        assert table.agent_id.tolist() == ["assignee", None, "closer", "rated", "responder"]
        assert report.inbox_agents(DAY - timedelta(days=9), DAY - timedelta(days=1)).empty


class TestUsers:
    @pytest.fixture
    def report(self, tmp_path: Path) -> Report:
        """u1 writes on three days of two months, u2 only has a thread, u3 only writes a note."""
        return Report(
            records_of(
                tmp_path,
                threads=[
                    thread("t", "2024-02-29T09:00:00", user_id="u1"),
                    thread("s", "2024-03-01T09:00:00", user_id="u2"),
                ],
                messages=[
                    message("t.1", "2024-02-29T09:00:00", "user", "u1"),
                    message("t.2", "2024-03-01T09:00:00", "user", "u1"),
                    message("t.3", "2024-03-02T09:00:00", "user", "u1"),
                    message("t.4", "2024-03-02T09:00:00", "user", "u3", is_private=True),
                ],
                day=date(2024, 3, 2),
            ),
            coverage=delivered(date(2024, 2, 1), date(2024, 3, 2)),
        )

    def test_users_are_counted_anew_at_every_grain(self, report: Report) -> None:
        assert report.mart_inbox("daily").unique_users.tolist() == [1, 2, 1]
        assert report.mart_inbox("monthly").unique_users.tolist() == [1, 2]
        assert report.mart_inbox("yearly").unique_users.tolist() == [2]

    def test_users_are_new_once(self, report: Report) -> None:
        assert report.mart_inbox("daily").new_users.tolist() == [1, 1, 0]
        assert report.mart_inbox("monthly").new_users.tolist() == [1, 1]

    def test_a_series_is_cut_to_its_range(self, report: Report) -> None:
        series = report.inbox_series("monthly", date(2024, 2, 1), date(2024, 3, 1))
        columns = ["period_start_date", "period_end_date", "from_date", "to_date", "is_complete"]
        assert series[columns].to_numpy().tolist() == [
            [date(2024, 2, 1), date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29), True],
            [date(2024, 3, 1), date(2024, 3, 31), date(2024, 3, 1), date(2024, 3, 1), False],
        ]
        assert series.unique_users.tolist() == [1, 2]
        assert series.new_users.tolist() == [1, 1]
        assert report.inbox_series("daily", DAY, DAY, "nobody").new_users.tolist() == [None]


class TestCards:
    def test_thirty_days_against_the_thirty_before(self, tmp_path: Path) -> None:
        as_of_date = date(2024, 3, 31)
        threads = [
            thread(day, f"{day}T12:00:00", user_id="u", labels=("x",) if day > "2024-03-03" else ())
            for day in ("2024-01-31", "2024-02-01", "2024-03-01", "2024-03-02", "2024-03-31")
        ]
        records = records_of(
            tmp_path, threads, ratings=[rating("r.1", "2024-02-15T00:00:00", 4)], day=as_of_date
        )
        coverage = delivered(date(2024, 1, 31), as_of_date)
        cards = Report(records, coverage=coverage).mart_inbox_cards()
        assert cards.metric.tolist() == [
            "new_threads",
            "messages",
            "unique_users",
            "labeled_threads",
            "average_rating",
            "ratings",
        ]
        assert set(cards.current_start_date) == {date(2024, 3, 2)}
        assert set(cards.previous_start_date) == {date(2024, 2, 1)}
        columns = ["current_value", "previous_value", "change", "change_ratio"]
        assert cards[columns].to_numpy().tolist() == [
            [2.0, 2.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, None],
            [1.0, 1.0, 0.0, 0.0],
            [1.0, 0.0, 1.0, None],
            [None, 4.0, None, None],
            [0.0, 1.0, -1.0, -1.0],
        ]

    def test_any_range_is_set_against_as_many_days(self, tmp_path: Path) -> None:
        days = ("2024-03-01", "2024-03-02", "2024-03-03", "2024-03-04")
        records = records_of(tmp_path, [thread(day, f"{day}T00:00:00") for day in days])
        report = Report(records, coverage=delivered(date(2024, 3, 1), DAY))
        card = report.inbox_cards(date(2024, 3, 3), date(2024, 3, 3)).iloc[0]
        assert card.previous_start_date == date(2024, 3, 2)
        assert (card.current_value, card.previous_value, card.change_ratio) == (1.0, 1.0, 0.0)


class TestLabels:
    def test_ranks_follow_counts_then_code_points(self, tmp_path: Path) -> None:
        labels = ("b", "a", "B", "é", "🙂", "\uff5e")
        records = records_of(
            tmp_path,
            [
                thread("1", "2024-03-04T09:00:00", labels=labels, assigned_agent_id="x"),
                thread("2", "2024-03-04T09:00:00", labels=("é",)),
            ],
        )
        report = Report(records)
        ordered = ["é", "B", "a", "b", "\uff5e", "🙂"]
        yearly = report.mart_labels("yearly")
        assert yearly.label.tolist() == ordered
        assert yearly["rank"].tolist() == [1, 2, 3, 4, 5, 6]
        assert yearly.new_threads.tolist() == [2, 1, 1, 1, 1, 1]
        assert report.inbox_top_labels(DAY, DAY, 2).label.tolist() == ordered[:2]
        assert report.inbox_top_labels(DAY, DAY, 2, "x").label.tolist() == ["B", "a"]
        assert report.inbox_top_labels(DAY, DAY, 9, "y").empty


class TestCompare:
    expected = pd.DataFrame(
        {
            "day": [date(2024, 3, 4), date(2024, 3, 5)],
            "agent_id": ["a", None],
            "threads": [1, 2],
            "seconds": [0.1, None],
            "sent_at": [at("2024-03-04T09:00:00"), None],
        },
        dtype=object,
    )

    def typed(self, **columns: Any) -> pd.DataFrame:
        """The same rows, the other way round, typed as an engine hands them over."""
        typed = pd.DataFrame(
            {
                "day": pd.to_datetime(["2024-03-05", "2024-03-04"]),
                "agent_id": [None, "a"],
                "threads": np.array([2, 1], dtype="int64"),
                "seconds": [np.nan, 0.1 + 1e-12],
                "sent_at": pd.to_datetime(pd.Series([None, "2024-03-04 10:00:00+01:00"])),
            }
        )
        return typed.assign(**columns)

    def test_types_of_an_engine_are_equal(self) -> None:
        assert_tables_equal(self.typed(), self.expected, ["day", "agent_id"], "table")
        assert_tables_equal(self.typed(more=1), self.expected, ["day"], "table", columns=["day"])

    @pytest.mark.parametrize(
        ("column", "values", "error"),
        [
            ("threads", [2, 3], "agent_id=a threads: 3 instead of 1"),
            ("threads", [2.0, 1.0000000001], "threads: 1.0000000001 instead of 1"),
            ("seconds", [0.0, 0.1], "agent_id=None seconds: 0.0 instead of None"),
            ("seconds", [np.nan, 0.1000001], "seconds: 0.1000001 instead of 0.1"),
            ("agent_id", ["", "a"], "missing day=2024-03-05, agent_id=None"),
            (
                "sent_at",
                pd.to_datetime(pd.Series([None, "2024-03-04 09:00:00"])),
                "sent_at: datetime",
            ),
        ],
    )
    def test_differences_are_told(self, column: str, values: Any, error: str) -> None:
        with pytest.raises(AssertionError, match=error):
            assert_tables_equal(
                self.typed(**{column: values}), self.expected, ["day", "agent_id"], "table"
            )

    def test_rows_too_many_too_few_or_twice_are_told(self) -> None:
        keys = ["day", "agent_id"]
        with pytest.raises(AssertionError, match="1 missing, 0 extra"):
            assert_tables_equal(self.typed().head(1), self.expected, keys, "table")
        with pytest.raises(AssertionError, match="0 missing, 1 extra"):
            assert_tables_equal(self.typed(), self.expected.head(1), keys, "table")
        doubled = pd.concat([self.typed(), self.typed()])
        with pytest.raises(AssertionError, match="two rows"):
            assert_tables_equal(doubled, self.expected, keys, "table")
        with pytest.raises(AssertionError, match="no column threads"):
            assert_tables_equal(self.typed().drop(columns="threads"), self.expected, keys, "table")

    def test_order_is_compared_where_it_counts(self) -> None:
        with pytest.raises(AssertionError, match="row 0 is day=2024-03-05"):
            assert_tables_equal(self.typed(), self.expected, ["day"], "table", ordered=True)
