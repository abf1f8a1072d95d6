"""How the report's numbers look as text: the same in the terminal and on the page.

Belongs here: numbers, changes, durations and days in words. Does not: reading numbers, or where
on a screen they go.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date

import pandas as pd

from orchestration.publishing.csv_cells import harmless_csv

NOTHING = "-"
# What readers call a card whose label in the tables could be taken for another number, new_users.
CARD_TITLES = {"unique_users": "Active users"}


def describe_seconds(seconds: float | None) -> str:
    """A duration in words, by its two largest units: `2 d 3 h`, `5 min 10 s`."""
    if seconds is None or pd.isna(seconds):
        return NOTHING
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    left = round(seconds)
    parts = []
    for unit, size in units:
        if left >= size:
            parts.append(f"{left // size} {unit}")
            left %= size
    return " ".join(parts[:2]) or "0 s"


def shorten_name(name: str, most: int = 60) -> str:
    """A name, a team or a label, no longer than a screen can bear."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def distinct_names(names: Mapping[str, str]) -> dict[str, str]:
    """Names by identifier as they are shown: where two look alike, with their identifiers.

    So a name that is shown is never taken for another's. The empty identifier is nobody's, and
    keeps its name.
    """
    shown = {identifier: shorten_name(name) for identifier, name in names.items()}
    counts = Counter(shown.values())
    return {
        identifier: f"{name} ({shorten_name(identifier)})"
        if identifier and counts[name] > 1
        else name
        for identifier, name in shown.items()
    }


def describe_reach(as_of_date: date, today: date) -> str:
    """The last day of the data, and how far it is behind: `2024-03-31 (2 days behind)`."""
    behind = (today - as_of_date).days - 1
    if behind <= 0:
        return f"{as_of_date}"
    return f"{as_of_date} ({behind:,} day{'s' * (behind > 1)} behind)"


def describe_as_known(day: date) -> str:
    """What readers have to know of numbers as they were known on a day."""
    return (
        f"As known on {day}: only export days up to it exist. Days that were delivered again "
        "since count as they stand now."
    )


def describe_number(metric: str, value: float | None) -> str:
    """A number as its metric is written: counts whole, averages by two digits, shares in %."""
    if value is None or pd.isna(value):
        return NOTHING
    if "_seconds" in metric:
        return describe_seconds(value)
    if metric.endswith("_ratio"):
        return f"{value:.1%}"
    return f"{value:,.2f}" if metric.startswith("average_") else f"{value:,.0f}"


def describe_share(share: float | None) -> str:
    """A share of one as a percentage."""
    return NOTHING if share is None or pd.isna(share) else f"{share:.0%}"


def describe_change(metric: str, change: float | None, ratio: float | None) -> str:
    """A change and, where there is one, its share: `-111 (-10.8%)`."""
    if change is None or pd.isna(change):
        return NOTHING
    text = f"{change:+,.2f}" if metric.startswith("average_") else f"{change:+,.0f}"
    return text if ratio is None or pd.isna(ratio) else f"{text} ({ratio:+.1%})"


def describe_move(
    metric: str, first_value: float | None, first_as_of_date: date, threads: int
) -> str:
    """What a number was when it was first published as complete, and how many threads moved it."""
    moved = f"{threads:,} thread{'s' * (threads != 1)} moved it since" if threads else "moved since"
    return (
        f"{describe_number(metric, first_value)} as first published on "
        f"{describe_day(first_as_of_date)}; {moved}"
    )


def with_minus(text: str) -> str:
    """The text with real minus signs before its numbers."""
    return re.sub(r"-(?=\d)", "\N{MINUS SIGN}", text)


def describe_day(day: date) -> str:
    """`2 March 2024`."""
    return f"{day.day} {day:%B %Y}"


def describe_range(first: date, last: date) -> str:
    """Two days as short as they can be told: `2 to 31 March 2024`."""
    if first == last:
        return describe_day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {describe_day(last)}"
    if first.year == last.year:
        return f"{first.day} {first:%B} to {describe_day(last)}"
    return f"{describe_day(first)} to {describe_day(last)}"


def describe_period(grain: str, period_start_date: date) -> str:
    """A period by its first day: `Fri 1 March 2024`, `Week of 4 March 2024`, `March 2024`."""
    if grain == "year":
        return str(period_start_date.year)
    if grain == "month":
        return f"{period_start_date:%B %Y}"
    day = describe_day(period_start_date)
    return f"Week of {day}" if grain == "week" else f"{period_start_date:%a} {day}"


def to_csv(table: pd.DataFrame) -> bytes:
    """A table as CSV for spreadsheets: UTF-8 with its mark, days as 2024-03-31.

    A text that a spreadsheet would take for a formula is led by an apostrophe.
    """
    return harmless_csv(table).encode("utf-8-sig")
