"""The oracle on the sample, whose numbers were worked out before by other hands."""

from datetime import date
from pathlib import Path

import pytest

from tests.oracle.clock import Opening, Schedule
from tests.oracle.durations import by_thread, waits_of
from tests.oracle.metrics import Report
from tests.oracle.periods import quantile
from tests.oracle.read import read_exports
from tests.oracle.zones import zone_of

ZONE = "Europe/Warsaw"
SAMPLE = Path(__file__).parents[2] / "sample" / "exports"
NINE_TO_FIVE = {weekday: [Opening(9 * 60, 17 * 60)] for weekday in range(1, 6)}
MARCH = (date(2024, 3, 1), date(2024, 3, 31))


@pytest.fixture(scope="module")
def report() -> Report:
    """With working hours on weekdays but New Year's Day."""
    hours = Schedule(zone_of(ZONE), {date.min: NINE_TO_FIVE}, {date(2024, 1, 1): []})
    return Report(read_exports(SAMPLE), ZONE, schedules={"default": hours})


def test_first_responses_by_both_clocks(report: Report) -> None:
    rows = [row for row in report.durations if row["measure"] == "first_response"]
    seconds = [row["seconds"] for row in rows if row["seconds"] is not None]
    working = [row["business_seconds"] for row in rows if row["seconds"] is not None]
    assert (len(seconds), quantile(seconds, 0.5)) == (2420, 13_242.5)
    assert (quantile(working, 0.5), working.count(0.0)) == (834.5, 1107)


def test_the_day_of_the_thread_and_the_day_of_the_answer(report: Report) -> None:
    created = report.inbox_series("monthly", *MARCH).iloc[0]
    assert (created.responded_threads, created.first_response_seconds_median) == (686, 15_074.5)
    ended = report.inbox_within("first_response", 1e9, "monthly", *MARCH, day_of="ended").iloc[0]
    median = report.inbox_series("monthly", *MARCH, day_of="ended").iloc[0]
    assert (ended.ended, median.first_response_seconds_median) == (730, 16_105.5)


def test_waits(report: Report) -> None:
    counted = by_thread([message for message in report.messages if message["is_counted"]])
    waits = [wait for messages in counted.values() for wait in waits_of(messages, [])]
    assert sum(wait.ended_by == "reply" for wait in waits) == 3814
    # An accepted answer of another user closes the thread, and the wait with it.
    ended = [wait.ended_by for waits in report.waits.values() for wait in waits]
    assert ended.count("reply") == 3777


def test_closed_at_one_touch_and_satisfied(report: Report) -> None:
    whole = report.inbox_series("yearly", date(2024, 1, 1), date(2024, 12, 31)).iloc[0]
    assert (whole.closed_threads, whole.one_touch_threads, whole.reopened_threads) == (418, 156, 0)
    assert round(whole.csat_ratio, 3) == 0.605


def test_february_as_it_was_known_at_its_end_and_a_month_later(report: Report) -> None:
    february = (date(2024, 2, 1), date(2024, 2, 29))
    then = Report(read_exports(SAMPLE, february[1]), ZONE)
    medians = [
        known.inbox_series("monthly", *february).iloc[0].first_response_seconds_median
        for known in (then, report)
    ]
    assert medians == [13_234.5, 14_444.0]
