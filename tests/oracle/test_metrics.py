"""The oracle's users, cards and labels, on cases worked out by hand."""

from datetime import date
from pathlib import Path

import pytest

from tests.oracle.by_hand import DAY, delivered, message, rating, records_of, thread
from tests.oracle.metrics import Report


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
