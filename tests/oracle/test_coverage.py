"""Days that are missing and what they make of periods and cards, worked out by hand."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.by_hand import message, rating, records_of, row_of, thread
from tests.oracle.coverage import Coverage
from tests.oracle.metrics import Report


def march(*days: int) -> tuple[date, ...]:
    return tuple(date(2024, 3, day) for day in days)


class TestMissing:
    def test_from_the_first_loaded_day_to_the_last(self) -> None:
        coverage = Coverage(march(4, 5, 8, 9))
        assert coverage.covered_from == date(2024, 3, 4)
        assert coverage.missing(date(2024, 1, 1), date(2024, 12, 31)) == [*march(6, 7)]
        assert coverage.missing(date(2024, 3, 7), date(2024, 3, 8)) == [*march(7)]
        assert coverage.missing(date(2024, 3, 9), date(2024, 3, 8)) == []

    def test_a_period_is_complete_where_all_of_it_has_come(self) -> None:
        coverage = Coverage(march(4, 5, 8, 9))
        complete = [
            coverage.is_complete(date(2024, 3, first), date(2024, 3, last))
            for first, last in ((4, 5), (3, 4), (5, 6), (8, 9), (9, 10))
        ]
        assert complete == [True, False, False, True, False]

    @pytest.mark.parametrize(
        ("told", "first", "missing"),
        [
            ({"empty_days": march(6)}, 4, march(7)),
            # The sixth was a Wednesday.
            ({"no_delivery": (3,)}, 4, march(7)),
            ({"configured_from": date(2024, 3, 7)}, 7, march(7)),
            ({"configured_from": date(2024, 3, 2)}, 2, march(2, 3, 6, 7)),
            ({"first_fills": ((date(2024, 3, 1), date(2024, 3, 8)),)}, 1, ()),
        ],
    )
    def test_a_day_may_be_covered_otherwise(
        self, told: dict[str, Any], first: int, missing: tuple[date, ...]
    ) -> None:
        coverage = Coverage(march(4, 5, 8, 9), **told)
        assert coverage.covered_from == date(2024, 3, first)
        assert tuple(coverage.missing(date(2024, 1, 1), date(2024, 12, 31))) == missing

    def test_without_any_day_nothing_is_complete_or_missing(self) -> None:
        coverage = Coverage()
        assert coverage.missing(*march(4, 5)) == []
        assert not coverage.is_complete(*march(4, 5))


class TestMarts:
    def report(self, folder: Path) -> Report:
        """A thread a day, of which the sixth has not come, and a rating of a year later."""
        threads = [thread(str(day), f"2024-03-0{day}T12:00:00") for day in (4, 5, 7)]
        ratings = [rating("4.r", "2025-03-04T12:00:00", 5)]
        records = records_of(folder, threads, ratings=ratings)
        return Report(records, as_of_date=date(2024, 3, 7), coverage=Coverage(march(4, 5, 7)))

    def test_days_missing_add_up_over_days(self, tmp_path: Path) -> None:
        report = self.report(tmp_path)
        daily = report.mart_inbox("daily")
        columns = ["period_start_date", "is_complete", "days_missing"]
        assert daily[columns].to_numpy().tolist()[:4] == [
            [date(2024, 3, 4), True, 0],
            [date(2024, 3, 5), True, 0],
            [date(2024, 3, 6), False, 1],
            [date(2024, 3, 7), True, 0],
        ]
        for grain in ("weekly", "monthly", "yearly"):
            mart = report.mart_inbox(grain)
            assert mart.days_missing.sum() == 1
            assert not mart.is_complete.any()
        assert report.mart_agents("monthly").days_missing.tolist()[0] == 1

    def test_after_the_last_day_backlog_alone_makes_no_period(self, tmp_path: Path) -> None:
        report = self.report(tmp_path)
        daily = report.mart_inbox("daily")
        assert daily.period_start_date.tolist() == [*march(4, 5, 6, 7), date(2025, 3, 4)]
        assert report.mart_inbox("yearly").period_start_date.tolist() == [
            date(2024, 1, 1),
            date(2025, 1, 1),
        ]
        # Agents' backlogs add up to the inbox's there too.
        last = report.mart_agents("daily").iloc[-1]
        assert last.period_start_date == date(2025, 3, 4)
        assert (last.ratings, last.open_threads) == (1, 3)

    def test_a_series_tells_the_days_of_its_range(self, tmp_path: Path) -> None:
        report = self.report(tmp_path)
        series = report.inbox_series("monthly", *march(4, 5))
        assert series[["days_missing", "is_complete"]].to_numpy().tolist() == [[0, False]]
        series = report.inbox_series("daily", *march(5, 6))
        assert series[["days_missing", "is_complete"]].to_numpy().tolist() == [
            [0, True],
            [1, False],
        ]


class TestCards:
    def card(self, report: Report, start: date, end: date, **keys: Any) -> dict[str, Any]:
        return row_of(report.inbox_cards(start, end, **keys), metric="new_threads")

    def test_there_is_no_change_where_the_days_before_are_not_all_there(
        self, tmp_path: Path
    ) -> None:
        days = (4, 5, 6, 7, 9)
        threads = [
            thread(str(day), f"2024-03-0{day}T12:00:00", assigned_agent_id="even"[day % 2 * 4 :])
            for day in days
        ]
        records = records_of(tmp_path, threads)
        report = Report(records, as_of_date=date(2024, 3, 9), coverage=Coverage(march(*days)))
        card = self.card(report, *march(6, 7))
        assert (card["current_value"], card["previous_value"], card["change"]) == (2.0, 2.0, 0.0)
        assert card["previous_is_complete"]
        assert card["current_end_date"] == date(2024, 3, 7)
        assert (card["previous_start_date"], card["previous_end_date"]) == march(4, 5)
        for first, last in ((5, 6), (9, 9), (4, 4)):
            card = self.card(report, *march(first, last))
            assert not card["previous_is_complete"]
            assert (card["change"], card["change_ratio"]) == (None, None)
            assert card["previous_value"] is not None
        # What is missing now is told, and compared all the same.
        card = self.card(report, *march(7, 8))
        assert (card["current_days_missing"], card["change"]) == (1, -1.0)
        card = self.card(report, *march(6, 7), agent="even")
        assert (card["current_value"], card["previous_value"]) == (1.0, 1.0)


def test_days_after_the_last_one_are_not_missing(tmp_path: Path) -> None:
    messages = [message("t.1", "2024-03-12T12:00:00", "user", "u")]
    records = records_of(tmp_path, [thread("t", "2024-03-04T12:00:00")], messages)
    report = Report(records)
    assert report.mart_inbox("daily").period_start_date.tolist() == [*march(4, 12)]
    assert report.mart_inbox("monthly").days_missing.tolist() == [0]
    assert report.mart_inbox("weekly").period_start_date.tolist() == [*march(4, 11)]
