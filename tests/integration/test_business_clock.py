"""Working time, due times and waits as the models give them, against numbers that others state."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.integration.public_cases import (
    DIFFERENT_DUE,
    DIFFERENT_ELAPSED,
    DIFFERENT_WAITS,
    DUE,
    ELAPSED,
    OURS_ELAPSED,
    SCHEDULES,
    WAITS,
    Due,
)
from tests.models import Warehouse, load
from tests.unit.exports.builders import write_records

COLUMNS = ("schedule_id", "zone", "weekday", "date", "opens", "closes", "valid_from")
CASES = [*ELAPSED, *OURS_ELAPSED]
ALL_ELAPSED = [*CASES, *(case for case, _, _ in DIFFERENT_ELAPSED)]
ALL_WAITS = [*WAITS, *(case for case, _, _ in DIFFERENT_WAITS)]
KINDS = {"u": "user", "a": "agent", "b": "bot"}
FIRST, LAST = "2006-01-01 00:00", "2024-12-31 00:00"


def write_schedules(path: Path, lines: list[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(lines)
    return path


def lines_of(schedule_id: str) -> Iterator[tuple[str, ...]]:
    zone, hours = SCHEDULES[schedule_id]
    for days, span in hours:
        opens, closes = span.split("-") if span else ("", "")
        for weekday in days if days.isdigit() else ("",):
            yield schedule_id, zone, weekday, "" if weekday else days, opens, closes, ""


def thread(thread_id: str, start: str, end: str | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "thread_id": thread_id,
        "created_at": start,
        "updated_at": end or start,
        "status": "closed" if end else "open",
        "closed_at": end,
        "team_id": None,
        **changes,
    }


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A thread for each stretch of working time, of a team with its own schedule, and for waits."""
    folder = tmp_path_factory.mktemp("clock")
    threads = [
        thread(f"elapsed {number}", case.start, case.end, team_id=case.schedule)
        for number, case in enumerate(ALL_ELAPSED)
    ]
    messages = []
    for number, case in enumerate(ALL_WAITS):
        steps = [step.split() for step in case.steps.split(", ")]
        closed = next((f"2024-03-05 {at}" for kind, at in steps if kind == "c"), None)
        threads.append(thread(f"waits {number}", "2024-03-05 09:00", closed))
        messages += [
            {
                "message_id": f"{number} {place}",
                "thread_id": f"waits {number}",
                "sent_at": f"2024-03-05 {at}",
                "author_type": KINDS[kind],
            }
            for place, (kind, at) in enumerate(steps)
            if kind in KINDS
        ]
    # Due times are asked of spans: some lie before all threads, and none is on the last day.
    threads += [thread("first", FIRST), thread("last", LAST)]
    write_records(folder / "exports", "threads.jsonl", threads, date(2024, 12, 31))
    write_records(folder / "exports", "messages.jsonl", messages, date(2024, 12, 31))
    load(folder / "exports", folder / "raw")
    schedules = write_schedules(
        folder / "schedules.csv", [line for name in SCHEDULES for line in lines_of(name)]
    )
    with Warehouse(folder / "raw", schedules=schedules) as built:
        yield built


def elapsed(warehouse: Warehouse, number: int) -> tuple[float, float]:
    rows = warehouse.connection.execute(
        "select business_seconds, seconds from fct_durations where duration_id = ?",
        [f"resolution:elapsed {number}:1"],
    ).fetchall()
    business_seconds, seconds = rows[0]
    return business_seconds, seconds


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{c.source}: {c.start}" for c in CASES])
def test_working_time_is_what_is_stated(warehouse: Warehouse, number: int) -> None:
    case = CASES[number]
    business_seconds, seconds = elapsed(warehouse, number)
    assert business_seconds == case.seconds
    if case.schedule.endswith("always"):
        assert business_seconds == seconds, "around the clock it is the calendar's"


def test_where_working_time_differs_that_is_told(warehouse: Warehouse) -> None:
    for number, (case, ours, why) in enumerate(DIFFERENT_ELAPSED, len(CASES)):
        assert elapsed(warehouse, number)[0] == ours != case.seconds, why


def due_at(warehouse: Warehouse, case: Due) -> datetime:
    """The earliest instant up to which so much is open, from what is published."""
    row = warehouse.connection.execute(
        """
        with spans as (
            select *, epoch(closes_at) - epoch(opens_at) + seconds_before as seconds_after
            from dim_open_hours
            where schedule_id = $schedule
        ),

        asked as (
            select coalesce(max(
                seconds_before + epoch(least(closes_at, $start::timestamptz)) - epoch(opens_at)
            ), 0) + $target as seconds
            from spans
            where opens_at <= $start::timestamptz
        )

        select opens_at + to_seconds(asked.seconds - seconds_before)
        from spans, asked
        where seconds_after >= asked.seconds
        order by opens_at
        limit 1
        """,
        {"schedule": case.schedule, "start": case.start, "target": case.target},
    ).fetchone()
    assert row is not None
    found: datetime = row[0]
    return found.replace(tzinfo=None)


@pytest.mark.parametrize("case", DUE, ids=[f"{c.source}: {c.start}" for c in DUE])
def test_due_times_are_what_is_stated(warehouse: Warehouse, case: Due) -> None:
    assert due_at(warehouse, case) == datetime.fromisoformat(case.due)


def test_where_a_due_time_differs_that_is_told(warehouse: Warehouse) -> None:
    for case, ours, why in DIFFERENT_DUE:
        assert due_at(warehouse, case) == datetime.fromisoformat(ours) != case.due, why


def waited(warehouse: Warehouse, number: int) -> list[float]:
    rows = warehouse.connection.execute(
        "select seconds from fct_durations where measure = 'reply' and thread_id = ? "
        "and seconds is not null order by number",
        [f"waits {number}"],
    ).fetchall()
    return [seconds for (seconds,) in rows]


@pytest.mark.parametrize("number", range(len(WAITS)), ids=[case.source for case in WAITS])
def test_waits_are_what_is_stated(warehouse: Warehouse, number: int) -> None:
    assert waited(warehouse, number) == WAITS[number].seconds


def test_where_waits_differ_that_is_told(warehouse: Warehouse) -> None:
    for number, (case, ours, why) in enumerate(DIFFERENT_WAITS, len(WAITS)):
        assert waited(warehouse, number) == ours != case.seconds, why


def test_spans_are_whole_and_reach_from_the_first_record_to_400_days_ahead(
    warehouse: Warehouse,
) -> None:
    def ask(query: str) -> list[Any]:
        return warehouse.connection.execute(query).fetchall()

    assert ask("select 1 from dim_open_hours where opens_at >= closes_at") == []
    touching = (
        "select 1 from (select opens_at, lag(closes_at) over (partition by schedule_id "
        "order by opens_at) as closed_at from dim_open_hours) where opens_at <= closed_at"
    )
    assert ask(touching) == []
    (first, last), *_ = ask(
        "select min(opens_at), max(closes_at) from dim_open_hours where schedule_id = '9-17'"
    )
    assert first.isoformat() == "2006-01-01T09:00:00+00:00"
    assert last.date() == date(2024, 12, 31) + timedelta(days=400)


def clock_of(folder: Path, lines: list[tuple[str, ...]], spans: list[tuple[str, str]]) -> list[Any]:
    """Working seconds of spans, each a thread of the team 'a', by some lines of schedules."""
    records = [
        thread(f"{number:03}", start, end, team_id="a") for number, (start, end) in enumerate(spans)
    ]
    write_records(folder / "exports", "threads.jsonl", records, date(2024, 12, 31))
    load(folder / "exports", folder / "raw")
    schedules = write_schedules(folder / "schedules.csv", lines)
    with Warehouse(folder / "raw", schedules=schedules) as built:
        rows = built.connection.execute(
            "select business_seconds from fct_durations where measure = 'resolution' "
            "order by thread_id"
        ).fetchall()
    return [seconds for (seconds,) in rows]


def test_weekday_hours_hold_from_a_day_to_the_next_such_day(tmp_path: Path) -> None:
    """Before its first day a schedule is closed; one in the future changes nothing that was."""
    tuesday = ("2024-03-05 00:00", "2024-03-06 00:00")
    later = ("2024-03-12 00:00", "2024-03-13 00:00")
    lines = [
        ("a", "", "2", "", "09:00", "10:00", "2024-03-05"),
        ("a", "", "2", "", "09:00", "17:00", "2024-03-12"),
        ("a", "", "2", "", "00:00", "24:00", "2030-01-01"),
    ]
    before = ("2024-02-27 00:00", "2024-02-28 00:00")
    assert clock_of(tmp_path, lines, [before, tuesday, later]) == [0, 3600, 28800]


def test_weekdays_that_a_later_day_does_not_name_are_closed_from_then_on(tmp_path: Path) -> None:
    lines = [
        ("a", "", "2", "", "09:00", "10:00", ""),
        ("a", "", "3", "", "09:00", "10:00", "2024-03-12"),
    ]
    week = ("2024-03-04 00:00", "2024-03-11 00:00")
    assert clock_of(tmp_path, lines, [week, ("2024-03-11 00:00", "2024-03-18 00:00")]) == [3600] * 2
    lines[1] = ("a", "", "2", "", "", "", "2024-03-12")
    assert clock_of(tmp_path, lines, [week, ("2024-03-11 00:00", "2024-03-18 00:00")]) == [3600, 0]


def test_spans_that_overlap_count_once(tmp_path: Path) -> None:
    lines = [
        ("a", "", "2", "", "09:00", "12:00", ""),
        ("a", "", "2", "", "10:00", "11:00", ""),
        ("a", "", "2", "", "12:00", "13:00", ""),
        ("a", "", "1", "", "20:00", "09:30", ""),
    ]
    day = ("2024-03-05 00:00", "2024-03-06 00:00")
    assert clock_of(tmp_path, lines, [day]) == [13 * 3600]


def test_a_team_without_a_schedule_has_everyones_and_without_that_none(tmp_path: Path) -> None:
    day = [("2024-03-05 00:00", "2024-03-06 00:00")]
    lines = [
        ("default", "", "2", "", "09:00", "10:00", ""),
        ("b", "", "2", "", "09:00", "11:00", ""),
    ]
    assert clock_of(tmp_path, lines, day) == [3600]
    (alone,) = clock_of(tmp_path, lines[1:], day)
    assert alone is None


def test_working_time_adds_up_over_spans_that_follow_each_other(tmp_path: Path) -> None:
    ends = [datetime(2024, 10, 25) + timedelta(hours=7, microseconds=333) * n for n in range(20)]
    texts = [end.isoformat() for end in ends]
    lines = [
        ("a", "America/New_York", weekday, "", opens, closes, "")
        for weekday in "1234567"
        for opens, closes in (("09:13", "12:47"), ("22:00", "03:30"))
    ]
    spans = [*pairwise(texts), (texts[0], texts[-1])]
    *parts, whole = clock_of(tmp_path, lines, spans)
    assert sum(round(part * 1_000_000) for part in parts) == round(whole * 1_000_000) > 0
