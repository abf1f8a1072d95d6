"""The inboxes that others are tested with: that they hold what they promise, in every format."""

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.oracle.columns import ENTITIES
from tests.oracle.columns import KEYS as RECORD_KEYS
from tests.oracle.compare import assert_tables_equal
from tests.oracle.corner_cases import all_corner_cases
from tests.oracle.corrections import corrected, with_bad_rows
from tests.oracle.filing import file_name, has_pipe_label
from tests.oracle.generate import corrections, generate_inbox, inboxes
from tests.oracle.inbox import (
    COMPRESSIONS,
    FORMATS,
    STYLES,
    WEEK_STARTS,
    ZONES,
    ExportFile,
    Inbox,
    clock_change_days,
    first_instant,
    local_day,
)
from tests.oracle.layout import AGES
from tests.oracle.metrics import GRAINS, Report, period_start
from tests.oracle.read import Records, export_days, read_exports
from tests.oracle.writing import file_content, write_day, write_inbox

ONE_DAY = timedelta(days=1)
# Where both a clock change and a leap day are near.
FIRST_DAYS = {zone: date(2019, 12, 25) for zone in ZONES} | {
    "America/Sao_Paulo": date(2015, 12, 25)
}
ADDITIVE = [
    "new_threads",
    "messages",
    "user_messages",
    "agent_messages",
    "thread_messages",
    "labeled_threads",
    "ratings",
    "responded_threads",
    "unanswered_threads",
    "agent_started_threads",
    "closed_threads",
    "threads_closed",
]


def assert_same_records(actual: Records, expected: Records) -> None:
    """Fail unless the same records stand."""
    for entity in ENTITIES:
        assert_tables_equal(
            getattr(actual, entity), getattr(expected, entity), [RECORD_KEYS[entity]], entity
        )


def in_one_file_each(inbox: Inbox, file_format: str, compression: str, style: int) -> Inbox:
    """The rows of each day and entity in one file, but for those that a CSV cannot tell."""
    days = {}
    for day in inbox.days:
        files = []
        for entity in ENTITIES:
            rows = [row for file in inbox.files(day, entity) for row in file.rows]
            rows = [row for row in rows if not has_pipe_label([row])]
            name = file_name(entity, "", file_format, compression)
            files.append(ExportFile(name, entity, file_format, tuple(rows), style, style % 2 == 1))
        days[day] = tuple(files)
    return Inbox(inbox.zone, days)


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_tells_the_same(tmp_path: Path, file_format: str, compression: str) -> None:
    inbox = generate_inbox(3, days=3, threads_per_day=8, zone="Asia/Kathmandu")
    write_inbox(in_one_file_each(inbox, "csv", "", 0), tmp_path / "expected")
    expected = read_exports(tmp_path / "expected")
    for style in range(STYLES):
        folder = tmp_path / str(style)
        write_inbox(in_one_file_each(inbox, file_format, compression, style), folder)
        records = read_exports(folder)
        assert records.rejected.empty
        assert_same_records(records, expected)


def test_a_seed_makes_one_inbox() -> None:
    assert generate_inbox(5, days=4) == generate_inbox(5, days=4)
    assert generate_inbox(5, days=4) != generate_inbox(6, days=4)


def test_a_pause_leaves_days_out() -> None:
    days = list(generate_inbox(1, days=6, threads_per_day=1, pause=400).days)
    assert len(days) == 6
    assert max(later - earlier for earlier, later in pairwise(days)) == 401 * ONE_DAY


def test_clutter_is_passed_over(tmp_path: Path) -> None:
    inbox = generate_inbox(2, days=2, threads_per_day=2)
    write_inbox(inbox, tmp_path / "plain")
    write_inbox(inbox, tmp_path / "cluttered", clutter=True)
    assert_same_records(read_exports(tmp_path / "cluttered"), read_exports(tmp_path / "plain"))
    assert export_days(tmp_path / "cluttered") == list(inbox.days)


def test_every_bad_row_is_left_out(tmp_path: Path) -> None:
    inbox = generate_inbox(4, days=20, threads_per_day=4)
    spoiled, count = with_bad_rows(inbox, 1)
    assert count > 20
    write_inbox(inbox, tmp_path / "good")
    write_inbox(spoiled, tmp_path / "spoiled")
    records = read_exports(tmp_path / "spoiled")
    assert len(records.rejected) == count
    assert_same_records(records, read_exports(tmp_path / "good"))


def test_a_correction_rewrites_one_day(tmp_path: Path) -> None:
    inbox = generate_inbox(4, days=5, threads_per_day=4)
    day = list(inbox.days)[2]
    mended = corrected(inbox, day, 1)
    assert {other for other in inbox.days if mended.days[other] != inbox.days[other]} == {day}
    write_inbox(inbox, tmp_path / "mended")
    write_day(mended, day, tmp_path / "mended")
    write_inbox(mended, tmp_path / "fresh")
    records = read_exports(tmp_path / "mended")
    assert_same_records(records, read_exports(tmp_path / "fresh"))
    assert f"added on {day}" in set(records.threads.thread_id) or records.rejected.empty


@settings(max_examples=15, deadline=None, phases=[Phase.generate])
@given(inbox=inboxes(), data=st.data())
def test_drawn_inboxes_hold_together(inbox: Inbox, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        write_inbox(inbox, Path(folder))
        records = read_exports(Path(folder))
        assert records.rejected.empty
        assert records.as_of_date == max(inbox.days)
        assert_agents_add_up(Report(records, inbox.zone, data.draw(st.sampled_from(WEEK_STARTS))))
        day, mended = data.draw(corrections(inbox))
        write_day(mended, day, Path(folder))
        read_exports(Path(folder))


def assert_agents_add_up(report: Report) -> None:
    """Fail unless agents sum to the inbox, longer periods to days, and a series to its mart."""
    tables = report.tables()
    daily = tables["mart_inbox_daily"]
    for grain in GRAINS:
        inbox, agents = tables[f"mart_inbox_{grain}"], tables[f"mart_agents_{grain}"]
        if inbox.empty:
            continue
        by_agent = agents.groupby("period_start_date")[[*ADDITIVE, "open_threads"]].sum()
        by_agent = by_agent.reindex(inbox.period_start_date, fill_value=0)
        sums = inbox.set_index("period_start_date")[[*ADDITIVE, "open_threads"]]
        assert by_agent.to_numpy().tolist() == sums.to_numpy().tolist()
        assert inbox[ADDITIVE].sum().tolist() == daily[ADDITIVE].sum().tolist()
        assert inbox.new_users.sum() == daily.new_users.sum()

        # A mart leaves out what lies after the last day without activity, and most ages.
        first_day, last_day = inbox.period_start_date.min(), inbox.period_end_date.max()
        compared = [name for name in inbox if name not in AGES]
        series = report.inbox_series(grain, first_day, last_day)
        series = series[series.period_start_date.isin(inbox.period_start_date)]
        assert_tables_equal(series, inbox[compared], ["period_start_date"], f"series {grain}")
        if grain == "yearly" and not agents.empty:
            agent_id = agents.agent_id.dropna().min()
            if not pd.isna(agent_id):
                series = report.inbox_series(grain, first_day, last_day, agent_id)
                expected = agents[agents.agent_id == agent_id]
                series = series[series.period_start_date.isin(expected.period_start_date)]
                compared = [name for name in expected if name not in (*AGES, "agent_name")]
                assert_tables_equal(
                    series.assign(agent_id=agent_id),
                    expected[compared],
                    ["period_start_date"],
                    "series",
                )


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
