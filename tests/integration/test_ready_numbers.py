"""What the page reads from tables is what the published functions say, to the last digit."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from pandas.api.types import is_integer_dtype

from orchestration.publishing.filters import NO_FILTERS, Filters
from orchestration.publishing.published_days import MARTS
from orchestration.publishing.published_report import PublishedReport
from orchestration.publishing.ready_numbers import within_periods
from orchestration.publishing.ready_queries import Scope, scope_of
from orchestration.publishing.report import GRAINS
from orchestration.report_page.answers import Answers
from orchestration.report_page.view import View
from tests import homes

# Weeks and months are cut at both ends of it.
SAMPLE_DAYS = date(2024, 1, 4), date(2024, 3, 21)
SAMPLE_SCOPES = [Scope(), Scope("agent_id", "u00021"), Scope("channel", "forum/es")]


@pytest.fixture(scope="module")
def sample() -> PublishedReport:
    return PublishedReport(homes.published_sample().published_database)


@pytest.fixture(scope="module")
def made_up() -> PublishedReport:
    """Days with teams, corrections, records without owners, and what is out of order."""
    return PublishedReport(homes.published_days().published_database)


def asked_as(scope: Scope) -> tuple[str | None, Filters]:
    """The agent and the filters by which the functions are asked for a scope."""
    if scope.column == "agent_id":
        return scope.value, NO_FILTERS
    name = scope.column.removesuffix("_id")
    return None, NO_FILTERS.with_values(name, [scope.value]) if name else NO_FILTERS


def assert_the_same(ready: pd.DataFrame, told: pd.DataFrame) -> None:
    # A count is a whole number in what is downloaded, too.
    for name in ready:
        are_counts = [is_integer_dtype(frame[name]) for frame in (ready, told)]
        assert are_counts[0] == are_counts[1], name
    pd.testing.assert_frame_equal(
        ready, told[list(ready)], check_dtype=False, check_exact=True, check_index_type=False
    )


def assert_the_series(report: PublishedReport, scope: Scope, grain: str, *days: date) -> None:
    asked = asked_as(scope)
    assert scope_of(*asked) == scope
    ready, told = report.ready_series(scope, grain, *days), report.series(grain, *days, *asked)
    assert ready is not None
    assert_the_same(ready, told)
    first, last = report.reach.first_date, report.reach.last_date
    assert first is not None
    assert last is not None
    all_days = report.within("first_response", 3_600, "day", first, last, *asked)
    assert_the_same(
        within_periods(all_days, ready),
        report.within("first_response", 3_600, grain, *days, *asked),
    )


def assert_the_range(report: PublishedReport, scope: Scope, *days: date) -> None:
    agent_id, filters = asked_as(scope)
    cards = report.cards(*days, agent_id, filters)
    numbers = report.range_numbers(scope, *days)
    shown = np.array([numbers[name] for name in cards["metric"]], dtype=float)
    np.testing.assert_array_equal(shown, cards["current_value"].to_numpy(dtype=float))
    number = "user_messages" if agent_id is None else "messages_sent"
    hours = report.hours(number, *days, agent_id, filters)
    assert_the_same(report.ready_hours(scope, *days), hours)


@pytest.mark.parametrize("scope", SAMPLE_SCOPES, ids=str)
def test_whole_and_cut_periods_of_the_sample_are_the_functions(
    sample: PublishedReport, scope: Scope
) -> None:
    for grain in ("week", "month"):
        assert_the_series(sample, scope, grain, *SAMPLE_DAYS)
    assert_the_range(sample, scope, *SAMPLE_DAYS)


def scopes(report: PublishedReport) -> list[Scope]:
    """Everyone, nobody, agents and channels, and one that is not there."""
    values: dict[str, Callable[[], list[str]]] = {
        "agent_id": lambda: ["", *report.agent_names()],
        "channel": lambda: [*report.filter_values("channel"), "by pigeon"],
    }
    return [Scope(), *(Scope(column, one) for column, all_ in values.items() for one in all_()[:3])]


def test_every_scope_and_grain_of_made_up_days_are_the_functions(made_up: PublishedReport) -> None:
    first, last = made_up.reach.first_date, made_up.reach.last_date
    assert first is not None
    assert last is not None
    days = first + timedelta(days=1), last - timedelta(days=1)
    for place, scope in enumerate(scopes(made_up)):
        assert_the_series(made_up, scope, GRAINS[place % len(GRAINS)], *days)
        assert_the_range(made_up, scope, *days)
    assert_the_series(made_up, Scope(), "month", first, last)


def test_teams_are_told_as_channels_are(tmp_path: Path) -> None:
    """The sample has no teams: here each channel is one."""
    database = tmp_path / "inbox.duckdb"
    shutil.copy(homes.published_sample().published_database, database)
    with closing(duckdb.connect(str(database))) as connection:
        for fact in ("threads", "messages", "ratings", "durations"):
            connection.execute(f"update fct_{fact} set team_id = channel")
        connection.execute(
            "update fct_user_activities "
            "set team_id = channel, previous_team_date = previous_channel_date"
        )
        for grain in MARTS.values():
            connection.execute(
                f"create or replace table mart_teams_{grain} as "
                f"select * exclude (channel), channel as team_id from mart_channels_{grain}"
            )
    report = PublishedReport(database)
    assert_the_series(report, Scope("team_id", "forum/es"), "week", *SAMPLE_DAYS)
    assert_the_range(report, Scope("team_id", "forum/es"), *SAMPLE_DAYS)


def test_the_agents_are_those_of_the_function(
    sample: PublishedReport, made_up: PublishedReport
) -> None:
    for report in (sample, made_up):
        begin = report.reach.as_of_date - timedelta(days=20)
        days = begin, report.reach.as_of_date - timedelta(days=1)
        ready = report.ready_agents(*days)
        agents = report.agents(*days)
        assert_the_same(ready[~ready["is_everyone"]].reset_index(drop=True)[list(agents)], agents)
        everyone = ready[ready["is_everyone"]].iloc[0]
        assert everyone["new_threads"] == report.range_numbers(Scope(), *days)["new_threads"]
        for median, count in {
            "first_response_seconds_median": "first_responses",
            "closing_seconds_median": "closings_timed",
        }.items():
            told = report.counted(median, *days)
            behind = told.set_index(told["agent_id"].fillna("").where(~told["is_everyone"]))
            keys = ready["agent_id"].fillna("").where(~ready["is_everyone"])
            assert behind["counted"].reindex(keys).fillna(0).tolist() == (
                ready[count].fillna(0).tolist()
            )
            np.testing.assert_equal(everyone[median], told.iloc[-1]["median"])


def test_an_agents_numbers_are_their_row_of_the_table(sample: PublishedReport) -> None:
    agents = sample.ready_agents(*SAMPLE_DAYS)
    row = agents[agents["agent_id"] == "u00021"].iloc[0]
    numbers = sample.agent_numbers(Scope("agent_id", "u00021"), *SAMPLE_DAYS)
    shared = [name for name in numbers if name in row]
    assert len(shared) == 6
    assert [numbers[name] for name in shared] == [row[name] for name in shared]


def test_what_lies_in_no_mart_is_left_to_the_functions(sample: PublishedReport) -> None:
    """Several values, labels, an agent in a channel; days beyond the data."""
    assert scope_of(None, Filters(label=("a",))) is None
    assert scope_of(None, Filters(channel=("a", "b"))) is None
    assert scope_of(None, Filters(channel=("a",), team=("b",))) is None
    assert scope_of(None, Filters(team=("",))) is None
    assert scope_of("a1", Filters(channel=("a",))) is None
    assert sample.ready_series(Scope(), "day", date(2024, 3, 30), date(2024, 4, 2)) is None


def test_a_period_that_is_cut_may_be_left_as_not_complete(sample: PublishedReport) -> None:
    whole = sample.ready_series(Scope(), "month", *SAMPLE_DAYS, with_cut=False)
    assert whole is not None
    assert whole["is_complete"].tolist() == [False, True, False]
    told = sample.ready_series(Scope(), "month", *SAMPLE_DAYS)
    assert told is not None
    assert told["is_complete"].tolist() == [False, True, False]
    assert (told["new_threads"] < whole["new_threads"]).tolist() == [True, False, True]


def test_days_that_only_the_function_knows_are_asked_for_once_with_those_before(
    sample: PublishedReport,
) -> None:
    first, last = date(2024, 3, 18), date(2024, 3, 24)
    filters = Filters(label=("other",))
    answers = Answers(sample, View(first, last, filters=filters))
    before = answers.series_compared
    assert before is not None
    week = timedelta(days=7)
    for shown, begin, end in (
        (answers.series, first, last),
        (before, first - week, last - week),
    ):
        told = sample.series("day", begin, end, None, filters)
        assert_the_same(shown[list(told)], told)


@pytest.mark.parametrize(
    ("comparison", "first"),
    [("before", date(2024, 2, 17)), ("year", date(2023, 3, 3)), ("none", None)],
)
def test_the_cards_of_the_file_are_compared_as_those_of_the_page(
    sample: PublishedReport, comparison: str, first: date | None
) -> None:
    days = date(2024, 3, 3), date(2024, 3, 17)
    answers = Answers(sample, View(*days, comparison=comparison))
    full, shown = answers.cards_in_full(), answers.cards()
    names = [*shown.columns]
    pd.testing.assert_frame_equal(full[names], shown, check_dtype=False)
    told = sample.cards(*days)
    assert [*full] == [*told]
    assert full["current_value"].tolist() == told["current_value"].tolist()
    assert full["previous_start_date"].tolist() == [first] * len(full)
    has_value = comparison == "before"
    assert full["previous_value"].notna().all() == has_value
    if has_value:
        assert full["previous_value"].tolist() == told["previous_value"].tolist()
