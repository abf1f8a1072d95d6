"""Waits, working time, closings, channels, teams, missing days: models against the oracle."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.against_oracle import (
    built,
    load_days_in,
    oracle_of,
    property_settings,
    shuffled_batches,
    temporary_folder,
    write_schedules,
)
from tests.models import Warehouse
from tests.oracle.clock import union
from tests.oracle.compare import assert_tables_equal
from tests.oracle.corner_cases import all_corner_cases
from tests.oracle.events import with_events, without_days
from tests.oracle.generate import generate_inbox, inboxes
from tests.oracle.inbox import WEEK_STARTS, ZONES
from tests.oracle.metrics import KEYS, Report
from tests.oracle.writing import write_inbox
from tests.oracle.zones import ONE_DAY, start_of_day

TABLES = ("fct_durations", "dim_teams")


def assert_facts(warehouse: Warehouse, report: Report) -> None:
    expected = report.tables(is_first_edition=False)
    for name in TABLES:
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


@property_settings
@given(st.data())
def test_any_inbox_has_the_durations_that_the_oracle_says(data: st.DataObject) -> None:
    inbox = data.draw(inboxes())
    seed = data.draw(st.one_of(st.none(), st.integers(0, 9)))
    with built(inbox, data.draw(st.sampled_from(WEEK_STARTS)), seed) as (warehouse, report):
        assert_facts(warehouse, report)


@pytest.mark.parametrize("zone", ZONES)
def test_every_corner_case_at_once(zone: str) -> None:
    seed = ZONES.index(zone)
    with built(with_events(all_corner_cases(zone=zone), seed), "monday", seed) as (tables, report):
        assert_facts(tables, report)


@pytest.mark.parametrize(
    ("zone", "first_day"),
    [
        ("Europe/Warsaw", date(2024, 3, 20)),
        ("America/Sao_Paulo", date(2018, 10, 25)),
        ("Australia/Lord_Howe", date(2024, 3, 25)),
    ],
)
def test_a_larger_inbox(zone: str, first_day: date) -> None:
    inbox = generate_inbox(7, first_day, 20, 12, zone, keeps_later=True)
    inbox = without_days(with_events(inbox, 7), 7)
    for seed in range(3):
        with built(inbox, "monday", seed) as (warehouse, report):
            assert_facts(warehouse, report)


@pytest.mark.parametrize("seed", range(3))
def test_day_by_day_is_what_the_oracle_says(seed: int) -> None:
    zone = ZONES[seed + 1]
    inbox = generate_inbox(seed, date(2024, 3, 20), 16, 8, zone, keeps_later=True)
    inbox = with_events(inbox, seed)
    with temporary_folder() as folder:
        write_inbox(inbox, folder / "exports")
        schedules = write_schedules(inbox, seed, folder)
        batches = shuffled_batches(folder / "exports", seed)
        load_days_in(batches[0], folder / "raw")
        with Warehouse(folder / "raw", zone, "monday", schedules) as warehouse:
            for batch in batches[1:]:
                load_days_in(batch, folder / "raw")
                warehouse.bring(folder / "raw")
            assert_facts(warehouse, oracle_of(folder / "exports", inbox, "monday", schedules))
