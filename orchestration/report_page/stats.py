"""Charts of everyone or of an agent, and the numbers behind them.

All answers are asked for before anything is shown, so that what is new and what is old never stand
beside each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd
import streamlit as st

from orchestration.publishing.presentation import describe_number, describe_share
from orchestration.report_page.answers import TOP_LABELS, Answers
from orchestration.report_page.charts.columns import Columns, columns_of, is_known
from orchestration.report_page.charts.described import RESTATED, with_gaps, with_names
from orchestration.report_page.charts.hours import busiest, described_hours, draw_hours
from orchestration.report_page.charts.periods import PICKED, draw_periods
from orchestration.report_page.charts.registry import PeriodChart, period_charts
from orchestration.report_page.components.table import show_table
from orchestration.report_page.definitions import show_definitions
from orchestration.report_page.navigation import go, show_download, show_empty, show_heading
from orchestration.report_page.restated import restated_in_words
from orchestration.report_page.tables import labels_table, series_table
from orchestration.report_page.threads import open_threads
from orchestration.report_page.view import View
from orchestration.report_page.words import HELPS

COUNTS = ("new_threads", "messages", "ratings", "closed_threads", "replies")


@dataclass(frozen=True)
class Numbers:
    """What the charts are drawn from."""

    answers: Answers
    series: pd.DataFrame
    compared: pd.DataFrame | None
    labels: pd.DataFrame
    hours: pd.DataFrame
    restated: Mapping[tuple[date, str], str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all has happened in the range."""
        return not self.series[list(COUNTS)].to_numpy().any()


def numbers_of(answers: Answers) -> Numbers:
    """Asks for all that the charts need."""
    compared = answers.series_compared
    return Numbers(
        answers,
        answers.series,
        None if compared is None else with_gaps(compared),
        answers.labels(),
        answers.hours(),
        restated_in_words(answers),
    )


def show_stats(numbers: Numbers) -> None:
    """The charts and their tables."""
    if numbers.is_empty:
        is_filtered = bool(numbers.answers.view.filters)
        show_empty(
            "The filters leave no thread of this range."
            if is_filtered
            else "Nothing happened in this range."
        )
        return
    series = with_names(with_gaps(numbers.series), numbers.answers.view.grain)
    compared = None if numbers.compared is None else columns_of(numbers.compared)
    with st.container(key="charts"):
        for chart in period_charts(numbers.answers.view.clock):
            with st.container(border=True, key=f"chart_{chart.key}"):
                show_period_chart(numbers, chart, series, compared)
        with st.container(border=True, key="chart_labels"):
            show_labels(numbers)
    with st.container(border=True, key="chart_hours"):
        show_hours(numbers)
    show_notes(numbers)
    show_tables(numbers)
    show_definitions(numbers.answers)


def show_period_chart(
    numbers: Numbers, chart: PeriodChart, series: Columns, compared: Columns | None
) -> None:
    """A chart over periods under its heading."""
    show_heading(chart.title, _help(chart))
    if not any(is_known(value) for measure in chart.measures for value in series[measure]):
        show_empty(chart.empty)
        return
    grain = numbers.answers.view.grain
    view = numbers.answers.view
    # Another key forgets what was picked, so that it can be picked again.
    key = f"plot_{chart.key}_{view.number}_{view.period}"
    st.vega_lite_chart(
        spec=draw_periods(series, grain, chart, compared, numbers.restated),
        alt=f"{chart.title} by {grain}, {len(series['period'])} periods; in the last one "
        + ", ".join(f"{name} {_text(m, series[m][-1])}" for m, name in chart.names().items()),
        key=key,
        selection_mode=PICKED,
        on_select=lambda: pick_period(view, chart, key),
    )


def pick_period(view: View, chart: PeriodChart, key: str) -> None:
    """Shows the threads of the period that was clicked."""
    picked = st.session_state[key]["selection"].get(PICKED)
    if picked:
        period = date.fromisoformat(picked[0]["period"])
        go(view.with_threads(chart.number, period))


def show_labels(numbers: Numbers) -> None:
    """The labels as bars; a click on one filters."""
    view = numbers.answers.view
    show_heading(f"Top {TOP_LABELS} labels", HELPS["labels"])
    if numbers.labels.empty:
        show_empty("No thread of this range carries a label.")
        return
    show_table(
        labels_table(numbers.labels, is_opened=not view.filters.label),
        key="labels",
        chosen=view.filters.label[0] if len(view.filters.label) == 1 else None,
        on_chosen=lambda label: go(
            replace(view, filters=view.filters.with_toggled("label", label))
        ),
        on_opened=lambda opened: open_threads(view, opened),
    )


def show_hours(numbers: Numbers) -> None:
    """The hours of the week."""
    is_everyone = numbers.answers.agent_id is None
    title = "When users write" if is_everyone else "When the agent writes"
    cells = described_hours(numbers.hours)
    show_heading(title, HELPS["hours" if is_everyone else "agent_hours"], busiest(cells))
    if not numbers.hours["value"].any():
        show_empty("No message in this range.")
        return
    st.vega_lite_chart(
        spec=draw_hours(cells, numbers.answers.report.reach.week_start),
        alt=f"{title}, by weekday and hour: {busiest(cells)}",
    )


def show_notes(numbers: Numbers) -> None:
    """How to read the charts, as far as it is needed for these."""
    notes = []
    if numbers.compared is not None:
        notes.append("Dotted line: the days compared with")
    if not numbers.series["is_complete"].all():
        notes.append(
            "hatched or hollow: the period is not complete, as the range cuts it, the data end "
            "before it does, or an export day of it has not arrived"
        )
    if numbers.restated:
        notes.append(f"{RESTATED}: has moved since it was first published, as told on hover")
    notes.append("small and light: fewer than five behind the number")
    text = "; ".join(notes)
    st.caption(f"{text[0].upper()}{text[1:]}.")


def show_tables(numbers: Numbers) -> None:
    """The numbers that are drawn, and their files."""
    answers, view = numbers.answers, numbers.answers.view
    # Unlike what is folded away, they are only made and sent when they are asked for.
    if not st.toggle("The numbers behind the charts", key="numbers"):
        return
    show_table(
        series_table(numbers.series, view.grain, numbers.restated),
        key="series_table",
        on_opened=lambda opened: open_threads(view, opened),
    )
    files: dict[str, tuple[str, Callable[[], pd.DataFrame]]] = {
        f"By {view.grain}": (f"by_{view.grain}", answers.series_in_full),
        "Labels": ("labels", lambda: numbers.labels),
        "Hours": ("hours", lambda: numbers.hours),
        "Cards": ("cards", answers.cards_in_full),
    }
    with st.container(key="downloads", horizontal=True):
        for title, (name, table) in files.items():
            show_download(f"{title} as CSV", table, name, view, answers.agent_id)


def _help(chart: PeriodChart) -> str:
    if chart.kind == "duration":
        return HELPS[f"{chart.key}_seconds_median"] + " The axis is by square roots."
    if chart.kind == "share":
        return HELPS["within"]
    return "\n\n".join(HELPS[measure] for measure in chart.measures)


def _text(measure: str, value: float) -> str:
    return describe_share(value) if measure == "ratio" else describe_number(measure, value)
