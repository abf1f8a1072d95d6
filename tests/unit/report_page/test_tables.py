"""What the tables say, and in which order."""

from __future__ import annotations

import pandas as pd
import pytest

from orchestration.report_page.tables import (
    agents_table,
    agents_to_choose,
    series_table,
    sorted_agents,
)
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
    table = agents_table(AGENTS, {"ratings": "What a rating is."}, Order("agent_name", True))
    first = table.rows[0]
    assert [cell["text"] for cell in first["cells"]] == [
        "Zoë",
        "4.50",
        "2",
        "1 h 1 min",
        "1 d 1 h",
        "5",
        "7",
    ]
    assert first["cells"][3]["title"] == "3,661.25 seconds"
    assert first["cells"][4]["title"] == "90,000 seconds"
    assert [column["help"] for column in table.columns][2] == "What a rating is."


def test_every_row_can_be_chosen_nobody_too() -> None:
    rows = agents_table(AGENTS, {}, Order("new_threads", True)).rows
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
    rows = series_table(series, "month", {}).rows
    assert [row["cells"][0]["text"] for row in rows] == ["March 2024 (part)", "February 2024"]


def test_long_names_and_long_tables_are_cut_and_say_so() -> None:
    """What the published file holds may be longer than any screen; the CSV has it all."""
    agents = pd.concat([AGENTS.iloc[:1]] * 600, ignore_index=True).assign(
        agent_name=["n" * 5_000, "n" * 60, *["x"] * 598]
    )
    table = agents_table(agents, {}, Order("agent_name", False))
    assert (len(table.rows), table.left_out) == (500, 100)
    first, second = (row["cells"][0] for row in table.rows[:2])
    assert first == {"text": "n" * 60, "title": ""}
    assert second == {"text": "n" * 59 + "…", "title": "n" * 511 + "…"}


def test_the_chosen_agent_is_offered_beside_the_first_thousand() -> None:
    names = {f"a{number}": "x" for number in range(5_000)}
    assert agents_to_choose(names, None) == list(names)[:1_000]
    assert agents_to_choose(names, "a3") == list(names)[:1_000]
    assert agents_to_choose(names, "a4000") == [*list(names)[:1_000], "a4000"]
