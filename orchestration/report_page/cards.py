"""The cards of the page: their numbers, changes and courses as they are shown.

Belongs here: what a card says. Does not: how it is drawn (see components).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from orchestration.publishing.comparison import change_of
from orchestration.publishing.presentation import (
    describe_change,
    describe_number,
    describe_seconds,
    describe_share,
    with_minus,
)
from orchestration.report_page.words import HELPS, TITLES

# More of these is good, and of those is bad; of what is in neither nobody can tell.
BETTER_WHEN_MORE = frozenset({"average_rating"})
# An agent's own numbers, and those of them that add up to everyone's.
AGENT_METRICS = (
    "new_threads",
    "messages_sent",
    "first_response_seconds_median",
    "closing_seconds_median",
    "average_rating",
    "ratings",
)
SUMS = frozenset({"new_threads", "messages_sent", "ratings"})
BETTER_WHEN_LESS = frozenset({"first_response_seconds_median", "closing_seconds_median"})


@dataclass(frozen=True)
class Card:
    """A card as it is shown.

    before: what the number was, in words. course: its values by period, None where there is none.
    floor: what the small line is drawn from, at most. restated: what the number was when it was
    first published, where it has moved since.
    """

    metric: str
    title: str
    help: str
    value: str
    change: str
    tone: str
    before: str
    course: list[float | None] = field(default_factory=list)
    course_compared: list[float | None] = field(default_factory=list)
    floor: float = 0
    restated: str = ""


def with_restated(cards: Sequence[Card], restated: Mapping[str, str]) -> list[Card]:
    """The cards, told what they were when first published where they have moved since."""
    return [replace(card, restated=restated.get(card.metric, "")) for card in cards]


def inbox_cards(
    cards: pd.DataFrame,
    series: pd.DataFrame,
    compared: pd.DataFrame | None,
    is_comparison_asked: bool,
) -> list[Card]:
    """The cards of rows of inbox_cards, with the courses of rows of inbox_series."""
    return [_inbox_card(card, series, compared, is_comparison_asked) for card in _records(cards)]


def _inbox_card(
    card: dict[Hashable, Any],
    series: pd.DataFrame,
    compared: pd.DataFrame | None,
    is_comparison_asked: bool,
) -> Card:
    metric = str(card["metric"])
    change, tone = describe_tone(metric, card["change"], card["change_ratio"])
    if pd.isna(card["change"]):
        change = "not comparable" if is_comparison_asked and compared is None else ""
    return Card(
        metric=metric,
        title=TITLES[metric],
        help=HELPS[metric],
        value=describe_number(metric, card["current_value"]),
        change=change,
        tone=tone,
        before="" if compared is None else _was(metric, card["previous_value"]),
        course=course_of(series, metric),
        course_compared=[] if compared is None else course_of(compared, metric),
        floor=1 if metric == "average_rating" else 0,
    )


def agent_cards(
    now: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    everyone: Mapping[str, Any],
    series: pd.DataFrame,
    compared: pd.DataFrame | None,
) -> list[Card]:
    """An agent's own numbers, against the days compared with and against everyone's.

    now, before: the agent's numbers, by the columns of inbox_agents. Sums of everyone's are told as
    the agent's share.
    """
    return [
        Card(
            metric=metric,
            title=TITLES[metric],
            help=HELPS[metric],
            value=describe_number(metric, now.get(metric)),
            change=text,
            tone=tone,
            before=_was_and_against(metric, now, before or {}, everyone),
            course=course_of(series, metric),
            course_compared=[] if compared is None else course_of(compared, metric),
            floor=1 if metric == "average_rating" else 0,
        )
        for metric in AGENT_METRICS
        for text, tone in [describe_tone(metric, *_change(metric, now, before))]
    ]


def _was_and_against(
    metric: str, now: Mapping[str, Any], before: Mapping[str, Any], everyone: Mapping[str, Any]
) -> str:
    said = [_was(metric, before.get(metric)), _against(metric, now, everyone)]
    return " · ".join(filter(None, said))


def _was(metric: str, before: Any) -> str:
    return "" if pd.isna(before) else f"was {describe_number(metric, before)}"


def _change(
    metric: str, now: Mapping[str, Any], before: Mapping[str, Any] | None
) -> tuple[float | None, float | None]:
    return (None, None) if before is None else change_of(now.get(metric), before.get(metric))


def _against(metric: str, now: Mapping[str, Any], everyone: Mapping[str, Any]) -> str:
    theirs = everyone.get(metric)
    if metric not in SUMS:
        return f"everyone {describe_number(metric, theirs)}"
    mine = now.get(metric)
    if pd.isna(mine) or not theirs:
        return ""
    return f"{describe_share(mine / theirs)} of all"


def describe_tone(metric: str, change: Any, ratio: Any) -> tuple[str, str]:
    """A change in words, and whether it is good."""
    if pd.isna(change):
        return "", "none"
    if not change:
        return "no change", "even"
    signs: Mapping[str, float] = {"good": 1, "bad": -1}
    better = (metric in BETTER_WHEN_MORE) - (metric in BETTER_WHEN_LESS)
    tone = next((tone for tone, sign in signs.items() if change * better * sign > 0), "even")
    if "_seconds" in metric:
        text = f"{'-' if change < 0 else '+'}{describe_seconds(abs(change))}"
    else:
        text = describe_change(metric, change, ratio)
    return with_minus(text), tone


def course_of(series: pd.DataFrame, metric: str) -> list[float | None]:
    """A number by period, for a small line; a period that is not complete has none."""
    if metric not in series:
        return []
    values = series[metric].astype("float64").where(series["is_complete"].astype(bool))
    return [None if pd.isna(value) else float(value) for value in values]


def _records(table: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return table.to_dict("records")
