"""The tables of the page as columns and rows of texts.

Belongs here: which columns a table has, what its cells say, and their order. Does not: how a
table is shown (see table_view).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from orchestration.publishing.presentation import (
    describe_number,
    describe_period,
    shorten_name,
)
from orchestration.report_page.view import Order

# What is nobody's, as the published functions take and name it.
UNASSIGNED_ID = ""
UNASSIGNED = "Unassigned"
TEXT_COLUMNS = ("agent_name", "label", "period")
AGENTS_TABLE = {
    "agent_name": "Agent",
    "average_rating": "Average rating",
    "ratings": "Ratings",
    "first_response_seconds_median": "First response, median",
    "closing_seconds_median": "Closing, median",
    "new_threads": "New threads",
    "messages_sent": "Messages sent",
}
SERIES_TABLE = {
    "period": "Period",
    "new_threads": "New threads",
    "messages": "Messages",
    "unique_users": "Users",
    "average_rating": "Average rating",
    "ratings": "Ratings",
    "first_response_seconds_median": "First response, median",
    "closing_seconds_median": "Closing, median",
    "open_threads": "Open threads",
}
MOST_ROWS = 500
MOST_CHOICES = 1_000
LABELS_TABLE = {"rank": "Rank", "label": "Label", "new_threads": "New threads"}


@dataclass(frozen=True)
class Table:
    """A table as it is shown.

    columns: key, title, help and whether it is text. rows: cells of a text and a title that is told
    on hover, and an id where the row can be chosen. left_out: rows that only its CSV has.
    """

    caption: str
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    order: Order | None = None
    left_out: int = 0


def agents_table(
    agents: pd.DataFrame,
    helps: Mapping[str, str],
    order: Order,
    names: Mapping[str, str] | None = None,
) -> Table:
    """Rows of inbox_agents; each has an id, by which it can be chosen.

    names: by id, as they are shown; those of the rows unless given.
    """
    shown = names or {}
    rows = sorted_agents(agents, order).head(MOST_ROWS).to_dict("records")
    return Table(
        caption="Agents",
        columns=_columns(AGENTS_TABLE, helps),
        rows=[
            _row(row | {"agent_name": shown.get(agent_id, row["agent_name"])}, AGENTS_TABLE)
            | {"id": agent_id}
            for row in rows
            for agent_id in [UNASSIGNED_ID if pd.isna(row["agent_id"]) else row["agent_id"]]
        ],
        order=order,
        left_out=len(agents) - len(rows),
    )


def agents_to_choose(names: Mapping[str, str], chosen: str | None) -> list[str]:
    """The agents that are offered: the first ones by name, and the one that is chosen."""
    offered = list(names)[:MOST_CHOICES]
    return offered if chosen is None or chosen in offered else [*offered, chosen]


def series_table(series: pd.DataFrame, grain: str, helps: Mapping[str, str]) -> Table:
    """Rows of inbox_series, the latest period first, parts of periods marked."""
    named = series.assign(
        period=[
            describe_period(grain, start.date()) + ("" if is_complete else " (part)")
            for start, is_complete in zip(
                series["period_start_date"], series["is_complete"], strict=True
            )
        ]
    )
    return _plain(f"By {grain}", named.iloc[::-1], SERIES_TABLE, helps)


def labels_table(labels: pd.DataFrame, helps: Mapping[str, str]) -> Table:
    """Rows of inbox_top_labels."""
    return _plain("Top labels", labels, LABELS_TABLE, helps)


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


def _plain(
    caption: str, table: pd.DataFrame, titles: Mapping[str, str], helps: Mapping[str, str]
) -> Table:
    return Table(
        caption=caption,
        columns=_columns(titles, helps),
        rows=[_row(row, titles) for row in table.to_dict("records")],
    )


def _columns(titles: Mapping[str, str], helps: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "title": title,
            "help": helps.get(key, ""),
            "is_text": key in TEXT_COLUMNS,
        }
        for key, title in titles.items()
    ]


def _row(row: Mapping[Any, Any], columns: Sequence[str] | Mapping[str, str]) -> dict[str, Any]:
    return {"cells": [_cell(column, row[column]) for column in columns]}


def _cell(column: str, value: Any) -> dict[str, str]:
    if column in TEXT_COLUMNS:
        name = shorten_name(str(value))
        return {"text": name, "title": "" if name == value else shorten_name(str(value), 512)}
    exact = "" if pd.isna(value) or "_seconds" not in column else f"{value:,.3f}".rstrip("0")
    return {
        "text": describe_number(column, value),
        "title": f"{exact.rstrip('.')} seconds" if exact else "",
    }
