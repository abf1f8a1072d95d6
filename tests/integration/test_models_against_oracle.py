"""Every published number against the oracle, over generated inboxes, zones and week starts."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orchestration.exports import ExportDay, find_export_days, load_day
from orchestration.exports.manifest import manifest_path
from orchestration.privacy.record import Door
from tests.models import Warehouse, load, parsed_project
from tests.oracle.compare import assert_tables_equal
from tests.oracle.corner_cases import all_corner_cases
from tests.oracle.generate import (
    WEEK_STARTS,
    ZONES,
    Inbox,
    corrections,
    generate_inbox,
    inboxes,
    write_day,
    write_inbox,
)
from tests.oracle.metrics import KEYS, Report, first_edition
from tests.oracle.read import read_exports

# An example writes files, lands them and builds forty models; there is no fair deadline for that.
property_settings = settings(
    deadline=None,
    phases=[Phase.generate],
    max_examples=25,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)

SERIES_GRAINS = {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for one Hypothesis example (pytest's own would be shared by all of a test)."""
    folder = Path(tempfile.mkdtemp(prefix="inbox-test-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def built(inbox: Inbox, week_start: str) -> Iterator[tuple[Warehouse, Report]]:
    """The warehouse of an inbox beside what the oracle says of the same files."""
    with temporary_folder() as folder:
        write_inbox(inbox, folder / "exports", clutter=True)
        load(folder / "exports", folder / "raw")
        records = read_exports(folder / "exports")
        with Warehouse(folder / "raw", inbox.zone, week_start) as warehouse:
            yield warehouse, Report(records, inbox.zone, week_start)


def assert_published(warehouse: Warehouse, report: Report) -> None:
    for name, expected in report.tables().items():
        actual = warehouse.table(name)
        if name == "dim_dates":
            # It covers whole years; the oracle's has the days of the report.
            actual = actual.merge(expected[["date"]].astype(actual["date"].dtype), on="date")
        assert_tables_equal(actual, expected, KEYS[name], name)


def assert_functions(
    warehouse: Warehouse, report: Report, first: date, last: date, agent: str | None
) -> None:
    told = f"({first}, {last}, {agent!r})"
    assert_tables_equal(
        warehouse.call("inbox_cards", first, last),
        first_edition(report.inbox_cards(first, last)),
        ["card_order"],
        f"inbox_cards{told}",
        ordered=True,
    )
    for grain, oracle_grain in SERIES_GRAINS.items():
        asked = grain if agent is None else oracle_grain
        assert_tables_equal(
            warehouse.call("inbox_series", asked, first, last, agent),
            first_edition(report.inbox_series(oracle_grain, first, last, agent)),
            ["period_start_date"],
            f"inbox_series by {grain}{told}",
            ordered=True,
        )
    assert_tables_equal(
        warehouse.call("inbox_agents", first, last),
        report.inbox_agents(first, last),
        ["agent_id"],
        f"inbox_agents{told}",
        ordered=True,
    )
    assert_tables_equal(
        warehouse.call("inbox_top_labels", first, last, 10, agent),
        report.inbox_top_labels(first, last, 10, agent),
        ["label"],
        f"inbox_top_labels{told}",
        ordered=True,
    )


def some_agent(report: Report) -> str | None:
    agents = report.tables()["dim_agents"]["agent_id"]
    return None if agents.empty else str(agents.iloc[len(agents) // 2])


@property_settings
@given(st.data())
def test_any_inbox_is_published_as_the_oracle_says(data: st.DataObject) -> None:
    inbox = data.draw(inboxes(bad_rows=data.draw(st.booleans())))
    with built(inbox, data.draw(st.sampled_from(WEEK_STARTS))) as (warehouse, report):
        assert_published(warehouse, report)


@property_settings
@given(st.data())
def test_any_range_is_what_the_oracle_says(data: st.DataObject) -> None:
    inbox = data.draw(inboxes(pauses=False))
    days = list(inbox.days)
    first = days[0] + timedelta(days=data.draw(st.integers(-3, 5)))
    last = first + timedelta(days=data.draw(st.integers(0, 40)))
    with built(inbox, data.draw(st.sampled_from(WEEK_STARTS))) as (warehouse, report):
        agent = data.draw(st.sampled_from([None, "", some_agent(report)]))
        assert_functions(warehouse, report, first, last, agent)


# A week begins when it does in any zone: each zone once, with one beginning of weeks or the other.
@pytest.mark.parametrize(("zone", "week_start"), zip(ZONES, cycle(WEEK_STARTS), strict=False))
def test_every_corner_case_at_once(zone: str, week_start: str) -> None:
    inbox = all_corner_cases(zone=zone)
    with built(inbox, week_start) as (warehouse, report):
        assert_published(warehouse, report)
        days = list(inbox.days)
        for agent in (None, "", some_agent(report)):
            assert_functions(warehouse, report, days[0], days[-1], agent)


@pytest.mark.parametrize(
    ("zone", "first_day"),
    [
        ("Europe/Warsaw", date(2024, 2, 20)),
        ("America/New_York", date(2023, 12, 20)),
        ("Pacific/Kiritimati", date(2020, 2, 20)),
    ],
)
def test_a_larger_inbox(zone: str, first_day: date) -> None:
    inbox = generate_inbox(7, first_day, 45, 12, zone, pause=380, keeps_later=True, bad_rows=True)
    with built(inbox, "monday") as (warehouse, report):
        assert_published(warehouse, report)
        last = first_day + timedelta(days=60)
        assert_functions(warehouse, report, first_day + timedelta(days=9), last, None)
        assert_functions(warehouse, report, first_day, last, some_agent(report))


def test_marts_read_facts_and_dimensions_alone() -> None:
    """What readers are told of a number is in the facts; no mart knows their makings."""
    _, parsed = parsed_project()
    models = {name: node for name, node in parsed.nodes.items() if node.resource_type == "model"}
    read: dict[str, set[str]] = {"marts": set(), "functions": set()}
    for node in models.values():
        parents = [parent for parent in node.depends_on.nodes if parent in models]
        if node.fqn[1] in read:
            read[node.fqn[1]] |= {models[parent].fqn[1] for parent in parents}
    facts = {"facts", "dimensions", "internal"}  # those of scopes are no readers' facts, but facts
    assert read["marts"] <= facts
    assert read["functions"] <= facts | {"marts"}


def published_tables(raw: Path, inbox: Inbox) -> dict[str, pd.DataFrame]:
    with Warehouse(raw, inbox.zone) as warehouse:
        return all_tables(warehouse)


@property_settings
@given(st.data())
def test_tables_follow_from_the_files_whatever_the_order_of_loading(data: st.DataObject) -> None:
    """Days one by one in any order, some of them twice, one as it was before its correction."""
    before = data.draw(inboxes(most_days=4))
    day, inbox = data.draw(corrections(before))
    with temporary_folder() as folder:
        write_inbox(inbox, folder / "exports")
        load(folder / "exports", folder / "straight")

        write_inbox(before, folder / "exports")
        days = find_export_days(folder / "exports")
        order = data.draw(st.permutations(days))
        for export_day in [*order, *data.draw(st.lists(st.sampled_from(days), max_size=3))]:
            load_day(export_day, folder / "shuffled", Door())
        write_day(inbox, day, folder / "exports")
        corrected = [d for d in find_export_days(folder / "exports") if d.export_date == day]
        load_day(corrected[0], folder / "shuffled", Door())

        straight = published_tables(folder / "straight", inbox)
        shuffled = published_tables(folder / "shuffled", inbox)
        assert straight.keys() == shuffled.keys()
        for name, table in straight.items():
            pd.testing.assert_frame_equal(table, shuffled[name], obj=name, check_exact=True)


@property_settings
@given(st.data())
def test_batches_give_the_tables_of_a_rebuild(data: st.DataObject) -> None:
    """Days land one or a few at a time, in any order, again, corrected, taken back."""
    before = data.draw(inboxes(most_days=5))
    day, inbox = data.draw(corrections(before))
    with temporary_folder() as folder:
        write_inbox(before, folder / "exports")
        days = data.draw(st.permutations(find_export_days(folder / "exports")))
        size = data.draw(st.integers(1, 3))
        batches = [days[start : start + size] for start in range(0, len(days), size)]
        batches.extend(
            [[again] for again in data.draw(st.lists(st.sampled_from(days), max_size=1))]
        )
        raw = folder / "raw"
        load_days_in(batches[0], raw)
        with Warehouse(raw, inbox.zone) as warehouse:
            # A rebuild costs what a batch does: one look in the midst of them, more at the end.
            looked_after = data.draw(st.integers(1, max(1, len(batches) - 1)))
            for number, batch in enumerate(batches[1:], start=1):
                load_days_in(batch, raw)
                warehouse.bring(raw)
                if number == looked_after:
                    assert_as_rebuilt(warehouse, raw, inbox.zone)
            write_day(inbox, day, folder / "exports")
            load_days_in(
                [d for d in find_export_days(folder / "exports") if d.export_date == day], raw
            )
            warehouse.bring(raw)
            assert_as_rebuilt(warehouse, raw, inbox.zone)
            taken = data.draw(st.sampled_from(days)).export_date
            manifest_path(raw, taken).unlink()
            warehouse.bring(raw)
            assert_as_rebuilt(warehouse, raw, inbox.zone)


@pytest.mark.parametrize(
    ("zone", "week_start"), [("Europe/Warsaw", "monday"), ("America/St_Johns", "sunday")]
)
def test_a_larger_inbox_day_by_day_is_what_the_oracle_says(zone: str, week_start: str) -> None:
    inbox = generate_inbox(11, date(2023, 12, 18), 24, 10, zone, pause=200, keeps_later=True)
    with temporary_folder() as folder:
        write_inbox(inbox, folder / "exports")
        days = find_export_days(folder / "exports")
        raw = folder / "raw"
        load_days_in(days[:2], raw)
        with Warehouse(raw, zone, week_start) as warehouse:
            for day in days[2:]:
                load_days_in([day], raw)
                warehouse.bring(raw)
            report = Report(read_exports(folder / "exports"), zone, week_start)
            assert_published(warehouse, report)
            assert_functions(warehouse, report, days[3].export_date, days[-4].export_date, None)
            assert_functions(
                warehouse, report, days[5].export_date, days[-1].export_date, some_agent(report)
            )


def load_days_in(days: Iterable[ExportDay], raw: Path) -> None:
    for day in days:
        load_day(day, raw, Door())


def assert_as_rebuilt(warehouse: Warehouse, raw: Path, zone: str) -> None:
    with Warehouse(raw, zone) as rebuilt:
        for name, expected in all_tables(rebuilt).items():
            actual = warehouse.connection.execute(f"from main.{name} order by all").df()
            pd.testing.assert_frame_equal(actual, expected, obj=name, check_exact=True)


def all_tables(warehouse: Warehouse) -> dict[str, pd.DataFrame]:
    names = warehouse.connection.execute(
        "select distinct table_name from duckdb_columns() where schema_name = 'main' "
        "and database_name = 'warehouse' and not internal order by 1"
    ).fetchall()
    return {
        name: warehouse.connection.execute(f"from main.{name} order by all").df()
        for (name,) in names
    }
