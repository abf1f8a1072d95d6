"""The second edition's inboxes and schedules: that they hold what they promise."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.clock import read_schedules
from tests.oracle.corrections import corrected, with_bad_rows
from tests.oracle.events import with_events, without_days
from tests.oracle.generate import generate_inbox
from tests.oracle.metrics import GRAINS, Filters, Report
from tests.oracle.read import Records, read_exports
from tests.oracle.schedules import schedules_text
from tests.oracle.writing import write_inbox

FIRST_DAY = date(2024, 3, 20)
LAST_DAY = date(2024, 4, 8)
ZONE = "Europe/Warsaw"
# Numbers whose sum over agents, channels or teams is the inbox's.
ADDED_UP = ["replies", "closings", "reopened_threads", "one_touch_threads", "satisfied_ratings"]
AT_END = ["open_threads", "waiting_threads"]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Records:
    folder = tmp_path_factory.mktemp("exports")
    inbox = generate_inbox(5, FIRST_DAY, 20, 6, ZONE)
    write_inbox(without_days(with_events(inbox, 5), 5), folder)
    return read_exports(folder)


@pytest.fixture(scope="module")
def report(records: Records, tmp_path_factory: pytest.TempPathFactory) -> Report:
    path = tmp_path_factory.mktemp("schedules") / "schedules.csv"
    path.write_text(schedules_text(3, FIRST_DAY, LAST_DAY, ("sales", "nights")), encoding="utf-8")
    return Report(records, ZONE, schedules=read_schedules(path, ZONE))


def test_every_case_is_there(records: Records, report: Report) -> None:
    durations = report.durations
    replies = [row for row in durations if row["measure"] == "reply"]
    events = records.thread_events
    threads = report.threads_by_id
    told = {thread_id: len(report.events.get(thread_id, [])) for thread_id in threads}
    by_version = [
        thread_id for thread_id, count in told.items() if not count and report.closings[thread_id]
    ]
    cases = {
        "nothing rejected": records.rejected.empty,
        "events of all types": set(events.type) == {"status", "assignee", "team", "priority"},
        "events of all actors": set(events.actor_type) == {"agent", "user", "bot", "system", None},
        "an agent whom events alone name": any(
            agent["agent_id"] == "agent of events alone" for agent in report.agents
        ),
        "orphan events": not set(events.thread_id) <= set(threads),
        "closings by events": any(
            closing.agent_id for closings in report.closings.values() for closing in closings
        ),
        "closings by versions": len(by_version) > 1,
        "several closings": any(len(closings) > 1 for closings in report.closings.values()),
        "reopened by events alone": any(
            thread["is_reopened"] and not thread["reopen_count"] for thread in report.threads
        ),
        "reopened by versions": any(
            thread["is_reopened"] and not told[thread["thread_id"]] for thread in report.threads
        ),
        "waits ended by closings": any(row["ended_by"] == "closing" for row in replies),
        "waits that run": any(row["ended_at"] is None for row in replies),
        "waits of nothing": any(row["seconds"] == 0 for row in replies),
        "second waits": any(row["number"] > 1 for row in replies),
        "bots in between": any(row["seconds_after_bot"] != row["seconds"] for row in replies),
        "working time of nothing": any(row["business_seconds"] == 0.0 for row in replies),
        "less working time": any(
            0 < (row["business_seconds"] or 0) < row["seconds"] for row in replies if row["seconds"]
        ),
        "started in hours and out": {row["is_started_in_hours"] for row in durations}
        >= {True, False},
        "closed too early": any(
            row["measure"] == "resolution" and row["ended_by"] and row["seconds"] is None
            for row in durations
        ),
        "teams without a record": not {thread["team_id"] for thread in report.threads}
        <= {*records.teams.team_id, None},
        "no team": None in {thread["team_id"] for thread in report.threads},
        "priorities": {thread["priority"] for thread in report.threads} >= {"high", "low", None},
        "days missing": report.mart_inbox("yearly").days_missing.sum() > 1,
    }
    assert [case for case, is_there in cases.items() if not is_there] == []


@pytest.mark.parametrize("grain", GRAINS)
def test_scopes_add_up_to_the_inbox(report: Report, grain: str) -> None:
    inbox = report.mart_inbox(grain).set_index("period_start_date")
    names = ["new_threads", "messages", "ratings", *ADDED_UP, *AT_END]
    for mart in (report.mart_agents, report.mart_channels, report.mart_teams):
        sums = mart(grain).groupby("period_start_date")[names].sum().reindex(inbox.index)
        assert sums.fillna(0).astype(int).to_numpy().tolist() == inbox[names].to_numpy().tolist()


def test_longer_periods_are_their_days(report: Report) -> None:
    daily = report.mart_inbox("daily")
    for grain in GRAINS[1:]:
        assert report.mart_inbox(grain)[ADDED_UP].sum().tolist() == daily[ADDED_UP].sum().tolist()
    assert daily.days_missing.sum() == report.mart_inbox("yearly").days_missing.sum()


def test_a_breakdown_of_all_is_the_series(report: Report) -> None:
    first, last = FIRST_DAY + timedelta(days=4), LAST_DAY - timedelta(days=3)
    for dimension in ("agent", "channel", "team", "priority"):
        table = report.inbox_breakdown(dimension, first, last)
        series = report.inbox_series("yearly", first, last).iloc[0]
        for name in ("new_threads", *ADDED_UP, *AT_END):
            assert table[name].sum() == series[name], (dimension, name)
    # A value of the breakdown is the series filtered by it.
    teams = report.inbox_breakdown("team", first, last).set_index("value")
    series = report.inbox_series("yearly", first, last, filters=Filters(teams=["sales"])).iloc[0]
    for name in ("unique_users", "reply_business_seconds_p90", "backlog_age_seconds_median"):
        assert teams.loc["sales", name] == series[name]


def test_bad_rows_and_corrections_of_events(tmp_path: Path) -> None:
    inbox = with_events(generate_inbox(8, FIRST_DAY, 12, 6, ZONE), 8)
    spoiled, count = with_bad_rows(inbox, 2)
    write_inbox(spoiled, tmp_path)
    rejected = read_exports(tmp_path).rejected
    assert len(rejected) == count
    assert {"thread_events", "teams"} <= set(rejected.entity)
    for number, day in enumerate(inbox.days):
        write_inbox(corrected(inbox, day, number), tmp_path / str(day))
        assert read_exports(tmp_path / str(day)).rejected.empty


def test_a_seed_makes_one_inbox() -> None:
    inbox = generate_inbox(5, days=4)
    assert with_events(inbox, 1) == with_events(inbox, 1)
    assert with_events(inbox, 1) != with_events(inbox, 2)


def test_every_kind_of_schedule(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    path = tmp_path / "schedules.csv"
    for seed in range(60):
        path.write_text(schedules_text(seed, FIRST_DAY, LAST_DAY, ("sales", "007")), "utf-8")
        for name, schedule in read_schedules(path, ZONE).items():
            seen.update(kinds_of(name, schedule))
    assert [kind for kind in KINDS if seen[kind] < 3] == []


KINDS = ("everyone's", "a team's", "another zone", "a change", "not from always", "dates alone")
KINDS += ("a holiday", "hours of a date", "a night shift", "around the clock", "parts of a day")


def kinds_of(name: str, schedule: Any) -> set[str]:
    """What a schedule has of what may go wrong."""
    weeks = [day for week in schedule.weekly.values() for day in week.values()]
    openings = [opening for day in [*weeks, *schedule.dated.values()] for opening in day]
    holds = {
        "everyone's": name == "default",
        "a team's": name != "default",
        "another zone": schedule.zone.key != ZONE,
        "a change": len(schedule.weekly) > 1,
        "not from always": bool(schedule.weekly) and date.min not in schedule.weekly,
        "dates alone": not schedule.weekly,
        "a holiday": [] in schedule.dated.values(),
        "hours of a date": any(schedule.dated.values()),
        "a night shift": any(opening.closes > 1440 for opening in openings),
        "around the clock": any(o.opens == 0 and o.closes == 1440 for o in openings),
        "parts of a day": any(len(day) > 1 for day in weeks),
    }
    return {kind for kind, is_there in holds.items() if is_there}
