"""The tables of the page as columns and rows of texts.

Belongs here: which columns a table has, what its cells say, and their order. Does not: how a
table is shown (see components).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from orchestration.publishing.presentation import (
    NOTHING,
    describe_day,
    describe_number,
    describe_period,
    shorten_name,
)
from orchestration.report_page.charts.described import RESTATED
from orchestration.report_page.view import Order
from orchestration.report_page.words import HELPS, TITLES

# What is nobody's, as the published functions take and name it.
UNASSIGNED_ID = ""
UNASSIGNED = "Unassigned"
TEXT_COLUMNS = (
    "agent_name",
    "label",
    "period",
    "thread_id",
    "record_id",
    "event_date",
    "agent_id",
    "channel",
)
SERIES_TABLE = {
    "period": "Period",
    "new_threads": "New threads",
    "messages": "Messages",
    "unique_users": "Active users",
    "average_rating": "Average rating",
    "ratings": "Ratings",
    "first_response_seconds_median": "First response, median",
    "closing_seconds_median": "Closing, median",
    "open_threads": "Open threads",
}
LABELS_TABLE = {"label": "Label", "new_threads": "New threads"}


@dataclass(frozen=True)
class Table:
    """A table as it is shown.

    columns: key, title, help and whether it is text. rows: cells of a text and a title that is told
    on hover, with its share of the largest where it has a bar, whether it is light, what is behind
    it, and which threads it opens; and an id where the row can be chosen. left_out: rows that only
    its CSV has.
    """

    caption: str
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    order: Order | None = None
    left_out: int = 0
    is_compact: bool = False


def threads_table(
    threads: pd.DataFrame, number: str = "new_threads", names: Mapping[str, str] | None = None
) -> Table:
    """Rows of inbox_threads that are counted, identifiers only; links where they have a `url`.

    names: of agents, by id, which is told on hover.
    """
    titles = threads_titles(threads, number)
    days = threads["event_date"].fillna(threads["created_date"])
    rows = threads.assign(event_date=[describe_day(day.date()) for day in days])
    table = _plain("Threads", rows.rename(columns={"value": number}), titles)
    known = {UNASSIGNED_ID: UNASSIGNED, **(names or {})}
    place = list(titles).index("agent_id")
    for row, agent_id in zip(table.rows, threads["agent_id"].fillna(UNASSIGNED_ID), strict=True):
        name = known.get(agent_id, agent_id)
        row["cells"][place] = cell_of("agent_id", name) | {"title": agent_id}
    if "url" in threads:
        for row, url in zip(table.rows, threads["url"], strict=True):
            row["cells"][0]["url"] = url or ""
    return table


def threads_titles(threads: pd.DataFrame, number: str) -> dict[str, str]:
    """The columns that say something: a duration has no record of its own, and a count adds 1."""
    titles = {"thread_id": "Thread"}
    is_duration = "_seconds" in number
    if not is_duration and (threads["record_id"] != threads["thread_id"]).any():
        titles["record_id"] = "Record"
    titles["event_date"] = "Day"
    if is_duration or number == "average_rating":
        titles[number] = "Took" if is_duration else "Score"
    return titles | {"agent_id": "Agent", "channel": "Channel"}


def series_table(
    series: pd.DataFrame, grain: str, restated: Mapping[tuple[date, str], str] | None = None
) -> Table:
    """Rows of inbox_series, the latest period first, parts of periods marked.

    restated: by period and number, what is told of one that has moved since.
    """
    named = series.assign(
        period=[
            describe_period(grain, start.date()) + ("" if is_complete else " (part)")
            for start, is_complete in zip(
                series["period_start_date"], series["is_complete"], strict=True
            )
        ]
    )
    table = _plain(f"By {grain}", named.iloc[::-1], SERIES_TABLE)
    for row, start in zip(table.rows, named["period_start_date"].iloc[::-1], strict=True):
        for column, cell in zip(SERIES_TABLE, row["cells"], strict=True):
            open_by(cell, column, period=start.date().isoformat())
            said = (restated or {}).get((start.date(), column))
            if said is not None:
                cell["text"] += f" {RESTATED}"
                cell["title"] = "; ".join(filter(None, [cell["title"], said]))
    return table


def labels_table(labels: pd.DataFrame, is_opened: bool = True) -> Table:
    """Rows of inbox_top_labels, each of which can be chosen; is_opened: and opens its threads."""
    most = max(int(labels["new_threads"].max()), 1)
    return Table(
        caption="Top labels",
        columns=columns_of(LABELS_TABLE),
        rows=[
            {
                "id": row["label"],
                "cells": [
                    cell_of("label", row["label"]) | {"share": row["new_threads"] / most},
                    open_by(
                        cell_of("new_threads", row["new_threads"]),
                        "new_threads",
                        label=row["label"] if is_opened else None,
                    ),
                ],
            }
            for row in labels.to_dict("records")
        ],
        is_compact=True,
    )


def _plain(caption: str, table: pd.DataFrame, titles: Mapping[str, str]) -> Table:
    return Table(
        caption=caption,
        columns=columns_of(titles),
        rows=[row_of(row, titles) for row in table.to_dict("records")],
    )


def columns_of(titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """The columns of a table that have these titles."""
    return [
        {
            "key": key,
            "title": title,
            "help": HELPS.get(key, ""),
            "is_text": key in TEXT_COLUMNS,
        }
        for key, title in titles.items()
    ]


def row_of(row: Mapping[Any, Any], columns: Sequence[str] | Mapping[str, str]) -> dict[str, Any]:
    """A row of cells."""
    return {"cells": [cell_of(column, row[column]) for column in columns]}


def open_by(cell: dict[str, Any], number: str, **of: str | None) -> dict[str, Any]:
    """The cell, opening the threads of its number; one that says nothing opens none."""
    if number in TITLES and cell["text"] != NOTHING and None not in of.values():
        cell["opens"] = {"number": number, **of}
    return cell


def cell_of(column: str, value: Any) -> dict[str, Any]:
    """A value as its column shows it; seconds and long names are told on hover."""
    if column in TEXT_COLUMNS:
        value = NOTHING if pd.isna(value) else value
        name = shorten_name(str(value))
        return {"text": name, "title": "" if name == value else shorten_name(str(value), 512)}
    exact = "" if pd.isna(value) or "_seconds" not in column else f"{value:,.3f}".rstrip("0")
    return {
        "text": describe_number(column, value),
        "title": f"{exact.rstrip('.')} seconds" if exact else "",
    }
