"""Every published table and function against the oracle, over generated inboxes and schedules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.exports import find_export_days
from orchestration.exports.manifest import manifest_path
from tests.against_oracle.functions import Asked, assert_functions, some_asked
from tests.against_oracle.tables import assert_published
from tests.against_oracle.warehouses import (
    built,
    load_days_in,
    oracle_of,
    property_settings,
    shuffled_batches,
    temporary_folder,
    write_schedules,
)
from tests.compiled import carried_nodes, compiled_nodes
from tests.models import Warehouse, load
from tests.oracle.corner_cases import all_corner_cases
from tests.oracle.events import with_events, without_days
from tests.oracle.generate import corrections, generate_inbox, inboxes
from tests.oracle.inbox import WEEK_STARTS, ZONES
from tests.oracle.writing import write_day, write_inbox
from tests.unit.exports.builders import DAY, thread, write_records

# Schedules that follow from a seed, or no schedules file.
schedule_seeds = st.one_of(st.none(), st.integers(0, 99))


@property_settings
@given(st.data())
def test_any_inbox_and_any_range_of_it_is_what_the_oracle_says(data: st.DataObject) -> None:
    inbox = data.draw(inboxes(bad_rows=data.draw(st.booleans())))
    week_start = data.draw(st.sampled_from(WEEK_STARTS))
    with built(inbox, week_start, data.draw(schedule_seeds)) as (warehouse, report):
        assert_published(warehouse, report)
        asked = some_asked(report, data.draw(st.integers(0, 9999)))
        assert_functions(warehouse, report, asked)


@pytest.mark.parametrize(
    ("zone", "week_start"),
    [*((zone, WEEK_STARTS[place % 2]) for place, zone in enumerate(ZONES)), (ZONES[1], "monday")],
)
def test_every_corner_case_at_once(zone: str, week_start: str) -> None:
    seed = ZONES.index(zone)
    inbox = with_events(all_corner_cases(zone=zone), seed)
    with built(inbox, week_start, seed) as (warehouse, report):
        assert_published(warehouse, report)
        days = list(inbox.days)
        assert_functions(warehouse, report, Asked(days[0], days[-1]))
        assert_functions(warehouse, report, some_asked(report, seed))


@pytest.mark.parametrize(
    ("zone", "first_day"),
    [
        ("Europe/Warsaw", date(2024, 3, 20)),
        ("America/Sao_Paulo", date(2018, 10, 25)),
        ("Australia/Lord_Howe", date(2024, 3, 25)),
    ],
)
def test_a_larger_inbox(zone: str, first_day: date) -> None:
    inbox = generate_inbox(
        7, first_day, 30, 12, zone, pause=380, keeps_later=True, bad_rows=True, events=True
    )
    with built(without_days(inbox, 7), "monday", 1) as (warehouse, report):
        assert_published(warehouse, report)
        assert_functions(warehouse, report, Asked(first_day, first_day + timedelta(days=25)))
        for seed in range(4):
            assert_functions(warehouse, report, some_asked(report, seed), 600.0 * seed)


@pytest.mark.parametrize(
    ("function", "arguments", "named"),
    [
        ("inbox_series", ("day", "2024-03-20", "2024-03-22", "who?"), {}),
        ("inbox_top_labels", ("2024-03-20", "2024-03-22", 3, "who?"), {}),
        ("inbox_cards", ("2024-03-20", "2024-03-22"), {"agent": "who?"}),
        ("inbox_breakdown", ("team", "2024-03-20", "2024-03-22"), {"agent": "who?"}),
        ("inbox_hours", ("waits", "2024-03-20", "2024-03-22"), {"agent": "who?"}),
        ("inbox_within", ("reply", 60, "day", "2024-03-20", "2024-03-22"), {"agent": "who?"}),
    ],
)
def test_an_agent_who_is_not_known_is_named(
    known: Warehouse, function: str, arguments: tuple[Any, ...], named: dict[str, str]
) -> None:
    with pytest.raises(Exception, match=r"who\?"):
        known.call(function, *arguments, **named)


@pytest.fixture(scope="module")
def known() -> Iterator[Warehouse]:
    """A warehouse of three days."""
    with built(generate_inbox(1, date(2024, 3, 20), 3, 4, events=True)) as (warehouse, _):
        yield warehouse


@property_settings
@given(st.data())
def test_tables_follow_from_the_files_whatever_the_order_and_the_batches(
    data: st.DataObject,
) -> None:
    """Days land one or a few at a time, in any order, again, corrected, taken back.

    After each batch the tables are those of a rebuild; at the end those of exports that landed
    once, day by day, as they are at last.
    """
    before = data.draw(inboxes(most_days=5))
    day, inbox = data.draw(corrections(before))
    with temporary_folder() as folder:
        write_inbox(before, folder / "exports")
        days = data.draw(st.permutations(find_export_days(folder / "exports")))
        size = data.draw(st.integers(1, 3))
        batches = [days[start : start + size] for start in range(0, len(days), size)]
        batches.extend(
            [[again] for again in data.draw(st.lists(st.sampled_from(days), max_size=2))]
        )
        raw = folder / "raw"
        load_days_in(batches[0], raw)
        schedules = write_schedules(inbox, data.draw(st.integers(0, 99)), folder)
        with Warehouse(raw, inbox.zone, schedules=schedules, is_whole=False) as warehouse:
            for batch in batches[1:]:
                load_days_in(batch, raw)
                warehouse.bring(raw, is_whole=False)
                assert_as_rebuilt(warehouse, raw, inbox.zone, schedules, is_whole=False)
            write_day(inbox, day, folder / "exports")
            load_days_in(
                [d for d in find_export_days(folder / "exports") if d.export_date == day], raw
            )
            warehouse.bring(raw)
            load(folder / "exports", folder / "straight")
            assert_as_rebuilt(warehouse, folder / "straight", inbox.zone, schedules)
            taken = data.draw(st.sampled_from(days)).export_date
            manifest_path(raw, taken).unlink()
            warehouse.bring(raw, is_whole=False)
            assert_as_rebuilt(warehouse, raw, inbox.zone, schedules, is_whole=False)


def test_the_last_value_of_a_scope_may_go(tmp_path: Path) -> None:
    """A period keeps the timings of nobody's team once, where the only thread of a team is gone."""
    exports, raw = tmp_path / "exports", tmp_path / "raw"
    after = DAY + timedelta(days=1)
    write_records(exports, "threads.jsonl", [thread(team_id=None)])
    write_records(exports, "threads.jsonl", [thread(thread_id="t9", team_id="A")], day=after)
    load(exports, raw)
    with Warehouse(raw) as warehouse:
        assert set(warehouse.table("mart_teams_daily").team_id.dropna()) == {"A"}
        manifest_path(raw, after).unlink()
        warehouse.bring(raw)
        assert_as_rebuilt(warehouse, raw, "UTC", None)


@pytest.mark.parametrize(
    ("zone", "week_start"), [("Europe/Warsaw", "sunday"), ("America/St_Johns", "monday")]
)
def test_a_larger_inbox_day_by_day_is_what_the_oracle_says(zone: str, week_start: str) -> None:
    inbox = generate_inbox(
        11, date(2023, 12, 18), 20, 10, zone, pause=200, keeps_later=True, events=True
    )
    seed = len(zone) + WEEK_STARTS.index(week_start)
    with temporary_folder() as folder:
        write_inbox(inbox, folder / "exports")
        schedules = write_schedules(inbox, seed, folder)
        raw = folder / "raw"
        batches = shuffled_batches(folder / "exports", seed)
        load_days_in(batches[0], raw)
        with Warehouse(raw, zone, week_start, schedules) as warehouse:
            for batch in batches[1:]:
                load_days_in(batch, raw)
                warehouse.bring(raw)
            report = oracle_of(folder / "exports", inbox, week_start, schedules)
            assert_published(warehouse, report)
            assert_functions(warehouse, report, Asked(date(2023, 12, 21), date(2024, 7, 20)))
            assert_functions(warehouse, report, some_asked(report, seed))


def test_what_batches_do_not_change_is_made_by_the_statements_of_a_rebuild() -> None:
    """So it is as rebuilt, where what it is made of is; which batches are tried for."""
    carried = {node["name"] for node in carried_nodes("monday", "apply")}
    rebuilt = {node["name"]: node["compiled_code"] for node in compiled_nodes("monday", "build")}
    assert {"fct_threads", "fct_durations", "fct_scope_days"} <= carried
    made_anew = [node for node in compiled_nodes("monday", "apply") if node["name"] not in carried]
    assert len(made_anew) > 30
    for node in made_anew:
        assert node["compiled_code"] == rebuilt[node["name"]], node["name"]


def assert_as_rebuilt(
    warehouse: Warehouse, raw: Path, zone: str, schedules: Path | None, *, is_whole: bool = True
) -> None:
    with Warehouse(raw, zone, schedules=schedules, is_whole=is_whole) as rebuilt:
        assert_same_tables(
            {name: ordered_table(warehouse, name) for name in table_names(rebuilt)},
            all_tables(rebuilt),
        )


def assert_same_tables(actual: dict[str, pa.Table], expected: dict[str, pa.Table]) -> None:
    """Exactly the same values; pandas tells where they are not, and that nan is nan."""
    assert actual.keys() == expected.keys()
    for name, table in expected.items():
        if not table.equals(actual[name]):
            pd.testing.assert_frame_equal(
                actual[name].to_pandas(), table.to_pandas(), obj=name, check_exact=True
            )


def table_names(warehouse: Warehouse) -> list[str]:
    """The published tables and those that they are kept in."""
    names = warehouse.connection.execute(
        "select distinct schema_name || '.' || table_name from duckdb_columns() "
        "where schema_name in ('main', 'internal') and database_name = 'warehouse' "
        "and not internal order by 1"
    ).fetchall()
    return [name for (name,) in names]


def all_tables(warehouse: Warehouse) -> dict[str, pa.Table]:
    """The same, with their rows."""
    return {name: ordered_table(warehouse, name) for name in table_names(warehouse)}


def ordered_table(warehouse: Warehouse, name: str) -> pa.Table:
    return warehouse.connection.execute(f"from {name} order by all").to_arrow_table()
