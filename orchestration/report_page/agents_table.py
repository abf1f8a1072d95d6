"""The agents' table: who stands in it, in which order, and what is behind each number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from orchestration.report_page.charts.described import FEWEST
from orchestration.report_page.tables import UNASSIGNED_ID, Table, cell_of, columns_of, open_by
from orchestration.report_page.view import Order

EVERYONE = "Everyone"
AGENTS_TABLE = {
    "agent_name": "Agent",
    "new_threads": "New threads",
    "first_response_seconds_median": "First response, median",
    "closing_seconds_median": "Closing, median",
    "messages_sent": "Messages sent",
    "average_rating": "Average rating",
    "ratings": "Ratings",
}
# Beside an agent who is chosen.
SHRUNK_TABLE = {name: AGENTS_TABLE[name] for name in ("agent_name", "new_threads")}
BARS = ("new_threads", "messages_sent")
# The numbers that say little of few, and the column that counts what is behind them.
BEHIND = {
    "first_response_seconds_median": "first_responses",
    "closing_seconds_median": "closings_timed",
    "average_rating": "ratings",
}
MOST_ROWS = 500
MOST_CHOICES = 1_000


def agents_table(
    agents: pd.DataFrame,
    order: Order,
    names: Mapping[str, str] | None = None,
    total: Mapping[str, Any] | None = None,
    titles: Mapping[str, str] = AGENTS_TABLE,
) -> Table:
    """Rows of inbox_agents, each with an id by which it can be chosen; everyone's on top.

    names: by id, as they are shown; those of the rows unless given. total: everyone's numbers.
    """
    shown = names or {}
    rows = sorted_agents(agents, order).head(MOST_ROWS).to_dict("records")
    most = {column: agents[column].max() for column in BARS}
    everyone = [] if total is None else [_everyone(total, titles)]
    return Table(
        caption="Agents",
        columns=columns_of(titles),
        rows=[*everyone, *(_agent(row, shown, titles, most) for row in rows)],
        order=order,
        left_out=len(agents) - len(rows),
        is_compact=titles is SHRUNK_TABLE,
    )


def _agent(
    row: Mapping[Any, Any],
    names: Mapping[str, str],
    titles: Mapping[str, str],
    most: Mapping[str, Any],
) -> dict[str, Any]:
    agent_id = UNASSIGNED_ID if pd.isna(row["agent_id"]) else row["agent_id"]
    named = {**row, "agent_name": names.get(agent_id, row["agent_name"])}
    cells = [_cell(column, named) for column in titles]
    if titles is AGENTS_TABLE:
        cells = [
            open_by(cell, column, whose=agent_id)
            for column, cell in zip(titles, cells, strict=True)
        ]
    for column, cell in zip(titles, cells, strict=True):
        if column in BARS and most[column]:
            cell["share"] = row[column] / most[column]
    return {"id": agent_id, "cells": cells}


def _everyone(total: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    named = {**total, "agent_name": EVERYONE}
    cells = [open_by(_cell(column, named), column) for column in titles]
    return {"is_total": True, "cells": cells}


def _cell(column: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A number, light where few are behind it, and of a median how many."""
    cell = cell_of(column, row[column])
    behind = row.get(BEHIND.get(column, ""))
    if behind is None or pd.isna(behind) or pd.isna(row[column]):
        return cell
    cell["is_muted"] = bool(behind < FEWEST)
    if column != "average_rating":
        cell["behind"] = f"{int(behind):,}"
    return cell


def agents_to_choose(names: Mapping[str, str], chosen: str | None) -> list[str]:
    """The agents that are offered: the first ones by name, and the one that is chosen."""
    offered = list(names)[:MOST_CHOICES]
    return offered if chosen is None or chosen in offered else [*offered, chosen]


def sorted_agents(agents: pd.DataFrame, order: Order) -> pd.DataFrame:
    """By the column; who has no value in it comes last, whichever way, equals by name."""
    by_name = agents.sort_values(
        "agent_name", key=lambda names: names.str.lower(), kind="stable", na_position="last"
    )
    if order.column == "agent_name":
        return by_name.iloc[::-1] if order.is_descending else by_name
    return by_name.sort_values(
        order.column, ascending=not order.is_descending, kind="stable", na_position="last"
    )
