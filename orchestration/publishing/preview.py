"""A first look at a publication, for who operates the pipeline: the six cards and their days.

Belongs here: the report's numbers as Markdown and as a small picture. Does not: any number of its
own; they come from `report`.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from orchestration.publishing.presentation import describe_number
from orchestration.publishing.published_report import PublishedReport
from orchestration.publishing.ready_queries import Scope
from orchestration.publishing.report import asked_range

DAYS = 30
RESTATEMENTS_SHOWN = 10
SIDES = ("before", "after")
PLOTTED = {"new_threads": "New threads", "messages": "Messages", "ratings": "Ratings"}


def preview_publication(report: PublishedReport) -> str:
    """The cards of the last 30 days as a Markdown table, and the days behind them as a picture."""
    first, last = asked_range(report, None, None)
    title = f"{first} to {last}, against as many days before"
    days = _days(report, first - timedelta(days=DAYS), last)
    picture = base64.b64encode(plot_days(days).encode()).decode()
    return (
        f"{title}\n\n{cards_table(report.cards(first, last))}\n\n"
        f"![Days of {', '.join(PLOTTED.values())}](data:image/svg+xml;base64,{picture})"
    )


def _days(report: PublishedReport, first: date, last: date) -> pd.DataFrame:
    """The days of a range as the mart has them, by no function; where it lacks one, by that."""
    days = report.ready_series(Scope(), "day", first, last)
    return report.series("day", first, last) if days is None else days


def preview_restatements(report: PublishedReport, publication_id: str) -> str:
    """What a publication restated as a Markdown table: the cells that most threads have moved."""
    rows = report.restatements(publication_id=publication_id)
    if rows.empty:
        return "Nothing that was complete has another value now."
    lines = [
        "| table | period | agent | number | was | is | threads |",
        "| :-- | :-- | :-- | :-- | --: | --: | --: |",
    ]
    for row in rows.head(RESTATEMENTS_SHOWN).to_dict("records"):
        agent = "" if pd.isna(row["agent_id"]) else row["agent_id"].replace("|", "\\|")
        was, now = (describe_number(row["number"], row[f"value_{side}"]) for side in SIDES)
        lines.append(
            f"| {row['table_name']} | {row['period_start_date']:%Y-%m-%d} | {agent} | "
            f"{row['number']} | {was} | {now} | {row['threads_changed']:,} |"
        )
    more = len(rows) - RESTATEMENTS_SHOWN
    return "\n".join([*lines, *([f"\n{more:,} more: inbox report --restatements"] * (more > 0))])


def cards_table(cards: pd.DataFrame) -> str:
    """`inbox_cards` as a Markdown table."""
    lines = ["| | now | before | change |", "| :-- | --: | --: | --: |"]
    for card in cards.to_dict("records"):
        is_mean = card["metric"] == "average_rating"
        change = _number(card["change"], is_mean, signed=True)
        if not pd.isna(card["change_ratio"]):
            change += f" ({card['change_ratio']:+.1%})"
        now = _number(card["current_value"], is_mean)
        before = _number(card["previous_value"], is_mean)
        lines.append(f"| {card['label']} | {now} | {before} | {change} |")
    return "\n".join(lines)


def plot_days(days: pd.DataFrame) -> str:
    """Bars by day as SVG, a row for each of PLOTTED; the days before the range are pale.

    days: period_start_date and the columns of PLOTTED, oldest first.
    """
    width, row_height, name_width = 640, 72, 110
    rows = []
    for number, (column, name) in enumerate(PLOTTED.items()):
        values = [0.0 if pd.isna(value) else float(value) for value in days[column]]
        rows.append(
            f'<g transform="translate(0 {number * row_height})">'
            f'<text x="0" y="28">{name}</text>'
            f'<text x="0" y="46" fill="#6b7280">at most {max(values, default=0):,.0f}</text>'
            f"{_bars(values, name_width, width - name_width, row_height - 12)}</g>"
        )
    dates = [f"{value:%Y-%m-%d}" for value in days["period_start_date"]]
    height = len(PLOTTED) * row_height + 16
    axis = (
        f'<text x="{name_width}" y="{height - 4}" fill="#6b7280">{dates[0]}</text>'
        f'<text x="{width}" y="{height - 4}" fill="#6b7280" text-anchor="end">{dates[-1]}</text>'
        if dates
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12" fill="#374151">'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(rows)}{axis}</svg>'
    )


def _bars(values: Sequence[float], left: int, width: int, height: int) -> str:
    highest = max(values, default=0) or 1
    step = width / max(len(values), 1)
    bars = []
    for number, value in enumerate(values):
        size = value / highest * height
        colour = "#2563eb" if number >= len(values) - DAYS else "#bfdbfe"
        bars.append(
            f'<rect x="{left + number * step:.1f}" y="{height + 4 - size:.1f}" '
            f'width="{step * 0.8:.1f}" height="{size:.1f}" fill="{colour}"/>'
        )
    return "".join(bars)


def _number(value: Any, is_mean: bool, signed: bool = False) -> str:
    if value is None or pd.isna(value):
        return "-"
    sign = "+" if signed else ""
    return f"{value:{sign},.2f}" if is_mean else f"{value:{sign},.0f}"
