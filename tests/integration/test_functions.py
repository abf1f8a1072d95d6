"""What the published functions say of their arguments: by whom, of which days, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import duckdb
import pytest

from orchestration.settings import Settings

RANGE = "'2024-03-01', '2024-03-31'"
REVERSED = "'2024-03-31', '2024-03-01'"
CALLS = {
    "inbox_cards": "inbox_cards({range}, agent := {agent})",
    "inbox_series": "inbox_series('week', {range}, {agent})",
    "inbox_agents": "inbox_agents({range}, agent := {agent})",
    "inbox_top_labels": "inbox_top_labels({range}, null, {agent})",
    "inbox_breakdown": "inbox_breakdown('channel', {range}, agent := {agent})",
    "inbox_hours": "inbox_hours('waits', {range}, agent := {agent})",
    "inbox_threads": "inbox_threads('new_threads', {range}, {agent})",
    "inbox_within": "inbox_within('reply', 3600, 'day', {range}, agent := {agent})",
}


@pytest.fixture(scope="module")
def published(published_sample: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The functions over the sample, and over tables of it that a test changes in memory."""
    with closing(duckdb.connect()) as connection:
        connection.execute(f"attach '{published_sample.published_database}' as sample (read_only)")
        connection.execute("attach ':memory:' as changed")
        connection.execute("copy from database sample to changed")
        connection.execute("update changed.dim_agents set name = 'Twin' where agent_id > 'u001'")
        connection.execute("delete from changed.fct_label_days; delete from changed.fct_agent_days")
        yield connection


def ask(connection: duckdb.DuckDBPyConnection, database: str, call: str) -> list[tuple[object]]:
    connection.execute(f"use {database}")
    return connection.execute(f"from {call}").fetchall()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
class TestEveryFunction:
    def test_an_agent_is_named_by_identifier_or_name(
        self, published: duckdb.DuckDBPyConnection, call: str
    ) -> None:
        by_id = ask(published, "sample", call.format(range=RANGE, agent="'u00021'"))
        assert by_id == ask(published, "sample", call.format(range=RANGE, agent="'Helper 06'"))
        assert by_id != ask(published, "sample", call.format(range=RANGE, agent="'u00005'"))

    @pytest.mark.parametrize(("name", "text"), [("channels", "forum/it"), ("labels", "other")])
    def test_one_text_stands_for_a_list_of_it(
        self, published: duckdb.DuckDBPyConnection, call: str, name: str, text: str
    ) -> None:
        asked = call.format(range=RANGE, agent="null").removesuffix(")")
        one = ask(published, "sample", f"{asked}, {name} := '{text}')")
        assert one == ask(published, "sample", f"{asked}, {name} := ['{text}'])")
        nothing = ask(published, "sample", f"{asked}, {name} := 'nothing is called so')")
        assert one != nothing
        # A text in brackets is a text too, and no list of what is in them.
        assert ask(published, "sample", f"{asked}, {name} := '[{text}]')") == nothing

    def test_a_name_that_several_have_names_nobody(
        self, published: duckdb.DuckDBPyConnection, call: str
    ) -> None:
        with pytest.raises(duckdb.Error, match="Several agents are called Twin: ask for one by"):
            ask(published, "changed", call.format(range=RANGE, agent="'Twin'"))

    @pytest.mark.parametrize("database", ["sample", "changed"])
    def test_an_agent_who_is_not_known_is_an_error_also_where_there_is_no_row(
        self, published: duckdb.DuckDBPyConnection, call: str, database: str
    ) -> None:
        with pytest.raises(duckdb.Error, match="No agent is known as nobody I know"):
            ask(published, database, call.format(range=RANGE, agent="'nobody I know'"))

    @pytest.mark.parametrize("database", ["sample", "changed"])
    def test_a_range_that_ends_before_it_begins_is_an_error(
        self, published: duckdb.DuckDBPyConnection, call: str, database: str
    ) -> None:
        with pytest.raises(duckdb.Error, match="start_date is 2024-03-31, end_date 2024-03-01"):
            ask(published, database, call.format(range=REVERSED, agent="null"))


def test_a_range_that_is_open_and_has_no_day_is_empty(
    published: duckdb.DuckDBPyConnection,
) -> None:
    assert ask(published, "sample", "inbox_series('day', '2031-01-01', null, null)") == []
    assert ask(published, "sample", "inbox_agents(null, '2019-01-01')") == []


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("inbox_agents({range}, day_of := 'now')", "Error: day_of must be one of created, ended"),
        (
            "inbox_within('reply', 60, 'day', {range}, clock := 'wall')",
            "Error: clock must be one of calendar, business",
        ),
    ],
)
def test_a_wrong_word_is_an_error_that_names_the_argument(
    published: duckdb.DuckDBPyConnection, call: str, said: str
) -> None:
    with pytest.raises(duckdb.Error, match=said):
        ask(published, "sample", call.format(range=RANGE))


def test_within_no_time_at_all_is_not_told(published: duckdb.DuckDBPyConnection) -> None:
    counts = (
        "select ended, \"within\", ratio from inbox_within('reply', {}, 'month', " + RANGE + ")"
    )
    published.execute("use sample")
    [(ended, *untold)] = published.execute(counts.format("null")).fetchall()
    assert untold == [None, None]
    assert published.execute(counts.format("0")).fetchall() == [(ended, 0, 0.0)]
