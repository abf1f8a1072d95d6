"""Every corner case is in the drawn inboxes."""

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.adding_up import assert_agents_add_up
from tests.oracle.columns import ENTITIES
from tests.oracle.corner_cases import all_corner_cases
from tests.oracle.filing import has_pipe_label
from tests.oracle.inbox import (
    FORMATS,
    STYLES,
    ZONES,
    Inbox,
    clock_change_days,
    first_instant,
    local_day,
)
from tests.oracle.metrics import Report, period_start
from tests.oracle.periods import ONE_DAY
from tests.oracle.read import Records, read_exports
from tests.oracle.writing import file_content, write_inbox

# Where both a clock change and a leap day are near.
FIRST_DAYS = {zone: date(2019, 12, 25) for zone in ZONES} | {
    "America/Sao_Paulo": date(2015, 12, 25)
}


@pytest.mark.parametrize("zone", ZONES)
def test_the_corner_cases_are_all_there(tmp_path: Path, zone: str) -> None:
    first_day = FIRST_DAYS[zone]
    inbox = all_corner_cases(first_day, zone)
    write_inbox(inbox, tmp_path)
    records = read_exports(tmp_path)
    assert records.rejected.empty
    report = Report(records, zone)
    cases = {
        **cases_of_versions(inbox),
        **cases_of_files(inbox),
        **cases_of_records(records, report),
        **cases_of_days(report, zone, first_day),
    }
    assert [case for case, is_there in cases.items() if not is_there] == []
    if zone == "Europe/Warsaw":
        assert_agents_add_up(report)


def cases_of_versions(inbox: Inbox) -> dict[str, bool]:
    """What happens between the versions of one record."""
    found: set[str] = set()
    for entity in ENTITIES:
        key, time_column = {
            "threads": ("thread_id", "updated_at"),
            "messages": ("message_id", "sent_at"),
            "ratings": ("rating_id", "rated_at"),
            "agents": ("agent_id", "updated_at"),
            "thread_events": ("event_id", "occurred_at"),
            "teams": ("team_id", "updated_at"),
        }[entity]
        placed = [
            (row[key], row.get("updated_at") or row[time_column], day, file.name, row)
            for day in inbox.days
            for file in inbox.files(day, entity)
            for row in file.rows
        ]
        # Sorting is stable, so rows of one file keep their order.
        placed.sort(key=lambda place: place[:4])
        for earlier, later in pairwise(placed):
            if earlier[0] != later[0]:
                continue
            _, version, day, name, row = earlier
            _, later_version, later_day, later_name, later_row = later
            if version == later_version and row != later_row:
                if day != later_day:
                    found.add(f"{entity}: tie of days")
                elif name != later_name:
                    found.add(f"{entity}: tie of files")
                else:
                    found.add(f"{entity}: tie of rows")
            if version == later_version and row == later_row:
                found.add(f"{entity}: repeated")
            if version < later_version and day > later_day:
                found.add(f"{entity}: late version")
            if later_row.get("deleted_at"):
                found.add(f"{entity}: tombstone")
            if row.get("deleted_at") and not later_row.get("deleted_at"):
                found.add(f"{entity}: back")
            if len(row.get("labels") or ()) > len(later_row.get("labels") or ()):
                found.add("label removed")
            if row.get("assigned_agent_id") != later_row.get("assigned_agent_id"):
                found.add("reassigned")
            if row.get("status") == "closed" and later_row["status"] == "open":
                found.add("reopened")
            if row.get("status") == "open" and later_row["status"] == "closed":
                found.add("closed again" if row.get("reopen_count") else "closed")
            if "closed_at" in later_row and later_row["closed_at"] and row["status"] == "closed":
                found.add("stale closed_at" if later_row["status"] != "closed" else "closed twice")
            if entity == "messages" and row["thread_id"] != later_row["thread_id"]:
                found.add("message moved")
    wanted = [
        "threads: tie of days",
        "threads: tie of files",
        "threads: tie of rows",
        "threads: repeated",
        "threads: late version",
        "messages: tie of files",
        "ratings: tie of rows",
        "agents: tie of files",
        *(f"{entity}: {case}" for entity in ENTITIES[:3] for case in ("tombstone", "back")),
        "label removed",
        "reassigned",
        "reopened",
        "closed again",
        "stale closed_at",
        "message moved",
    ]
    return {case: case in found for case in wanted}


def cases_of_files(inbox: Inbox) -> dict[str, bool]:
    """How files are named and written, and days that bring nothing."""
    files = [file for day in inbox.days for file in inbox.days[day]]
    full = [file for file in files if file.rows]
    shapes = {(file.format, file.name.rpartition(".")[2]) for file in full}
    csv_texts, jsonl_texts = (
        [
            file_content(replace(file, name="unpacked"), inbox.zone).decode("utf-8-sig")
            for file in full
            if file.format == file_format
        ]
        for file_format in ("csv", "jsonl")
    )
    texts = csv_texts + jsonl_texts
    times = [found for text in texts for found in re.findall(r"\d\d:\d\d:\d\d[.\d]*[^,\"]*", text)]
    digits = {len(re.match(r"[\d:]+\.?(\d*)", time)[1]) for time in times}  # type: ignore[index]
    offsets = {re.sub(r"^[\d:.]+", "", time).strip() for time in times}
    labels = [row.get("labels") or () for row in inbox.rows("threads")]
    return {
        "every format and packing": len(shapes) == 9,
        "every style": all(
            {file.style for file in full if file.format == file_format} == set(range(STYLES))
            for file_format in FORMATS
        ),
        "byte-order mark": any(file.has_byte_order_mark for file in full),
        "parts": any(".2." in file.name for file in full),
        "line ends of Windows": any("\r\n" in text for text in csv_texts),
        "quoted line": any("two\nlines" in text for text in csv_texts),
        "fractional digits": digits == set(range(7)),
        "offsets": {"", "Z", "+00:00", "-03:30", "+05:45"} <= offsets,
        "no files": any(not listed for listed in inbox.days.values()),
        "empty file": any(file.is_bare for file in files),
        "header alone": any(not f.rows and not f.is_bare and f.format == "csv" for f in files),
        "no rows in Parquet": any(not file.rows and file.format == "parquet" for file in files),
        "pipe in JSONL": any(has_pipe_label(f.rows) and f.format == "jsonl" for f in files),
        "pipe in Parquet": any(has_pipe_label(f.rows) and f.format == "parquet" for f in files),
        "label twice": any(len(set(listed)) < len(listed) for listed in labels),
        "label empty": any("" in listed for listed in labels),
        "a year without folders": any(
            later - earlier > 365 * ONE_DAY for earlier, later in pairwise(inbox.days)
        ),
    }


def cases_of_records(records: Records, report: Report) -> dict[str, bool]:
    """What the records that stand are like."""
    threads = {thread["thread_id"]: thread for thread in report.threads}
    messages = report.messages
    labels = {label["label"] for label in report.thread_labels}
    users = {thread["user_id"] for thread in report.threads}
    by_thread: dict[str, list[dict[str, Any]]] = {thread_id: [] for thread_id in threads}
    for message in messages:
        by_thread[message["thread_id"]].append(message)
    firsts = [min(listed, key=lambda m: m["sent_at"]) for listed in by_thread.values() if listed]
    arrived = set(threads)
    records_named = set(records.agents.agent_id)
    return {
        "agent-started": any(thread["is_agent_started"] for thread in report.threads),
        "unanswered": any(thread["is_unanswered"] for thread in report.threads),
        "answered at once": any(t["first_response_seconds"] == 0 for t in report.threads),
        "answered within a microsecond": any(
            thread["first_response_seconds"] == 1e-6 for thread in report.threads
        ),
        "bot first": any(message["author_type"] == "bot" for message in firsts),
        "system line": any(message["author_type"] == "system" for message in messages),
        "note": any(message["is_private"] for message in messages),
        "anonymous thread": None in users,
        "anonymous author": any(
            m["author_type"] == "user" and m["user_id"] is None for m in messages
        ),
        "agent not told": any(
            m["author_type"] == "agent" and m["agent_id"] is None for m in messages
        ),
        "closer not told": any(
            t["status"] == "closed" and t["closed_by_agent_id"] is None for t in report.threads
        ),
        "rated nobody": any(rating["agent_id"] is None for rating in report.ratings),
        "closed too early": any(thread["is_time_inconsistent"] for thread in report.threads),
        "closed at once": any(thread["closing_seconds"] == 0 for thread in report.threads),
        "no messages": any(not listed for listed in by_thread.values()),
        "message before its thread": any(
            m["sent_at"] < threads[m["thread_id"]]["created_at"] for m in messages
        ),
        "orphan message": not set(records.messages.thread_id) <= arrived,
        "orphan rating": not set(records.ratings.thread_id) <= arrived,
        "agents without a record": any(
            agent["agent_id"] not in records_named for agent in report.agents
        ),
        "idle agent": "idle" in records_named,
        "activity after the last export": any(
            rating["rated_date"] > report.as_of_date for rating in report.ratings
        ),
        "labels that split": {"a,b", 'say "hi"', "two\nlines", "a|b"} <= labels,
        "labels of other scripts": {"🙂 thanks", "تسجيل الدخول", "é", "e\u0301"} <= labels,
        "labels with spaces": {"two words", " edges "} <= labels,
        "identifiers": {"007", "7", "12345678901234567890", "12345678901234567891"} <= users,
        "identifiers with spaces": {" edges ", "id 🙂 نص"} <= users,
        "identifiers like nulls": {"null", "NaN", "true", "1", "2024-01-01"} <= users,
        "a user who is an agent": bool(users & records_named),
        "longest identifier": any(len(user or "") == 512 for user in users),
    }


def cases_of_days(report: Report, zone: str, first_day: date) -> dict[str, bool]:
    """What the calendar brings."""
    created = {thread["created_date"] for thread in report.threads}
    instants = {thread["created_at"] for thread in report.threads}
    changes = clock_change_days(zone, first_day, 400)
    has_changes = zone not in ("UTC", "Pacific/Kiritimati", "Asia/Kathmandu")
    years = {day.year for day in created}
    new_years = [day for day in created if (day.month, day.day) == (1, 1)]
    return {
        "from the first day on": min(created) >= first_day,
        "clock changes": len(changes) == (2 if has_changes else 0) and set(changes) <= created,
        "first instants of clock changes": {first_instant(day, zone) for day in changes}
        <= instants,
        "leap day": any((day.month, day.day) == (2, 29) for day in created),
        "week over New Year from Monday": any(
            period_start(day, "weekly", "monday") < day and day - ONE_DAY in created
            for day in new_years
        ),
        "week over New Year from Sunday": any(
            period_start(day, "weekly", "sunday") < day and day - ONE_DAY in created
            for day in new_years
        ),
        "a calendar year of nothing": max(years) - 1 not in years,
        "both sides of midnight": any(
            instant - timedelta(microseconds=1) in instants
            and local_day(instant, zone) != local_day(instant - timedelta(microseconds=1), zone)
            for instant in instants
        ),
    }
