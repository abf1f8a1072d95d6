"""Channels, teams, backlog ages, and the functions with their filters, worked out by hand."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests.oracle.by_hand import DAY, at, event, message, rating, records_of, row_of, thread
from tests.oracle.metrics import Filters, Report

TUESDAY = date(2024, 3, 5)
SUNDAY = date(2024, 3, 10)


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """Two threads of Monday: by email, closed on Tuesday, and by chat, which waits."""
    email = thread(
        "e",
        "2024-03-04T09:00:00",
        user_id="u1",
        channel="email",
        team_id="sales",
        priority="high",
        labels=("refund", "vip"),
        assigned_agent_id="a",
        closed_at="2024-03-05T10:00:00",
        closed_by_agent_id="b",
    )
    chat = thread(
        "c", "2024-03-04T10:30:00", user_id="u2", channel="chat", assigned_agent_id="b",
        labels=("refund",),
    )  # fmt: skip
    messages = [
        message("e.1", "2024-03-04T09:00:00", "user", "u1"),
        message("e.2", "2024-03-04T09:10:00", "agent", "a"),
        message("c.1", "2024-03-04T10:30:00", "user", "u2"),
        message("c.2", "2024-03-05T10:30:00", "agent", "a"),
        message("c.3", "2024-03-05T11:30:00", "user", "u2"),
    ]
    ratings = [
        rating("e.r", "2024-03-05T12:00:00", 4),
        rating("c.r", "2024-03-05T12:00:00", 3),
        rating("gone.r", "2024-03-05T12:00:00", 5, agent_id="a"),
    ]
    records = records_of(
        tmp_path,
        [email, chat],
        messages,
        ratings,
        teams=[{"team_id": "sales", "name": "Sales", "updated_at": at("2024-03-04T00:00:00")}],
        thread_events=[
            event("e.1", "2024-03-05T10:00:00", "closed", actor_type="agent", actor_id="a")
        ],
        day=TUESDAY,
    )
    return Report(records)


def by(table: pd.DataFrame, key: str, *columns: str) -> dict[str | None, tuple[object, ...]]:
    """Some columns of a table by a key."""
    return {row[key]: tuple(row[name] for name in columns) for row in table.to_dict("records")}


class TestMarts:
    def test_a_channel_s_numbers_are_its_threads(self, report: Report) -> None:
        monthly = report.mart_channels("monthly")
        names = (
            "new_threads",
            "messages",
            "unique_users",
            "replies",
            "closings",
            "waiting_threads",
        )
        assert by(monthly, "channel", *names) == {
            "chat": (1, 3, 1, 1, 0, 1),
            "email": (1, 2, 1, 1, 1, 0),
            # A rating of a thread that does not stand.
            None: (0, 0, 0, 0, 0, 0),
        }
        assert by(monthly, "channel", "ratings", "csat_ratio") == {
            "chat": (1, 0.0),
            "email": (1, 1.0),
            None: (1, 1.0),
        }
        assert "new_users" not in monthly

    def test_a_team_is_named_and_nobody_s_is_null(self, report: Report) -> None:
        weekly = report.mart_teams("weekly")
        names = ("team_name", "new_threads", "reply_seconds_median", "open_threads", "ratings")
        assert by(weekly, "team_id", *names) == {
            "sales": ("Sales", 1, 600.0, 0, 1),
            None: ("Unassigned", 1, 86_400.0, 1, 2),
        }

    def test_ages_are_to_the_end_of_the_day(self, report: Report) -> None:
        daily = report.mart_inbox("daily")
        monday, tuesday = daily.to_dict("records")
        # Fifteen hours and thirteen and a half.
        assert monday["backlog_age_seconds_median"] == 14.25 * 3600
        assert monday["backlog_age_seconds_p90"] == pytest.approx(14.85 * 3600, rel=1e-12)
        assert monday["longest_wait_seconds"] == 13.5 * 3600
        assert tuesday["backlog_age_seconds_median"] == 37.5 * 3600
        assert tuesday["longest_wait_seconds"] == 12.5 * 3600
        monthly = report.mart_inbox("monthly").iloc[0]
        assert (monthly.open_threads, monthly.waiting_threads) == (1, 1)
        assert monthly.backlog_age_seconds_median is None
        assert report.mart_agents("daily").longest_wait_seconds.tolist() == [None] * 4

    def test_who_waits_is_the_assignee_s_and_who_replied_the_sender_s(self, report: Report) -> None:
        monthly = report.mart_agents("monthly")
        names = ("replies", "waiting_threads", "closings", "one_touch_threads", "satisfied_ratings")
        assert by(monthly, "agent_id", *names) == {"a": (2, 0, 1, 1, 1), "b": (0, 1, 0, 0, 1)}


class TestSeries:
    def test_the_day_of_the_event_moves_what_a_thread_took(self, report: Report) -> None:
        names = ["first_response_seconds_median", "closing_seconds_median"]
        names += ["first_resolution_seconds_median", "reply_seconds_median", "responded_threads"]
        created = report.inbox_series("daily", DAY, TUESDAY)[names].to_numpy().tolist()
        ended = report.inbox_series("daily", DAY, TUESDAY, day_of="ended")[names]
        assert created == [
            [43_500.0, 90_000.0, 90_000.0, 600.0, 2],
            [None, None, None, 86_400.0, 0],
        ]
        assert ended.to_numpy().tolist() == [
            [600.0, None, None, 600.0, 2],
            [86_400.0, 90_000.0, 90_000.0, 86_400.0, 0],
        ]

    @pytest.mark.parametrize(
        ("filters", "threads", "messages", "ratings", "waiting"),
        [
            (Filters(), 2, 5, 3, 1),
            (Filters(channels=["email"]), 1, 2, 1, 0),
            (Filters(channels=["email", "chat"]), 2, 5, 2, 1),
            (Filters(teams=["sales", "none"]), 1, 2, 1, 0),
            (Filters(labels=["refund"]), 2, 5, 2, 1),
            (Filters(labels=["vip"]), 1, 2, 1, 0),
            (Filters(priorities=["high"], channels=["chat"]), 0, 0, 0, 0),
        ],
    )
    def test_filters_choose_threads(
        self,
        report: Report,
        filters: Filters,
        threads: int,
        messages: int,
        ratings: int,
        waiting: int,
    ) -> None:
        row = report.inbox_series("monthly", DAY, TUESDAY, filters=filters).iloc[0]
        assert (row.new_threads, row.messages, row.ratings) == (threads, messages, ratings)
        assert (row.unique_users, row.waiting_threads) == (threads, waiting)
        cards = report.inbox_cards(DAY, TUESDAY, filters=filters)
        assert row_of(cards, metric="messages")["current_value"] == float(messages)
        labels = report.inbox_top_labels(DAY, TUESDAY, 9, filters=filters)
        assert labels.new_threads.sum() == {2: 3, 1: 2, 0: 0}[threads]

    def test_ages_are_told_at_the_end_of_the_range(self, report: Report) -> None:
        row = report.inbox_series("monthly", DAY, DAY, "b").iloc[0]
        assert (row.longest_wait_seconds, row.backlog_age_seconds_median) == (48_600.0, 48_600.0)

    def test_agents_take_filters_and_the_day_of_the_event(self, report: Report) -> None:
        agents = report.inbox_agents(TUESDAY, TUESDAY, Filters(channels=["chat"]), "ended")
        names = ("first_response_seconds_median", "messages_sent", "ratings")
        assert by(agents, "agent_id", *names) == {"a": (86_400.0, 1, 0), "b": (None, 0, 1)}


class TestBreakdown:
    def test_each_dimension(self, report: Report) -> None:
        def told(dimension: str) -> dict[str | None, tuple[object, ...]]:
            table = report.inbox_breakdown(dimension, DAY, TUESDAY)
            return by(table, "value", "label", "is_overlapping", "new_threads", "messages_sent")

        assert told("channel") == {
            "chat": ("chat", False, 1, 1),
            "email": ("email", False, 1, 1),
            None: ("Unassigned", False, 0, 0),
        }
        assert told("team") == {
            "sales": ("Sales", False, 1, 1),
            None: ("Unassigned", False, 1, 1),
        }
        assert told("agent") == {"a": ("a", False, 1, 2), "b": ("b", False, 1, 0)}
        assert told("priority")["high"] == ("high", False, 1, 1)
        assert told("label") == {
            "refund": ("refund", True, 2, 2),
            "vip": ("vip", True, 1, 1),
            None: ("Unassigned", True, 0, 0),
        }


class TestHours:
    def test_numbers_sum_to_the_range(self, report: Report) -> None:
        for number, total in (
            ("new_threads", 2), ("user_messages", 3), ("messages_sent", 2), ("waits", 3)
        ):  # fmt: skip
            hours = report.inbox_hours(number, DAY, SUNDAY)
            assert len(hours) == 168
            assert hours.value.sum() == total
            assert set(hours.hours) == {1}
        waits = report.inbox_hours("waits", DAY, date(2024, 3, 17))
        row = row_of(waits, weekday=1, hour=9)
        assert (row["value"], row["hours"], row["per_hour"]) == (1, 2, 0.5)
        only = report.inbox_hours("messages_sent", DAY, TUESDAY, "a", Filters(channels=["chat"]))
        assert row_of(only, weekday=2, hour=10)["value"] == only.value.sum() == 1
        assert row_of(only, weekday=3, hour=0)["per_hour"] is None

    def test_hours_of_clock_changes_come_twice_or_not_at_all(self, tmp_path: Path) -> None:
        report = Report(records_of(tmp_path), "Europe/Warsaw")
        spring, autumn = date(2024, 3, 31), date(2024, 10, 27)
        for day, count in ((spring, 0), (autumn, 2)):
            row = row_of(report.inbox_hours("new_threads", day, day), weekday=7, hour=2)
            assert row["hours"] == count
            hours = report.inbox_hours("new_threads", day, day).hours
            assert hours.sum() == 22 + 1 + count


class TestWithin:
    def test_a_target_met(self, report: Report) -> None:
        within = report.inbox_within("reply", 600, "daily", DAY, SUNDAY)
        columns = ["ended", "within", "ratio"]
        assert within[columns].to_numpy().tolist()[:3] == [[1, 1, 1.0], [1, 0, 0.0], [0, 0, None]]
        first = report.inbox_within("first_response", 599.9, "monthly", DAY, TUESDAY)
        assert first[columns].to_numpy().tolist() == [[2, 0, 0.0]]
        ended = report.inbox_within("resolution", 90_000, "daily", DAY, TUESDAY, day_of="ended")
        assert ended[columns].to_numpy().tolist() == [[0, 0, None], [1, 1, 1.0]]
        nobody = report.inbox_within("reply", 600, "yearly", DAY, SUNDAY, "")
        assert nobody[columns].to_numpy().tolist() == [[0, 0, None]]
        business = report.inbox_within("reply", 600, "yearly", DAY, SUNDAY, clock="business")
        assert business[columns].to_numpy().tolist() == [[0, 0, None]]
