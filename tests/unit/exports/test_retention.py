"""Days that are past their time: what goes of them, and that nothing else changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestration.exports import (
    collect_garbage,
    find_export_days,
    load_day,
    pending_days,
    read_manifests,
    retention,
)
from orchestration.exports.manifest import changed_closed_days
from orchestration.exports.retention import close_days, days_to_close
from orchestration.privacy.record import Door

from .builders import rating, thread, write_records

FIRST = date(2024, 3, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number - 1)


def load_all(exports: Path, raw: Path) -> None:
    for export_day in pending_days(find_export_days(exports), raw):
        load_day(export_day, raw, Door())


def version(number: int, **changes: Any) -> dict[str, Any]:
    return thread(updated_at=f"2024-03-{number:02}T12:00:00Z", status="open", **changes)


def write_versions(exports: Path) -> None:
    """A thread that changes on each of five days, one that does not, ratings, and bad rows."""
    for number in range(1, 6):
        records = [version(number, thread_id="t1"), version(number, thread_id=f"own{number}")]
        write_records(
            exports, "threads.csv", [*records, version(number, thread_id="")], day(number)
        )
        write_records(exports, "ratings.csv", [rating(rating_id="r")], day(number))


def landed(raw: Path, entity: str) -> list[tuple[int, str]]:
    """The day and the key of every landed row."""
    return [
        (row["export_date"].day, next(iter(row.values())))
        for manifest in read_manifests(raw).values()
        if entity in manifest.landed
        for row in pq.ParquetFile(raw / manifest.landed[entity]).read().to_pylist()
    ]


def test_superseded_versions_and_quarantine_of_closed_days_go(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw [*?]"
    write_versions(exports)
    load_all(exports, raw)
    files = {d: m.landed for d, m in read_manifests(raw).items()}
    closed = close_days(raw, 2)
    assert closed.days == (day(1), day(2))
    assert (closed.rows_superseded, closed.rows_quarantined) == (2, 2)
    assert landed(raw, "threads") == [
        (1, "own1"),
        *[(2, "t1"), (2, "own2"), (3, "t1"), (3, "own3")],
        *[(4, "t1"), (4, "own4"), (5, "t1"), (5, "own5")],
    ]
    assert landed(raw, "ratings") == [(2, "r"), (3, "r"), (4, "r"), (5, "r")]
    manifests = read_manifests(raw)
    for number in range(1, 6):
        manifest = manifests[day(number)]
        assert (manifest.quarantine is None) == (number < 3)
        assert (manifest.retention == "closed") == (number < 3)
        assert manifest.rows_loaded == {"ratings": 1, "threads": 2}, "what was read is still told"
        kept = 3 - sum(file.rows_superseded for file in manifest.files)
        assert kept == len(
            [1 for kind in ("threads", "ratings") for d, _ in landed(raw, kind) if d == number]
        )
    changed = {d for d, m in manifests.items() if m.landed != files[d]}
    assert changed == {day(1)}, "only what lost rows is to be merged anew"
    assert close_days(raw, 2).days == ()
    collect_garbage(raw)
    assert close_days(raw, 1).days == (day(3),)
    assert [row for row in landed(raw, "threads") if row[1] == "t1"] == [
        (3, "t1"),
        (4, "t1"),
        (5, "t1"),
    ]
    assert sum(file.rows_superseded for file in read_manifests(raw)[day(2)].files) == 2


def test_a_superseded_version_that_alone_tells_of_a_closing_stays(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    first, second = "2024-03-01T10:00:00Z", "2024-03-03T10:00:00Z"

    def closed(number: int, at: str) -> dict[str, Any]:
        return thread(
            thread_id="t1",
            updated_at=f"2024-03-{number:02}T12:00:00Z",
            closed_at=at,
            first_closed_at=first,
        )

    versions = [closed(1, first), version(2, thread_id="t1"), closed(3, second), closed(4, second)]
    versions.append(version(5, thread_id="t1", first_closed_at=first))
    for number, record in enumerate(versions, 1):
        write_records(exports, "threads.csv", [record], day(number))
    write_records(exports, "ratings.csv", [rating()], day(9))
    load_all(exports, raw)
    assert close_days(raw, 1).rows_superseded == 3
    # The last one tells of the first closing, the fourth of the second.
    assert landed(raw, "threads") == [(4, "t1"), (5, "t1")]


def test_without_the_setting_nothing_is_closed(tmp_path: Path) -> None:
    write_versions(tmp_path / "exports")
    load_all(tmp_path / "exports", tmp_path / "raw")
    assert days_to_close(tmp_path / "raw", None) == []
    assert days_to_close(tmp_path / "raw", 4) == []
    assert days_to_close(tmp_path / "nothing", 1) == []


def test_days_are_counted_from_the_last_loaded_one_and_not_from_the_clock(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_records(exports, "ratings.csv", [rating()], date(1999, 1, 1))
    load_all(exports, raw)
    assert days_to_close(raw, 1) == []


def test_a_closed_day_is_not_loaded_again_and_that_is_told(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_versions(exports)
    load_all(exports, raw)
    close_days(raw, 2)
    assert changed_closed_days(find_export_days(exports), raw) == []
    write_records(exports, "threads.csv", [version(9)], day(1))
    write_records(exports, "threads.csv", [version(9)], day(4))
    days = find_export_days(exports)
    assert [d.export_date for d in changed_closed_days(days, raw)] == [day(1)]
    assert [d.export_date for d in pending_days(days, raw)] == [day(4)]


def test_a_day_that_comes_late_loads_and_is_then_closed(tmp_path: Path) -> None:
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    write_versions(exports)
    late = FIRST - timedelta(days=10)
    load_all(exports, raw)
    close_days(raw, 2)
    write_records(exports, "threads.csv", [version(9, thread_id="t1"), version(9)], late)
    load_all(exports, raw)
    assert close_days(raw, 2).days == (late,)
    assert next(row for row in landed(raw, "threads") if row[1] == "t1") == (20, "t1")


def die_at(call: int, owner: Any, name: str, work: Callable[[], object]) -> bool:
    """Do something in a process of its own that dies before one call; whether it came to it."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 77
    real, calls = getattr(owner, name), 0

    def die(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            os._exit(77)
        return real(*arguments, **options)

    try:
        setattr(owner, name, die)
        work()
    finally:
        os._exit(0)


@pytest.mark.parametrize("name", ["rewrite_day", "_superseded_rows"])
def test_closing_that_dies_is_finished_by_the_next(tmp_path: Path, name: str) -> None:
    exports = tmp_path / "exports"
    write_versions(exports)
    load_all(exports, tmp_path / "whole")
    close_days(tmp_path / "whole", 1)
    expected = landed(tmp_path / "whole", "threads"), landed(tmp_path / "whole", "ratings")
    for call in range(1, 20):
        raw = tmp_path / f"raw{call}"
        load_all(exports, raw)
        died = die_at(call, retention, name, lambda raw=raw: close_days(raw, 1))
        if died and call > 1:
            # No day may be loaded again once rows of another may be gone for it.
            assert all(
                m.retention != "open" for d, m in read_manifests(raw).items() if d < day(4)
            ) or (landed(raw, "threads").count((1, "t1")) == 1)
        close_days(raw, None if call > 3 else 1)
        assert (landed(raw, "threads"), landed(raw, "ratings")) == expected
        if not died:
            assert call > 1
            return
    raise AssertionError("it never ended")
