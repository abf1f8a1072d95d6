"""What lies behind a number: the rows that are counted, and why a thread is left out."""

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from tests.oracle.entries import COUNTED, NO_FILTERS, SATISFIED, TIMED, Entries, Entry, Filters
from tests.oracle.metrics import Report
from tests.oracle.periods import mean, quantile

# Numbers that are made of the entries of another name.
ENTRIES_OF = {
    "average_rating": "ratings",
    "csat_ratio": "ratings",
    "unique_users": "users",
    **{f"{name}_{statistic}": name for name in TIMED for statistic in ("median", "p90")},
}
# What is told at the end of a range: which of the two lists of `standing`, and whether in seconds.
STANDING_OF = {
    "open_threads": (0, False),
    "backlog_age_seconds_median": (0, True),
    "backlog_age_seconds_p90": (0, True),
    "waiting_threads": (1, False),
    "longest_wait_seconds": (1, True),
}
# Every number that rows stand behind.
EXPLAINED = (*COUNTED, *ENTRIES_OF, *STANDING_OF)

Thread = dict[str, Any]


@dataclass(frozen=True)
class Range:
    """What a number is asked for."""

    start_date: date
    end_date: date
    agent: str | None = None
    filters: Filters = NO_FILTERS

    def holds(self, day: date | None) -> bool:
        """Whether a day lies in it."""
        return day is not None and self.start_date <= day <= self.end_date


def counted_rows(report: Report, number: str, asked: Range) -> list[dict[str, Any]]:
    """The rows that a number counts: thread_id, record_id, user_id and value.

    Of unique_users a row is an activity; their distinct user_id are the number.
    """
    if number in STANDING_OF:
        return standing_rows(report, number, asked)
    selected: Entries = report.select(asked.start_date, asked.end_date, asked.agent, asked.filters)
    rows = []
    for entry in selected[ENTRIES_OF.get(number, number)]:
        user_id = entry.value if number == "unique_users" else None
        rows.append({**row_of(entry, value_of(number, entry)), "user_id": user_id})
    return rows


def number_of(number: str, rows: list[dict[str, Any]]) -> float | None:
    """The number that some counted rows make."""
    values = [float(row["value"]) for row in rows]
    if number in ("unique_users", "new_users"):
        return float(len({row["user_id"] for row in rows}))
    if number in ("average_rating", "csat_ratio"):
        return mean(values)
    if number.startswith("longest"):
        return max(values, default=None)
    if number.endswith(("_median", "_p90")):
        return quantile(values, 0.5 if number.endswith("_median") else 0.9)
    return sum(values)


def value_of(number: str, entry: Entry) -> float:
    """What an entry adds: 1, seconds or a score; to a share 1 or 0."""
    if number == "csat_ratio":
        return float(entry.value >= SATISFIED)
    is_measured = number == "average_rating" or "_seconds" in number
    return float(entry.value) if is_measured else 1.0


def row_of(entry: Entry, value: float) -> dict[str, Any]:
    """A counted row."""
    thread_id = entry.thread["thread_id"] if entry.thread else None
    return {"thread_id": thread_id, "record_id": entry.record_id, "value": value}


def standing_rows(report: Report, number: str, asked: Range) -> list[dict[str, Any]]:
    """The threads of the end of a range, or of the last export day if that is earlier."""
    place, is_measured = STANDING_OF[number]
    day = report.backlog_day(asked.end_date)
    end = report.end_of_day(day)
    return [
        row_of(entry, (end - entry.value).total_seconds() if is_measured else 1.0)
        for entry in report.standing(day)[place]
        if (asked.agent is None or entry.agent_id == (asked.agent or None))
        and asked.filters.keep(entry.thread)
    ]


def has_no_value(values: list[str] | None, wanted: Any) -> bool:
    """Whether a filter is set and wants none of some values."""
    return wanted is not None and not set(wanted) & set(values or [])


# Whether a reason for leaving a thread out is true of it.
REASONS: dict[str, Callable[[Report, Thread, Range], bool]] = {
    "another_channel": lambda _, t, asked: has_no_value([t["channel"]], asked.filters.channels),
    "another_team": lambda _, t, asked: has_no_value([t["team_id"] or ""], asked.filters.teams),
    "another_label": lambda _, t, asked: has_no_value(list(t["labels"]), asked.filters.labels),
    "another_priority": lambda _, t, asked: has_no_value(
        [t["priority"] or ""], asked.filters.priorities
    ),
    "another_day": lambda report, t, asked: bool(days_of(report, t) - in_range(report, t, asked)),
    "another_agent": lambda _, __, asked: asked.agent is not None,
    "agent_started": lambda _, t, __: t["is_agent_started"],
    "no_user_message": lambda _, t, __: t["user_messages"] == 0,
    "unanswered": lambda report, t, __: not answers(report, t),
    "still_open": lambda _, t, __: t["status"] != "closed",
    "closed_by_then": lambda _, t, asked: (
        t["closed_date"] is not None and t["closed_date"] <= asked.end_date
    ),
    "time_inconsistent": lambda report, t, __: is_backwards(report, t),
    "no_rating": lambda report, t, __: (
        not any(rating["thread_id"] == t["thread_id"] for rating in report.ratings)
    ),
    "not_labeled": lambda _, t, __: not t["labels"],
    "not_a_counted_message": lambda _, __, ___: True,
    "not_this_number": lambda _, __, ___: True,
}


def answers(report: Report, thread: Thread) -> list[Any]:
    """The waits of a thread that a reply ended, and its first response."""
    waits = [wait for wait in report.waits[thread["thread_id"]] if wait.ended_by == "reply"]
    return [*waits, *([thread["first_response_at"]] if thread["first_response_at"] else [])]


def is_backwards(report: Report, thread: Thread) -> bool:
    """Whether a duration of a thread ends before it starts."""
    return any(
        row["thread_id"] == thread["thread_id"]
        and row["ended_at"] is not None
        and row["ended_at"] < row["started_at"]
        for row in report.durations
    )


def days_of(report: Report, thread: Thread) -> set[date]:
    """Every day on which a thread, or what belongs to it, is counted in some number."""
    thread_id = thread["thread_id"]
    days = {thread["created_date"], thread["closed_date"]}
    days |= {m["sent_date"] for m in report.messages if m["thread_id"] == thread_id}
    days |= {r["rated_date"] for r in report.ratings if r["thread_id"] == thread_id}
    days |= {report.local_date(c.closed_at) for c in report.closings[thread_id]}
    return {day for day in days if day is not None}


def in_range(report: Report, thread: Thread, asked: Range) -> set[date]:
    """Those of them that lie in a range."""
    return {day for day in days_of(report, thread) if asked.holds(day)}


def is_true(report: Report, reason: str, thread: Thread, asked: Range) -> bool:
    """Whether what is told of a thread that a number leaves out is so."""
    return reason in REASONS and REASONS[reason](report, thread, asked)


def assert_rows_explain(actual: pd.DataFrame, report: Report, number: str, asked: Range) -> None:
    """Fail unless rows of inbox_threads are what the number counts, and tell the truth of the rest.

    Every thread created in the range is there, and is counted or left out with one reason.
    """
    rows = actual.astype(object).where(actual.notna(), None).to_dict("records")
    told = f"{number} of {asked}"
    counted = [row for row in rows if row["is_counted"]]
    assert_counted(counted, counted_rows(report, number, asked), number, told)
    left_out: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["is_counted"]:
            assert row["reason"] is None, (told, row)
            continue
        thread = report.threads_by_id.get(row["thread_id"])
        assert thread is not None, (told, row)
        assert is_true(report, row["reason"], thread, asked), (told, row)
        left_out[row["thread_id"]].add(row["reason"])
    there = left_out.keys() | {row["thread_id"] for row in counted}
    for thread in report.threads:
        if asked.holds(thread["created_date"]):
            assert thread["thread_id"] in there, (told, thread["thread_id"])


def assert_counted(
    counted: list[dict[str, Any]], expected: list[dict[str, Any]], number: str, told: str
) -> None:
    """Fail unless the same records are counted with the same values."""
    if number == "unique_users":
        users = {row["user_id"] for row in counted}
        assert users == {row["user_id"] for row in expected}, told
        return

    def sorted_rows(rows: list[dict[str, Any]]) -> list[tuple[str, str, float]]:
        return sorted((row["thread_id"] or "", row["record_id"], row["value"]) for row in rows)

    pairs = list(zip(sorted_rows(counted), sorted_rows(expected), strict=False))
    different = [pair for pair in pairs if pair[0][:2] != pair[1][:2]]
    assert (len(counted), different[:3]) == (len(expected), []), told
    for got, wanted in pairs:
        assert math.isclose(got[2], wanted[2], rel_tol=1e-9, abs_tol=1e-9), (told, got, wanted)
