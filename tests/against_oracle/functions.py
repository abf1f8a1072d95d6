"""Every published function, asked for a range, an agent and filters, as the oracle says it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import pandas as pd

from tests.models import Warehouse
from tests.oracle.compare import assert_tables_equal
from tests.oracle.entries import AGES, NO_FILTERS, Filters
from tests.oracle.events import PRIORITIES, TEAM_IDS
from tests.oracle.metrics import Report
from tests.oracle.plans import CHANNELS, LABELS

GRAINS = {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}
DIMENSIONS = ("agent", "channel", "team", "label", "priority")
NUMBERS_BY_HOUR = ("new_threads", "user_messages", "messages_sent", "waits")
MEASURES = ("first_response", "reply", "first_resolution", "resolution")


@dataclass(frozen=True)
class Asked:
    """What a function is asked for; `named` are the arguments that are given by name."""

    first: date
    last: date
    agent: str | None = None
    filters: Filters = NO_FILTERS
    day_of: str = "created"

    @property
    def filter_arguments(self) -> dict[str, Any]:
        filters = self.filters
        told = {
            "channels": filters.channels,
            "teams": filters.teams,
            "labels": filters.labels,
            "priorities": filters.priorities,
        }
        return {name: list(values) for name, values in told.items() if values is not None}

    @property
    def day_argument(self) -> dict[str, Any]:
        return {} if self.day_of == "created" else {"day_of": self.day_of}

    @property
    def agent_argument(self) -> dict[str, Any]:
        return {} if self.agent is None else {"agent": self.agent}


def assert_cards_and_series(warehouse: Warehouse, report: Report, asked: Asked) -> None:
    days = (asked.first, asked.last)
    assert_tables_equal(
        warehouse.call("inbox_cards", *days, **asked.agent_argument, **asked.filter_arguments),
        report.inbox_cards(*days, asked.agent, asked.filters),
        ["card_order"],
        f"inbox_cards of {asked}",
        ordered=True,
    )
    for grain, oracle_grain in GRAINS.items():
        actual = warehouse.call(
            "inbox_series",
            grain,
            *days,
            asked.agent,
            **asked.filter_arguments,
            **asked.day_argument,
        )
        expected = report.inbox_series(
            oracle_grain, *days, asked.agent, asked.filters, asked.day_of
        )
        assert_tables_equal(
            actual,
            with_ages_at_the_end(expected, actual),
            ["period_start_date"],
            f"inbox_series by {grain} of {asked}",
            ordered=True,
        )


def with_ages_at_the_end(expected: pd.DataFrame, actual: pd.DataFrame) -> pd.DataFrame:
    """Ages and the longest wait have to be told at the range's end; before it they may be null."""
    expected = expected.copy()
    for column in set(AGES) & set(actual.columns):
        untold = actual[column].isna().tolist()[:-1] if len(actual) == len(expected) else []
        for place in (place for place, is_untold in enumerate(untold) if is_untold):
            expected.loc[expected.index[place], column] = None
    return expected


def assert_lists(warehouse: Warehouse, report: Report, asked: Asked) -> None:
    days = (asked.first, asked.last)
    assert_tables_equal(
        warehouse.call("inbox_agents", *days, **asked.filter_arguments, **asked.day_argument),
        report.inbox_agents(*days, asked.filters, asked.day_of),
        ["agent_id"],
        f"inbox_agents of {asked}",
        ordered=True,
    )
    assert_tables_equal(
        warehouse.call("inbox_top_labels", *days, 10, asked.agent, **asked.filter_arguments),
        report.inbox_top_labels(*days, 10, asked.agent, asked.filters),
        ["label"],
        f"inbox_top_labels of {asked}",
        ordered=True,
    )


def assert_breakdowns(warehouse: Warehouse, report: Report, asked: Asked) -> None:
    named = {**asked.agent_argument, **asked.filter_arguments, **asked.day_argument}
    days = (asked.first, asked.last)
    for dimension in DIMENSIONS:
        assert_tables_equal(
            warehouse.call("inbox_breakdown", dimension, *days, **named),
            report.inbox_breakdown(dimension, *days, asked.agent, asked.filters, asked.day_of),
            ["value"],
            f"inbox_breakdown by {dimension} of {asked}",
        )


def assert_hours_and_targets(
    warehouse: Warehouse, report: Report, asked: Asked, seconds: float
) -> None:
    named = {**asked.agent_argument, **asked.filter_arguments}
    days = (asked.first, asked.last)
    for number in NUMBERS_BY_HOUR:
        assert_tables_equal(
            warehouse.call("inbox_hours", number, *days, **named),
            report.inbox_hours(number, *days, asked.agent, asked.filters),
            ["weekday", "hour"],
            f"inbox_hours of {number}, {asked}",
        )
    named |= asked.day_argument
    for measure in MEASURES:
        for clock in ("calendar", "business"):
            assert_tables_equal(
                warehouse.call(
                    "inbox_within", measure, seconds, "week", *days, **named, clock=clock
                ),
                report.inbox_within(
                    measure,
                    seconds,
                    "weekly",
                    *days,
                    asked.agent,
                    asked.filters,
                    asked.day_of,
                    clock,
                ),
                ["period_start_date"],
                f"inbox_within {seconds} s of {measure} by the {clock}, {asked}",
                ordered=True,
            )


def assert_functions(
    warehouse: Warehouse, report: Report, asked: Asked, seconds: float = 3600.0
) -> None:
    assert_cards_and_series(warehouse, report, asked)
    assert_lists(warehouse, report, asked)
    assert_breakdowns(warehouse, report, asked)
    assert_hours_and_targets(warehouse, report, asked, seconds)


def some_of(chances: Random, values: tuple[str | None, ...]) -> list[str] | None:
    """A filter: none, or one or two values, of which the empty text is none."""
    told = sorted({value or "" for value in values})
    return chances.sample(told, chances.randint(1, 2)) if chances.random() < 0.3 else None


def some_filters(chances: Random) -> Filters:
    """Filters, in a third of cases one channel or one team alone: these are read from the marts."""
    if chances.random() < 1 / 3:
        if chances.random() < 0.5:
            return Filters(channels=[chances.choice(CHANNELS) or "unknown"])
        return Filters(teams=[chances.choice(("", *TEAM_IDS))])
    return Filters(
        some_of(chances, ("unknown", *CHANNELS)),
        some_of(chances, (None, *TEAM_IDS)),
        some_of(chances, tuple(label for label in LABELS if label)),
        some_of(chances, PRIORITIES),
    )


def some_asked(report: Report, seed: int) -> Asked:
    """A range that may begin before the first day and end after the last, and some filters."""
    chances = Random(seed)
    active = report.active_days()
    first, last = active or (date(2024, 1, 1), date(2024, 1, 1))
    length = min((last - first).days, 60)
    start = first + timedelta(days=chances.randint(-2, length))
    agents = [agent["agent_id"] for agent in report.agents]
    return Asked(
        start,
        start + timedelta(days=chances.randint(0, 40)),
        chances.choice([None, None, "", chances.choice(agents) if agents else ""]),
        some_filters(chances),
        chances.choice(("created", "ended")),
    )
