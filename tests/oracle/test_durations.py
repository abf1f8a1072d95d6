"""Waits, closings, reopenings and durations of the oracle, on cases worked out by hand."""

from datetime import date
from pathlib import Path

import pytest

from tests.oracle.by_hand import DAY, at, row_of, thread
from tests.oracle.clock import Opening, Schedule
from tests.oracle.inbox import ExportFile, Inbox
from tests.oracle.metrics import Report
from tests.oracle.read import read_exports
from tests.oracle.told import NINE, WORKDAYS, Told, statuses, talk, time
from tests.oracle.writing import write_inbox
from tests.oracle.zones import zone_of


class TestWaits:
    def test_a_wait_is_from_the_first_user_message_to_the_next_agent_message(
        self, tmp_path: Path
    ) -> None:
        told = Told(
            tmp_path, "user 10:00", "user 10:05", "agent 10:10", "user 10:20", "agent 10:25"
        )
        assert told.seconds() == [600.0, 300.0]
        first, second = told.durations()
        assert (first["number"], second["number"]) == (1, 2)
        assert second["duration_id"] == "reply:t:2"
        assert (second["started_at"], second["ended_by"]) == (at(time("10:20")), "reply")
        assert (second["agent_id"], second["assigned_agent_id"]) == ("a", "holder")
        assert told.number("replies") == 2
        assert told.number("reply_seconds_median") == 450.0

    def test_agents_alone_open_no_wait(self, tmp_path: Path) -> None:
        assert Told(tmp_path, "agent 10:00", "agent 11:00").durations() == []

    def test_an_agent_started_thread_has_waits_and_no_first_response(self, tmp_path: Path) -> None:
        told = Told(tmp_path, "agent 10:00", "user 10:30", "agent 10:31")
        assert told.seconds() == [60.0]
        assert told.durations("first_response") == []

    def test_notes_bots_and_system_lines_do_nothing(self, tmp_path: Path) -> None:
        told = Told(
            tmp_path, "bot 09:59", "user 10:00", "note 10:01", "bot 10:02", "system 10:03",
            "agent 10:04",
        )  # fmt: skip
        assert told.seconds() == [240.0]
        assert told.durations()[0]["seconds_after_bot"] == 240.0

    def test_at_one_instant_the_user_comes_first_and_waits_not_at_all(self, tmp_path: Path) -> None:
        assert Told(tmp_path, "agent 10:00", "user 10:00").seconds() == [0.0]

    def test_a_wait_that_runs_is_the_assignee_s(self, tmp_path: Path) -> None:
        told = Told(tmp_path, "user 10:00", "agent 10:01", "user 10:02")
        running = told.durations()[1]
        assert (running["ended_at"], running["ended_by"], running["seconds"]) == (None, None, None)
        assert running["agent_id"] == "holder"
        assert running["ended_date"] is None
        assert told.number("waiting_threads") == 1
        assert told.number("longest_wait_seconds") == 13 * 3600 + 58 * 60

    def test_closed_without_a_reply_and_back_after_four_days(self, tmp_path: Path) -> None:
        told = Told(
            tmp_path, "user 10:00", "user 2024-03-08T12:00:00", "agent 2024-03-08T12:10:00",
            events=statuses("closed 11:00"),
        )  # fmt: skip
        assert told.seconds() == [None, 600.0]
        first = told.durations()[0]
        assert (first["ended_at"], first["ended_by"]) == (at(time("11:00")), "closing")
        assert first["agent_id"] is None

    def test_a_thank_you_that_is_closed_adds_nothing(self, tmp_path: Path) -> None:
        told = Told(
            tmp_path, "user 10:00", "agent 10:30", "user 10:40", events=statuses("closed 11:00")
        )
        assert told.seconds() == [1800.0, None]
        assert told.number("replies") == 1
        assert told.number("waiting_threads") == 0

    def test_a_closing_comes_after_the_messages_of_its_instant(self, tmp_path: Path) -> None:
        told = Told(tmp_path, "agent 11:00", "user 11:00", events=statuses("closed 11:00"))
        assert told.seconds() == [0.0]
        told = Told(tmp_path / "unanswered", "user 11:00", events=statuses("closed 11:00"))
        assert told.seconds() == [None]
        assert told.durations()[0]["ended_by"] == "closing"

    @pytest.mark.parametrize(
        ("messages", "seconds"),
        [
            # The user wrote after the bot: from there.
            (("user 10:00", "bot 10:01", "user 10:05", "user 10:06", "agent 10:10"), 300.0),
            # The last bot's message that the user wrote after.
            (("user 10:00", "bot 10:01", "user 10:02", "bot 10:03", "user 10:05", "agent 10:10"),
             300.0),
            (("user 10:00", "bot 10:01", "user 10:02", "bot 10:03", "agent 10:10"), 480.0),
            # The user of the bot's instant wrote before it.
            (("user 10:00", "bot 10:05", "user 10:05", "user 10:06", "agent 10:10"), 240.0),
            (("user 10:00", "bot 10:10", "agent 10:10"), 600.0),
            # The bot of another wait.
            (("user 09:00", "bot 09:01", "agent 09:02", "user 10:00", "agent 10:10"), 600.0),
        ],
    )  # fmt: skip
    def test_seconds_after_the_bot(
        self, tmp_path: Path, messages: tuple[str, ...], seconds: float
    ) -> None:
        assert Told(tmp_path, *messages).durations()[-1]["seconds_after_bot"] == seconds


class TestWorkingTime:
    def test_each_measure_has_both_clocks(self, tmp_path: Path) -> None:
        versions = [thread("t", "2024-03-01T17:55:00", closed_at=time("18:30"))]
        told = Told(
            tmp_path,
            "user 2024-03-01T17:55:00",
            "agent 09:05",
            versions=versions,
            schedules=WORKDAYS,
        )
        rows = {row["measure"]: row for row in told.report.durations}
        assert rows["first_response"]["business_seconds"] == 600.0
        assert rows["first_response"]["seconds"] == 227_400.0
        assert rows["reply"]["business_seconds"] == 600.0
        assert rows["resolution"]["business_seconds"] == 300.0 + 9 * 3600
        assert all(row["is_started_in_hours"] for row in rows.values())
        assert told.number("reply_business_seconds_median") == 600.0
        # The first response is of the thread's day, the reply of the day it was sent.
        assert told.number("first_response_business_seconds_median") is None

    def test_nothing_in_hours_is_zero_and_counts(self, tmp_path: Path) -> None:
        told = Told(tmp_path, "user 19:00", "agent 20:00", schedules=WORKDAYS)
        row = told.durations()[0]
        assert (row["business_seconds"], row["is_started_in_hours"]) == (0.0, False)
        assert told.number("reply_business_seconds_median") == 0.0

    def test_without_a_schedule_it_is_null(self, tmp_path: Path) -> None:
        for schedules in (None, {"team of others": WORKDAYS["default"]}):
            told = Told(
                tmp_path / str(schedules)[:4], "user 09:00", "agent 10:00", schedules=schedules
            )
            row = told.durations()[0]
            assert (row["business_seconds"], row["is_started_in_hours"]) == (None, None)
            assert told.number("reply_business_seconds_median") is None

    def test_the_team_s_schedule_as_it_is_now(self, tmp_path: Path) -> None:
        always = {day: [Opening(0, 24 * 60)] for day in range(1, 8)}
        schedules = {**WORKDAYS, "nights": Schedule(zone_of("UTC"), {date.min: always})}
        versions = [
            thread("t", NINE, team_id="days"),
            thread("t", NINE, team_id="nights", updated_at=at(time("10:00"))),
        ]
        told = Told(tmp_path, "user 19:00", "agent 20:00", versions=versions, schedules=schedules)
        assert told.durations()[0]["business_seconds"] == 3600.0


def test_merged_away_and_revived(tmp_path: Path) -> None:
    first = thread("t", NINE)
    gone_at = at(time("12:00"))
    merged = {
        **first,
        "updated_at": gone_at,
        "deleted_at": gone_at,
        "merged_into_thread_id": "other",
    }
    rows = [("threads", (first, merged)), ("messages", tuple(talk("user 10:00", "agent 10:10")))]
    rows.append(("thread_events", tuple(statuses("closed 11:00"))))
    files = tuple(ExportFile(f"{name}.jsonl", name, "jsonl", listed) for name, listed in rows)
    write_inbox(Inbox("UTC", {DAY: files}), tmp_path)
    report = Report(read_exports(tmp_path))
    assert report.durations == []
    assert report.mart_inbox("daily").empty

    revived = {**first, "updated_at": at("2024-03-05T09:00:00")}
    later = ExportFile("threads.jsonl", "threads", "jsonl", (revived,))
    write_inbox(Inbox("UTC", {date(2024, 3, 5): (later,)}), tmp_path)
    report = Report(read_exports(tmp_path))
    monday = row_of(report.mart_inbox("daily"), period_start_date=DAY)
    numbers = ("new_threads", "replies", "closings", "reply_seconds_median")
    assert [monday[name] for name in numbers] == [1, 1, 1, 600.0]
