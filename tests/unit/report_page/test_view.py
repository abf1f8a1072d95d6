"""What a URL says of a view, and the ranges of the presets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from orchestration.publishing.published_days import Reach
from orchestration.report_page.view import PRESETS, Order, View, preset_range, view_of

REACH = Reach(date(2024, 3, 31), date(2023, 5, 4), date(2024, 4, 2), "Europe/Warsaw", "monday")


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        ("last_7_days", date(2024, 3, 25), date(2024, 3, 31)),
        ("last_30_days", date(2024, 3, 2), date(2024, 3, 31)),
        ("last_90_days", date(2024, 1, 2), date(2024, 3, 31)),
        ("this_month", date(2024, 3, 1), date(2024, 3, 31)),
        ("last_month", date(2024, 2, 1), date(2024, 2, 29)),
        ("this_quarter", date(2024, 1, 1), date(2024, 3, 31)),
        ("last_quarter", date(2023, 10, 1), date(2023, 12, 31)),
        ("this_year", date(2024, 1, 1), date(2024, 3, 31)),
        ("last_year", date(2023, 1, 1), date(2023, 12, 31)),
        ("all", date(2023, 5, 4), date(2024, 4, 2)),
    ],
)
def test_presets_end_with_the_data(preset: str, first: date, last: date) -> None:
    assert preset_range(preset, REACH) == (first, last)


def test_every_preset_has_days_on_every_day_of_a_year() -> None:
    for day in range(1, 367):
        reach = replace(REACH, as_of_date=date.fromordinal(date(2023, 12, 31).toordinal() + day))
        for preset in PRESETS:
            first, last = preset_range(preset, reach)
            assert first <= last
            assert preset == "all" or last <= reach.as_of_date


def test_an_inbox_without_activity_has_a_range() -> None:
    reach = replace(REACH, first_date=None, last_date=None)
    assert preset_range("all", reach) == (date(2024, 3, 31), date(2024, 3, 31))


def test_a_bare_url_shows_the_last_30_days() -> None:
    view = view_of({}, REACH)
    assert (view.first_date, view.last_date, view.grain) == (
        date(2024, 3, 2),
        date(2024, 3, 31),
        "day",
    )
    assert view.parameters == {}


@pytest.mark.parametrize(
    "parameters",
    [
        {"range": "last_year"},
        {"from": "2024-01-05", "to": "2024-02-06", "grain": "month"},
        {"section": "agents", "agent": "u 1&x=ü", "order": "-ratings"},
        {"section": "agents", "agent": ""},
        {"compare": "year", "clock": "business", "channel": ["email", "chat"], "team": [""]},
        {"label": ["a,b & c"], "compare": "none"},
        {"range": "all", "grain": "week", "section": "agents", "order": "agent_name"},
    ],
)
def test_a_view_and_its_url_say_the_same(parameters: dict[str, Any]) -> None:
    assert view_of(parameters, REACH).parameters == parameters


@pytest.mark.parametrize(
    "parameters",
    [
        {"range": "last_31_days"},
        {"from": "2024-03-05", "to": "2024-03-01"},
        {"from": "2024-03-05"},
        {"from": "yesterday", "to": "0000-00-00"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"grain": "decade"},
        {"section": "'; drop table"},
        {"order": "-agent_id"},
        {"compare": "tomorrow", "clock": "sundial"},
        {"channel": []},
    ],
)
def test_what_a_url_says_wrongly_is_as_at_first(parameters: dict[str, Any]) -> None:
    assert view_of(parameters, REACH) == view_of({}, REACH)


def test_the_grain_follows_the_range_until_one_is_chosen() -> None:
    view = view_of({"range": "last_year"}, REACH)
    assert view.grain == "month"
    chosen = replace(view, chosen_grain="day")
    assert chosen.grain == "day"
    assert chosen.with_preset("last_7_days", REACH).grain == "day"
    long = chosen.with_range(date(2000, 1, 1), date(2024, 1, 1))
    assert long.grain == "month"
    assert long.chosen_grain == "day"


def test_a_click_on_a_heading_sorts_and_a_second_one_turns() -> None:
    view = View(date(2024, 3, 1), date(2024, 3, 31))
    by_ratings = view.with_column_sorted("ratings")
    assert by_ratings.order == Order("ratings", is_descending=True)
    assert by_ratings.with_column_sorted("ratings").order == Order("ratings", is_descending=False)
    assert view.with_column_sorted("agent_name").order == Order("agent_name", is_descending=False)
    assert view.with_column_sorted("no_such_column") == view
