"""What the tables say, and in which order."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from orchestration.publishing.threads import with_links
from orchestration.report_page.agents_table import (
    SHRUNK_TABLE,
    agents_table,
    agents_to_choose,
    sorted_agents,
)
from orchestration.report_page.tables import SERIES_TABLE, series_table, threads_table
from orchestration.report_page.view import Order

AGENTS = pd.DataFrame(
    {
        "agent_id": ["a1", None, "a2", "a3"],
        "agent_name": ["Zoë", "Unassigned", "<b>bob</b>", "adam"],
        "average_rating": [4.5, None, 3.25, None],
        "ratings": [2, 0, 4, 0],
        "first_response_seconds_median": [3_661.25, None, 59.0, None],
        "closing_seconds_median": [90_000.0, 7_200.0, None, None],
        "new_threads": [5, 9, 5, 0],
        "messages_sent": [7, 0, 1, 3],
    }
)


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (Order("new_threads", True), ["Unassigned", "<b>bob</b>", "Zoë", "adam"]),
        (Order("average_rating", True), ["Zoë", "<b>bob</b>", "adam", "Unassigned"]),
        (Order("average_rating", False), ["<b>bob</b>", "Zoë", "adam", "Unassigned"]),
        (
            Order("first_response_seconds_median", True),
            ["Zoë", "<b>bob</b>", "adam", "Unassigned"],
        ),
        (Order("agent_name", False), ["<b>bob</b>", "adam", "Unassigned", "Zoë"]),
        (Order("agent_name", True), ["Zoë", "Unassigned", "adam", "<b>bob</b>"]),
    ],
)
def test_agents_are_sorted_by_value_and_who_has_none_comes_last(
    order: Order, names: list[str]
) -> None:
    assert list(sorted_agents(AGENTS, order)["agent_name"]) == names


def test_durations_are_in_words_and_their_seconds_on_hover() -> None:
    table = agents_table(AGENTS, Order("agent_name", True))
    first = table.rows[0]
    assert [cell["text"] for cell in first["cells"]] == [
        "Zoë",
        "5",
        "1 h 1 min",
        "1 d 1 h",
        "7",
        "4.50",
        "2",
    ]
    assert first["cells"][2]["title"] == "3,661.25 seconds"
    assert first["cells"][3]["title"] == "90,000 seconds"
    assert all(column["help"] for column in table.columns)


def test_everyone_is_on_top_and_a_number_of_few_is_light() -> None:
    agents = AGENTS.assign(
        first_responses=[4, None, 1_205, None], closings_timed=[5, 9, None, None]
    )
    total = dict.fromkeys(AGENTS.columns, 1) | {"first_responses": 1_209}
    table = agents_table(agents, Order("new_threads", True), total=total)
    everyone, nobody, bob, zoe = table.rows[:4]
    assert everyone["cells"][0]["text"] == "Everyone"
    assert "id" not in everyone
    assert (bob["cells"][2]["behind"], bob["cells"][2]["is_muted"]) == ("1,205", False)
    assert (zoe["cells"][2]["behind"], zoe["cells"][2]["is_muted"]) == ("4", True)
    assert zoe["cells"][3]["is_muted"] is False
    assert zoe["cells"][5]["is_muted"] is True, "two ratings"
    assert "behind" not in nobody["cells"][2]
    assert nobody["cells"][1]["share"] == 1


def test_beside_an_agent_the_table_has_names_and_threads() -> None:
    table = agents_table(AGENTS, Order("ratings", True), titles=SHRUNK_TABLE)
    assert [column["title"] for column in table.columns] == ["Agent", "New threads"]


def test_every_row_can_be_chosen_nobody_too() -> None:
    rows = agents_table(AGENTS, Order("new_threads", True)).rows
    assert [row["id"] for row in rows] == ["", "a2", "a1", "a3"]


def test_parts_of_periods_are_marked_and_the_latest_is_on_top() -> None:
    series = pd.DataFrame(
        {
            "period_start_date": pd.to_datetime(["2024-02-01", "2024-03-01"]),
            "is_complete": [True, False],
            **{
                column: [1, 2]
                for column in (
                    "new_threads",
                    "messages",
                    "unique_users",
                    "average_rating",
                    "ratings",
                    "first_response_seconds_median",
                    "closing_seconds_median",
                    "open_threads",
                )
            },
        }
    )
    rows = series_table(series, "month").rows
    assert [row["cells"][0]["text"] for row in rows] == ["March 2024 (part)", "February 2024"]


def test_long_names_and_long_tables_are_cut_and_say_so() -> None:
    """What the published file holds may be longer than any screen; the CSV has it all."""
    agents = pd.concat([AGENTS.iloc[:1]] * 600, ignore_index=True).assign(
        agent_name=["n" * 5_000, "n" * 60, *["x"] * 598]
    )
    table = agents_table(agents, Order("agent_name", False))
    assert (len(table.rows), table.left_out) == (500, 100)
    first, second = (row["cells"][0] for row in table.rows[:2])
    assert first == {"text": "n" * 60, "title": ""}
    assert second == {"text": "n" * 59 + "…", "title": "n" * 511 + "…"}


def test_the_chosen_agent_is_offered_beside_the_first_thousand() -> None:
    names = {f"a{number}": "x" for number in range(5_000)}
    assert agents_to_choose(names, None) == list(names)[:1_000]
    assert agents_to_choose(names, "a3") == list(names)[:1_000]
    assert agents_to_choose(names, "a4000") == [*list(names)[:1_000], "a4000"]


def test_a_number_that_has_moved_is_marked_and_told() -> None:
    series = pd.DataFrame(
        {
            "period_start_date": pd.to_datetime(["2024-02-01"]),
            "is_complete": [True],
            **{column: [1] for column in SERIES_TABLE if column != "period"},
        }
    )
    said = "4 min as first published with the data to 29 February 2024; 2 threads changed since"
    restated = {(date(2024, 2, 1), "first_response_seconds_median"): said}
    (row,) = series_table(series, "month", restated).rows
    cells = dict(zip(SERIES_TABLE, row["cells"], strict=True))
    assert cells["first_response_seconds_median"] == {
        "text": "1 s ↻",
        "title": f"1 seconds; {said}",
        "opens": {"number": "first_response_seconds_median", "period": "2024-02-01"},
    }
    assert cells["new_threads"]["text"] == "1"


def test_a_thread_is_a_link_where_the_desk_has_an_address() -> None:
    threads = pd.DataFrame(
        {
            "thread_id": ["a/b"],
            "record_id": ["a/b"],
            "event_date": pd.to_datetime([None]),
            "created_date": pd.to_datetime(["2024-03-04"]),
            "value": [1.0],
            "agent_id": [None],
            "channel": ["email"],
        }
    )
    assert "url" not in threads_table(threads).rows[0]["cells"][0]
    linked = threads_table(with_links(threads, "https://desk.example/tickets/{thread_id}"))
    cells = linked.rows[0]["cells"]
    assert cells[0]["url"] == "https://desk.example/tickets/a%2Fb"
    assert [cell["text"] for cell in cells] == ["a/b", "4 March 2024", "Unassigned", "email"]
    took = threads_table(
        threads.assign(value=11_260.0, agent_id="a1"), "closing_seconds_median", {"a1": "Ann"}
    )
    assert [
        (column["title"], cell["text"], cell["title"])
        for column, cell in zip(took.columns[2:4], took.rows[0]["cells"][2:4], strict=True)
    ] == [("Took", "3 h 7 min", "11,260 seconds"), ("Agent", "Ann", "a1")]
    rated = threads_table(threads.assign(record_id="r1", value=4.0), "average_rating")
    assert [column["title"] for column in rated.columns][1:4] == ["Record", "Day", "Score"]
