"""The oracle's days, balances and quantiles, on cases worked out by hand."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.oracle.by_hand import DAY, delivered, message, rating, records_of, row_of, thread
from tests.oracle.metrics import Report, period_end, period_start, quantile


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
