"""The log of restatements: what has moved since it was published, and which threads moved it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from orchestration.exports import find_export_days
from orchestration.settings import PROJECT_ROOT
from tests.against_oracle.warehouses import load_days_in
from tests.models import Warehouse
from tests.oracle.explain import Range, counted_rows
from tests.oracle.metrics import Report, period_end
from tests.oracle.read import read_exports
from tests.restated import CELL, MARTS, Publisher, logged, marts, moved_cells, table

EXPORTS = PROJECT_ROOT / "sample" / "exports"
ZONE = "Europe/Warsaw"
# The first publication ends with February, so that two months are complete in it.
FIRST_DAYS = 60
BIG = "mart_agents_monthly"


class Told:
    """A home of 60 days of the sample that went on, by one day and by all the others."""

    def __init__(self, folder: Path) -> None:
        self.raw = folder / "raw"
        self.days = find_export_days(EXPORTS)
        load_days_in(self.days[:FIRST_DAYS], self.raw)
        self.warehouse = Warehouse(self.raw, ZONE)
        self.publisher = Publisher(self.warehouse, folder / "home")
        self.publisher.publish()
        self.first = marts(self.publisher.published)
        self.beside = Publisher(self.warehouse, folder / "beside", knows_changes=False)
        shutil.copytree(self.publisher.published, self.beside.published, symlinks=True)
        self.by_day = []
        for day in self.days[FIRST_DAYS : FIRST_DAYS + 2]:
            load_days_in([day], self.raw)
            self.by_day.append(self.publisher.bring(self.raw))
        self.beside.batch = self.publisher.batch
        self.beside.publish()
        self.middle = marts(self.publisher.published)
        load_days_in(self.days[FIRST_DAYS + 2 :], self.raw)
        self.last = self.publisher.bring(self.raw)
        self.end = marts(self.publisher.published)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Published at 60 days, at 61, at 62, and at 91."""
    made = Told(tmp_path_factory.mktemp("restated"))
    with made.warehouse:
        yield made


def test_a_row_for_each_cell_that_was_complete_and_differs_and_no_other(told: Told) -> None:
    expected = moved_cells(told.middle, told.end)
    assert len(expected) > 500
    assert logged(told.publisher.published, told.last.name) == expected


def test_february_moved_by_the_threads_that_were_answered_in_march(told: Told) -> None:
    cell = ("mart_inbox_monthly", pd.Timestamp(2024, 2, 1), None, "first_response_seconds_median")
    assert logged(told.publisher.published)[cell] == (13_234.5, 14_444.0)
    threads = table(told.publisher.published, "restated_threads")
    behind = threads[(threads.table_name == cell[0]) & (threads.number == cell[3])]
    assert behind[behind.period_start_date == cell[1]].thread_id.nunique() == 43


def test_day_by_day_or_at_once_the_first_and_the_last_value_are_the_same(told: Told) -> None:
    by_day = logged(told.publisher.published, *(day.name for day in told.by_day))
    at_once = logged(told.beside.published)
    assert at_once == moved_cells(told.first, told.middle)
    # Of what was complete on the first day; a value that came back moved by day alone.
    complete = {key: pair for key, pair in by_day.items() if key[1] < pd.Timestamp(2024, 3, 1)}
    assert {key: pair for key, pair in complete.items() if pair[0] != pair[1]} == at_once


def test_a_rebuild_another_order_and_equal_records_again_restate_nothing(
    told: Told, tmp_path: Path
) -> None:
    exports = tmp_path / "exports"
    shutil.copytree(EXPORTS, exports)
    deliver_otherwise(exports / "2024-03-05" / "messages.jsonl")
    load_days_in(reversed(find_export_days(exports)), tmp_path / "raw")
    with Warehouse(tmp_path / "raw", ZONE) as rebuilt:
        other = Publisher(rebuilt, tmp_path / "home", knows_changes=False)
        shutil.copytree(told.publisher.published, other.published, symlinks=True)
        before = logged(other.published)
        assert other.publish().restatements == 0
        assert logged(other.published) == before


def deliver_otherwise(file: Path) -> None:
    """Writes the same records in another order and under another name."""
    lines = file.read_text(encoding="utf-8").splitlines()
    file.with_name("messages.again.jsonl").write_text("\n".join(reversed(lines)), encoding="utf-8")
    file.unlink()


def test_what_adds_up_is_now_what_it_was_and_all_that_it_moved_by(told: Told) -> None:
    rows = table(told.publisher.published, "fct_restatements")
    rows = rows[(rows.table_name == "mart_inbox_daily") & (rows.number == "labeled_threads")]
    moved = (rows.value_after - rows.value_before).groupby(rows.period_start_date).sum()
    first, end = (
        side["mart_inbox_daily"].set_index("period_start_date").labeled_threads
        for side in (told.first, told.end)
    )
    for day, change in moved[moved.index < pd.Timestamp(2024, 3, 1)].items():
        assert first[day] + change == end[day]


def test_each_row_is_explained_by_threads(told: Told) -> None:
    rows = table(told.publisher.published, "fct_restatements")
    threads = table(told.publisher.published, "restated_threads")
    keys = ["publication_id", "table_name", "period_start_date", "agent_id", "number"]
    counted = threads.groupby(keys, dropna=False).thread_id.nunique().rename("threads")
    joined = rows.merge(counted.reset_index(), on=keys, how="left")
    assert (joined.threads_changed > 0).all()
    assert (joined.threads == joined.threads_changed).all()


def test_the_threads_are_those_whose_part_of_the_number_moved(told: Told) -> None:
    """Beside the oracle's rows behind each number, before and after."""
    until = told.days[FIRST_DAYS + 1].export_date
    sides = [Report(read_exports(EXPORTS, until=day), ZONE) for day in (until, None)]
    threads = table(told.publisher.published, "restated_threads")
    threads = threads[threads.publication_id == told.last.name]
    # Every cell of the inbox, and the agents' of a month's last days.
    threads = threads[~threads.number.isin(["new_users"]) & (threads.table_name != BIG)]
    is_told = (threads.table_name != "mart_agents_daily") | (
        threads.period_start_date >= pd.Timestamp(2024, 2, 26)
    )
    cells = threads[is_told].groupby(CELL, dropna=False).thread_id.agg(set)
    assert len(cells) > 200
    for key, found in cells.items():
        name, period, agent, number = key  # type: ignore[misc]
        is_agents, is_monthly = MARTS[name]
        whose = ("" if pd.isna(agent) else agent) if is_agents else None
        last = period_end(period.date(), "monthly" if is_monthly else "daily")
        asked = Range(period.date(), last, whose)
        was, now = (parts_of(side, number, asked) for side in sides)
        assert found == {t for t in was.keys() | now.keys() if was.get(t) != now.get(t)}, key


def parts_of(report: Report, number: str, asked: Range) -> dict[str, Any]:
    parts: dict[str, list[Any]] = {}
    for row in counted_rows(report, number, asked):
        parts.setdefault(row["thread_id"], []).append(row["value"])
    return {thread: sorted(values) for thread, values in parts.items()}
