"""Durations, open hours, teams and missing days: the models against the oracle."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.against_oracle import (
    assert_facts,
    built,
    load_days_in,
    oracle_of,
    property_settings,
    shuffled_batches,
    temporary_folder,
    write_schedules,
)
from tests.models import Warehouse
from tests.oracle.corner_cases import all_corner_cases
from tests.oracle.events import with_events, without_days
from tests.oracle.generate import generate_inbox, inboxes
from tests.oracle.inbox import WEEK_STARTS, ZONES
from tests.oracle.writing import write_inbox


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
