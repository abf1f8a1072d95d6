"""Every published table, as the oracle says it is."""

from __future__ import annotations

from datetime import date

import pytest

from tests.models import Warehouse
from tests.oracle.clock import union
from tests.oracle.compare import assert_tables_equal
from tests.oracle.metrics import KEYS, Report
from tests.oracle.zones import ONE_DAY, start_of_day


def assert_published(warehouse: Warehouse, report: Report) -> None:
    """Fail unless every published table is what the oracle says."""
    for name, expected in report.tables().items():
        actual = warehouse.table(name)
        if name == "dim_dates":
            # It covers whole years; the oracle's has the days of the report.
            actual = actual.merge(expected[["date"]].astype(actual["date"].dtype), on="date")
        assert_tables_equal(actual, expected, KEYS[name], name)
    assert_open_hours(warehouse, report)
    assert_days(warehouse, report)


def assert_days(warehouse: Warehouse, report: Report) -> None:
    """Fail unless the same days are missing."""
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
