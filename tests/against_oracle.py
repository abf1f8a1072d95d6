"""Warehouses beside what the oracle says of the same exports and schedules."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, settings

from orchestration.exports import ExportDay, find_export_days, load_day
from orchestration.privacy.record import Door
from tests.models import Warehouse, load
from tests.oracle.clock import read_schedules, union
from tests.oracle.compare import assert_tables_equal
from tests.oracle.coverage import Coverage
from tests.oracle.events import TEAM_IDS
from tests.oracle.inbox import Inbox
from tests.oracle.metrics import KEYS, Report
from tests.oracle.read import read_exports
from tests.oracle.schedules import schedules_text
from tests.oracle.writing import write_inbox
from tests.oracle.zones import ONE_DAY, start_of_day

FACTS = ("fct_durations", "dim_teams")

# An example writes files, lands them and builds dozens of models; there is no fair deadline for it.
property_settings = settings(
    deadline=None,
    phases=[Phase.generate],
    max_examples=25,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for one Hypothesis example (pytest's own would be shared by all of a test)."""
    folder = Path(tempfile.mkdtemp(prefix="inbox-test-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def load_days_in(days: Iterable[ExportDay], raw: Path) -> None:
    """Lands some export days, in this order."""
    for day in days:
        load_day(day, raw, Door())


def write_schedules(inbox: Inbox, seed: int, folder: Path) -> Path:
    """A schedules file that changes while the inbox lasts."""
    path = folder / "schedules.csv"
    days = list(inbox.days)
    path.write_text(schedules_text(seed, days[0], days[-1], TEAM_IDS[:3]), encoding="utf-8")
    return path


def oracle_of(exports: Path, inbox: Inbox, week_start: str, schedules: Path | None) -> Report:
    """What the oracle says of written exports."""
    records = read_exports(exports)
    return Report(
        records,
        inbox.zone,
        week_start,
        schedules=read_schedules(schedules, inbox.zone) if schedules else None,
        coverage=Coverage(records.days),
    )


@contextmanager
def built(
    inbox: Inbox, week_start: str = "monday", seed: int | None = 0
) -> Iterator[tuple[Warehouse, Report]]:
    """The warehouse of an inbox beside what the oracle says; no seed is no schedules file."""
    with temporary_folder() as folder:
        write_inbox(inbox, folder / "exports")
        load(folder / "exports", folder / "raw")
        schedules = None if seed is None else write_schedules(inbox, seed, folder)
        report = oracle_of(folder / "exports", inbox, week_start, schedules)
        with Warehouse(folder / "raw", inbox.zone, week_start, schedules) as warehouse:
            yield warehouse, report


def shuffled_batches(exports: Path, seed: int) -> list[list[ExportDay]]:
    """Export days a few at a time, some neighbours the other way round."""
    days = find_export_days(exports)
    chances = Random(seed)
    for place in range(len(days) - 1):
        if chances.random() < 0.3:
            days[place : place + 2] = reversed(days[place : place + 2])
    size = seed % 3 + 1
    return [days[start : start + size] for start in range(0, len(days), size)]


def assert_facts(warehouse: Warehouse, report: Report) -> None:
    """Fail unless durations, teams, open hours and missing days are what the oracle says."""
    expected = report.tables(is_first_edition=False)
    for name in FACTS:
        assert_tables_equal(warehouse.table(name), expected[name], KEYS[name], name)
    assert_open_hours(warehouse, report)
    assert_days(warehouse, report)


def assert_days(warehouse: Warehouse, report: Report) -> None:
    """Fail unless the same days are missing."""
    assert report.coverage is not None
    told = warehouse.table("dim_report").covered_from.tolist()
    assert [day.date() for day in told] == [report.coverage.covered_from]
    dates = warehouse.table("dim_dates")
    if not dates.empty:
        missing = dates[dates.is_missing].date.sort_values().dt.date.tolist()
        assert missing == report.coverage.missing(date.min, date.max)


def assert_open_hours(warehouse: Warehouse, report: Report) -> None:
    """Fail unless the same instants are open from the first record to well after the last day.

    How long before the first record, and past the last day, is the models' own affair, as is where
    a span that goes on is cut.
    """
    if report.clock is None or report.as_of_date is None:
        return
    instants = [thread["created_at"] for thread in report.threads]
    instants += [message["sent_at"] for message in report.messages]
    if not instants:
        return
    first = min(instants)
    last = start_of_day(report.as_of_date + 399 * ONE_DAY, report.zone)
    table = warehouse.table("dim_open_hours").sort_values(["schedule_id", "opens_at"])
    for schedule_id, spans in report.clock.spans.items():
        rows = table[table.schedule_id == schedule_id].to_dict("records")
        told = [(row["opens_at"].to_pydatetime(), row["closes_at"].to_pydatetime()) for row in rows]
        cut = [
            union([(max(a, first), min(b, last)) for a, b in listed if a < last and b > first])
            for listed in (told, spans)
        ]
        assert cut[0] == cut[1], f"dim_open_hours of {schedule_id}"
        before = 0.0
        for row, (opens, closes) in zip(rows, told, strict=True):
            assert row["seconds_before"] == pytest.approx(before, abs=1e-6), row
            before += (closes - opens).total_seconds()
