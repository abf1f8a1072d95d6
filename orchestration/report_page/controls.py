"""What readers choose: range, comparison, grain, clock, and filters of channel, team and label."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from orchestration.publishing.comparison import COMPARISONS
from orchestration.publishing.filters import ARGUMENTS
from orchestration.publishing.presentation import shorten_name
from orchestration.publishing.published_report import PublishedReport
from orchestration.publishing.report import GRAINS
from orchestration.report_page.navigation import go
from orchestration.report_page.tables import UNASSIGNED
from orchestration.report_page.view import CLOCKS, CUSTOM, PRESETS, View


def show_controls(report: PublishedReport, view: View) -> None:
    """Everything that is chosen, in one row as far as it fits."""
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        show_preset(report, view)
        is_half_chosen = show_calendar(report, view)
        show_comparison(view)
        show_grain(view)
        if report.has_opening_hours():
            show_clock(view)
        is_filtering = st.toggle("Filter", key="filtering")
    if is_filtering:
        show_filters(report, view)
    if is_half_chosen:
        st.caption("Choose the last day of the range as well.")
    if view.chosen_grain not in (None, view.grain):
        st.caption(f"Shown by {view.grain}: by {view.chosen_grain} the range has too many periods.")
    show_chosen_filters(report, view)


def show_preset(report: PublishedReport, view: View) -> None:
    """The ranges that have names."""
    st.session_state["range"] = view.preset or CUSTOM

    def choose() -> None:
        preset = st.session_state["range"]
        st.session_state.pop("dates", None)
        go(
            view.with_range(view.first_date, view.last_date)
            if preset == CUSTOM
            else view.with_preset(preset, report.reach)
        )

    st.selectbox(
        "Range",
        [*PRESETS, CUSTOM],
        format_func=lambda preset: PRESETS.get(preset, "Custom"),
        key="range",
        on_change=choose,
        filter_mode=None,
        width=150,
    )


def show_calendar(report: PublishedReport, view: View) -> bool:
    """The calendar; whether only the first day of a range is chosen yet."""
    reach = report.reach
    is_half_chosen = len(st.session_state.get("dates", ())) == 1
    if not is_half_chosen:
        st.session_state["dates"] = (view.first_date, view.last_date)
    days = [view.first_date, view.last_date, reach.as_of_date, *st.session_state["dates"]]

    def choose() -> None:
        dates = st.session_state["dates"]
        if len(dates) == 2 and dates != (view.first_date, view.last_date):
            go(view.with_range(*dates))

    st.date_input(
        "From and to, both included",
        key="dates",
        min_value=min([*days, reach.first_date or reach.as_of_date]),
        max_value=max([*days, reach.last_date or reach.as_of_date]),
        format="YYYY-MM-DD",
        on_change=choose,
        width=245,
    )
    return is_half_chosen


def show_comparison(view: View) -> None:
    """With which days the range is compared."""
    st.session_state["compare"] = view.comparison
    st.selectbox(
        "Compared with",
        list(COMPARISONS),
        format_func=COMPARISONS.__getitem__,
        key="compare",
        on_change=lambda: go(replace(view, comparison=st.session_state["compare"])),
        filter_mode=None,
        width=185,
    )


def show_grain(view: View) -> None:
    """Day, week, month or year."""
    st.session_state["grain"] = view.grain
    st.segmented_control(
        "By",
        GRAINS,
        format_func=str.capitalize,
        key="grain",
        required=True,
        on_change=lambda: go(replace(view, chosen_grain=st.session_state["grain"])),
    )


def show_clock(view: View) -> None:
    """Calendar or working time, where there are opening hours."""
    st.session_state["clock"] = view.clock
    st.selectbox(
        "Durations",
        list(CLOCKS),
        format_func=CLOCKS.__getitem__,
        key="clock",
        on_change=lambda: go(replace(view, clock=st.session_state["clock"])),
        filter_mode=None,
        width=150,
    )


def show_filters(report: PublishedReport, view: View) -> None:
    """Channels, teams and labels to choose from, as far as there is a choice."""
    with st.container(key="filters", horizontal=True):
        for name in ARGUMENTS:
            show_filter(report, view, name)


def show_filter(report: PublishedReport, view: View, name: str) -> None:
    """The values of a filter."""
    key, chosen = f"filter_{name}", list(view.filters.of(name))
    known = report.filter_values(name)
    st.session_state[key] = chosen
    names = value_names(report, name)
    st.multiselect(
        name.capitalize(),
        [*known, *(value for value in chosen if value not in known)],
        format_func=lambda value: shown_value(names, value),
        key=key,
        on_change=lambda: go(
            replace(view, filters=view.filters.with_values(name, st.session_state[key]))
        ),
        placeholder=f"All {name}s",
        disabled=not chosen and len(known) < 2,
        width=300,
    )


def show_chosen_filters(report: PublishedReport, view: View) -> None:
    """Each value that is filtered by, with a click that takes it out."""
    if not view.filters:
        return
    with st.container(key="chosen_filters", horizontal=True, vertical_alignment="center"):
        for name, values in view.filters.chosen.items():
            names = value_names(report, name)
            for value in values:
                st.button(
                    f"{name.capitalize()}: {shown_value(names, value)} \N{MULTIPLICATION SIGN}",
                    key=f"without_{name}_{value}",
                    help="Show the report without this filter",
                    on_click=go,
                    args=(replace(view, filters=view.filters.with_toggled(name, value)),),
                )


def value_names(report: PublishedReport, name: str) -> dict[str, str]:
    """The names of a filter's values that have one."""
    return {"": UNASSIGNED} | (report.team_names() if name == "team" else {})


def shown_value(names: dict[str, str], value: str) -> str:
    """A value of a filter by its name."""
    return shorten_name(names.get(value, value))
