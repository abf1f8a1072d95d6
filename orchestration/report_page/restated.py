"""What of the shown numbers has moved since it was first published, in words.

Numbers of filtered threads are never published, and cannot have moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from orchestration.publishing.presentation import describe_day, describe_move, describe_number
from orchestration.report_page.answers import Answers

# What moved by its days adds up to what moved of a range of them.
SUMS = frozenset({"new_threads", "messages", "labeled_threads", "ratings", "messages_sent"})
By = Mapping[tuple[date, str], str]


def restated_in_words(answers: Answers, grain: str | None = None) -> dict[tuple[date, str], str]:
    """By period and number: what it was as first published, and how many threads moved it.

    grain: that of the view unless given.
    """
    view = answers.view
    if view.filters:
        return {}
    moves = answers.report.moves(
        grain or view.grain, view.first_date, view.last_date, answers.agent_id
    )
    return {
        (row["period_start_date"].date(), row["number"]): describe_move(
            row["number"], row["first_value"], row["first_as_of_date"].date(), int(row["threads"])
        )
        for row in moves.to_dict("records")
    }


def restated_cards(answers: Answers, values: Mapping[str, Any]) -> dict[str, str]:
    """By number of a card, which is of the whole range: what it was as first published.

    A day or a month has been published as one number; of any other range its days have been.
    values: what the cards say now.
    """
    view = answers.view
    whole = _published_grain(view.first_date, view.last_date)
    if whole is not None:
        return {number: said for (_, number), said in restated_in_words(answers, whole).items()}
    if view.filters:
        return {}
    moves = answers.report.moved_days(view.first_date, view.last_date, answers.agent_id)
    return {
        row["number"]: _of_days(row, values[row["number"]])
        for row in moves.to_dict("records")
        if row["number"] in values
    }


def _published_grain(first: date, last: date) -> str | None:
    if first == last:
        return "day"
    is_month = first.day == 1 and first.month == last.month and first.year == last.year
    return "month" if is_month and (last + timedelta(days=1)).day == 1 else None


def _of_days(move: Mapping[Any, Any], value: Any) -> str:
    """A range's number by its days: what they added up to, else how many of them moved."""
    days, threads = int(move["days"]), int(move["threads"])
    moved = f"{threads:,} thread{'s' * (threads != 1)} moved {{}} since"
    if move["number"] in SUMS and not pd.isna(value) and move["change"]:
        before = describe_number(move["number"], value - move["change"])
        return (
            f"{before} as its days were first published, the last of those that moved on "
            f"{describe_day(move['last_as_of_date'].date())}; {moved.format('it')}"
        )
    return (
        f"{days:,} of its days {'have' if days != 1 else 'has'} moved since first published, the "
        f"last on {describe_day(move['last_as_of_date'].date())}; {moved.format('them')}"
    )
