"""The rows behind a number, of the oracle: that they make the number, and that reasons are true."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from tests.oracle.by_hand import DAY, event, message, rating, records_of, thread
from tests.oracle.entries import Filters
from tests.oracle.events import with_events
from tests.oracle.explain import (
    EXPLAINED,
    Range,
    assert_rows_explain,
    counted_rows,
    is_true,
    number_of,
)
from tests.oracle.generate import generate_inbox, write_inbox
from tests.oracle.metrics import Report
from tests.oracle.read import read_exports


@pytest.mark.parametrize("seed", range(3))
def test_counted_rows_make_the_number(tmp_path: Path, seed: int) -> None:
    first = date(2024, 3, 20)
    write_inbox(with_events(generate_inbox(seed, first, 10, 6), seed), tmp_path)
    records = read_exports(tmp_path)
    report = Report(records)
    agent = str(report.agents[seed]["agent_id"])
    for asked in (
        Range(first, first + timedelta(days=9)),
        Range(first + timedelta(days=2), first + timedelta(days=5), agent),
        Range(first, first + timedelta(days=7), None, Filters(channels=["chat"])),
    ):
        series = report.inbox_series(
            "yearly", asked.start_date, asked.end_date, asked.agent, asked.filters
        ).iloc[0]
        for number in EXPLAINED:
            if number == "csat_ratio":
                continue
            made = number_of(number, counted_rows(report, number, asked))
            expected = series[number]
            if expected is not None:
                expected = pytest.approx(expected, rel=1e-12)
            assert made == expected, (number, asked)


def test_reasons_are_true_or_not(tmp_path: Path) -> None:
    threads = [
        thread("quiet", "2024-03-04T09:00:00", channel="chat"),
        thread("asked", "2024-03-04T09:00:00", labels=("x",), team_id="sales"),
        thread("early", "2024-03-04T09:00:00", closed_at="2024-03-03T09:00:00"),
        thread("ours", "2024-03-04T09:00:00", priority="low"),
    ]
    messages = [
        message("asked.1", "2024-03-04T09:00:00", "user", "u"),
        message("ours.1", "2024-03-04T09:00:00", "agent", "a"),
        message("ours.2", "2024-03-04T09:30:00", "user", "u"),
        message("ours.3", "2024-03-05T09:30:00", "agent", "a"),
    ]
    records = records_of(
        tmp_path,
        threads,
        messages,
        [rating("asked.r", "2024-03-04T10:00:00", 3)],
        thread_events=[event("quiet.1", "2024-03-06T09:00:00", "closed")],
    )
    report = Report(records)
    monday = Range(DAY, DAY)
    filtered = Range(DAY, DAY, filters=Filters(["email"], ["sales"], ["x"], ["high", "low"]))
    told = {
        name: {
            reason
            for reason in REASONS_TOLD
            if is_true(report, reason, report.threads_by_id[name], monday)
        }
        for name in report.threads_by_id
    }
    assert told == {
        "quiet": {"another_day", "no_user_message", "unanswered", "still_open", "no_rating",
                  "not_labeled"},
        "asked": {"unanswered", "still_open"},
        "early": {"another_day", "no_user_message", "unanswered", "closed_by_then",
                  "time_inconsistent", "no_rating", "not_labeled"},
        "ours": {"another_day", "agent_started", "still_open", "no_rating", "not_labeled"},
    }  # fmt: skip
    for name, reasons in {
        "quiet": ["another_channel", "another_team", "another_label", "another_priority"],
        "asked": ["another_channel", "another_priority"],
        "ours": ["another_channel", "another_team", "another_label"],
    }.items():
        true = [
            reason
            for reason in ("channel", "team", "label", "priority")
            if is_true(report, f"another_{reason}", report.threads_by_id[name], filtered)
        ]
        assert [f"another_{reason}" for reason in true] == reasons
    assert not is_true(report, "because", report.threads_by_id["quiet"], monday)


REASONS_TOLD = (
    "another_day",
    "agent_started",
    "no_user_message",
    "unanswered",
    "still_open",
    "closed_by_then",
    "time_inconsistent",
    "no_rating",
    "not_labeled",
)


class TestRowsOfAnother:
    """Rows as another tells them of two threads, of which one is labeled."""

    asked = Range(DAY, DAY)

    def assert_rows(self, folder: Path, *rows: tuple[str, bool, str | None]) -> None:
        threads = [
            thread("t", "2024-03-04T09:00:00", labels=("x",)),
            thread("u", "2024-03-04T10:00:00"),
        ]
        report = Report(records_of(folder, threads))
        actual = pd.DataFrame(
            [
                {"thread_id": name, "record_id": name, "value": 1.0, "is_counted": is_counted,
                 "reason": reason, "user_id": None}
                for name, is_counted, reason in rows
            ]
        )  # fmt: skip
        assert_rows_explain(actual, report, "labeled_threads", self.asked)

    def test_the_truth_passes(self, tmp_path: Path) -> None:
        self.assert_rows(tmp_path, ("t", True, None), ("u", False, "not_labeled"))

    @pytest.mark.parametrize(
        "rows",
        [
            [("t", True, None)],
            [("t", True, None), ("u", True, None)],
            [("t", False, "not_labeled"), ("u", False, "not_labeled")],
            [("t", True, None), ("u", False, "another_day")],
            [("t", True, None), ("u", False, None)],
            [("t", True, "not_labeled"), ("u", False, "not_labeled")],
        ],
    )
    def test_anything_else_fails(
        self, tmp_path: Path, rows: list[tuple[str, bool, str | None]]
    ) -> None:
        with pytest.raises(AssertionError):
            self.assert_rows(tmp_path, *rows)
