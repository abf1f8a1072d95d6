"""The page itself, as Streamlit runs it: from the top at each visit and after each click.

Belongs here: what stands where, and which click changes what. The URL is the only state: widgets
are set from it before they are shown, and their callbacks write there. Does not: numbers, texts of
numbers, charts or tables, which are made by plain functions and tested without Streamlit.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import streamlit as st

from orchestration.exports.coverage import missing_in_words
from orchestration.machine import zones
from orchestration.publishing.presentation import (
    days_before,
    describe_change,
    describe_day,
    describe_number,
    describe_range,
    distinct_names,
    shorten_name,
    to_csv,
)
from orchestration.publishing.published_report import (
    LatestReport,
    NothingPublished,
    PublishedReport,
    UnreadablePublication,
)
from orchestration.publishing.report import GRAINS
from orchestration.report_page.charts import (
    PERIOD_CHARTS,
    PeriodChart,
    draw_labels,
    draw_periods,
    with_gaps,
)
from orchestration.report_page.table_view import show_table
from orchestration.report_page.tables import (
    AGENTS_TABLE,
    UNASSIGNED,
    UNASSIGNED_ID,
    agents_table,
    agents_to_choose,
    labels_table,
    series_table,
    sorted_agents,
)
from orchestration.report_page.view import CUSTOM, PRESETS, SECTIONS, View, view_of
from orchestration.settings import load_settings

HERE = Path(__file__).parent
TOP_LABELS = 10
LOOK_EVERY_SECONDS = 10


@st.cache_resource(show_spinner=False)
def latest_report(database: Path, threads: int, memory_limit: str) -> LatestReport:
    """One for all visitors."""
    return LatestReport(database, {"threads": str(threads), "memory_limit": memory_limit})


def main() -> None:
    """Shows the whole page."""
    st.set_page_config(page_title="Inbox Report", page_icon=str(HERE / "icon.png"), layout="wide")
    st.html(HERE / "page.css")
    settings = load_settings()
    latest = latest_report(settings.published_database, settings.threads, settings.memory_limit)
    identity = latest.identity()
    try:
        report = latest.get()
        show_report(report, view_of(st.query_params, report.reach))
    except NothingPublished:
        show_nothing_published()
    except (UnreadablePublication, duckdb.Error) as error:
        show_unreadable(error)
    look_for_publication(latest, identity)


@st.fragment(run_every=LOOK_EVERY_SECONDS)
def look_for_publication(latest: LatestReport, shown: object) -> None:
    """Shows the page anew once there is another publication than the one shown."""
    if latest.identity() != shown:
        st.rerun()


def show_nothing_published() -> None:
    """What is seen before the first publication."""
    st.title("Inbox Report", anchor=False)
    st.info(
        "**Nothing is published yet.** The report appears here by itself after the first "
        "successful run of `inbox run`.",
        icon=":material/hourglass_empty:",
    )


def show_unreadable(error: Exception) -> None:
    """What is seen where the published file is damaged or another version's."""
    st.title("Inbox Report", anchor=False)
    st.error(
        "**The published file cannot be read.** It is damaged, or was written by another version. "
        "Publish again with `inbox run`; the page then shows it by itself.",
        icon=":material/error:",
    )
    st.code(str(error).splitlines()[0], language=None, wrap_lines=True)


def show_report(report: PublishedReport, view: View) -> None:
    """The report of a publication, as the view asks for it."""
    reach = report.reach
    with st.container(key="header", horizontal=True, vertical_alignment="bottom"):
        st.title("Inbox Report", anchor=False)
        behind = (zones.today(reach.timezone) - reach.as_of_date).days - 1
        late = f" · {behind:,} day{'s' * (behind > 1)} behind" if behind > 0 else ""
        st.markdown(
            f":gray[Data to **{describe_day(reach.as_of_date)}**{late} · days in {reach.timezone}, "
            f"weeks from {reach.week_start.capitalize()}]"
        )
    show_range(report, view)
    if reach.first_date is None:
        st.info(
            "**Nothing has happened in this inbox yet.** Export days are loaded, but they hold no "
            "conversation, message or rating.",
            icon=":material/inbox:",
        )
        return
    missing = report.missing_days(view.first_date, view.last_date)
    if missing:
        st.warning(f"**{missing_in_words(missing)}.**", icon=":material/event_busy:")
    show_cards(report, view)

    labels = list(SECTIONS.values())
    st.session_state["section"] = SECTIONS[view.section]
    general, agents = st.tabs(
        labels,
        key="section",
        on_change=lambda: go(replace(view, section=_key(SECTIONS, st.session_state["section"]))),
    )
    if view.section == "agents":
        with agents:
            show_agents(report, view)
    else:
        with general:
            show_stats(report, view, agent_id=None)


def show_range(report: PublishedReport, view: View) -> None:
    """Presets and calendar."""
    reach = report.reach
    st.session_state["range"] = view.preset or CUSTOM
    is_half_chosen = len(st.session_state.get("dates", ())) == 1
    if not is_half_chosen:
        st.session_state["dates"] = (view.first_date, view.last_date)

    def choose_preset() -> None:
        preset = st.session_state["range"]
        st.session_state.pop("dates", None)
        go(
            view.with_range(view.first_date, view.last_date)
            if preset == CUSTOM
            else view.with_preset(preset, reach)
        )

    def choose_dates() -> None:
        dates = st.session_state["dates"]
        if len(dates) == 2 and dates != (view.first_date, view.last_date):
            go(view.with_range(*dates))

    with st.container(key="range_row", horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Range",
            [*PRESETS, CUSTOM],
            format_func=lambda preset: PRESETS.get(preset, "Custom"),
            key="range",
            on_change=choose_preset,
            filter_mode=None,
            width=180,
        )
        days = [view.first_date, view.last_date, reach.as_of_date, *st.session_state["dates"]]
        st.date_input(
            "From and to, both included",
            key="dates",
            min_value=min([*days, reach.first_date or reach.as_of_date]),
            max_value=max([*days, reach.last_date or reach.as_of_date]),
            format="YYYY-MM-DD",
            on_change=choose_dates,
            width=260,
        )
    if is_half_chosen:
        st.caption("Choose the last day of the range as well.")


def show_cards(report: PublishedReport, view: View) -> None:
    """The six cards against as many days before; the agent's, where one is looked at."""
    names = distinct_names({UNASSIGNED_ID: UNASSIGNED, **report.agent_names()})
    agent_id = view.agent_id if view.section == "agents" and view.agent_id in names else None
    cards = report.cards(view.first_date, view.last_date, agent_id)
    helps = report.descriptions()
    days = (view.last_date - view.first_date).days + 1
    first_before, last_before = days_before(view.first_date, view.last_date)
    known_from = report.reach.first_date
    # Against days of which some have not come, or lie before the data, numbers only seem to grow.
    is_comparable = bool(cards["previous_is_complete"].all())
    with st.container(key="cards"):
        for card in cards.to_dict("records"):
            show_card(card, helps, is_comparable)
    whose = "" if agent_id is None else f"{plain(names[agent_id])}, "
    said = whose + describe_range(view.first_date, view.last_date)
    said += f", {days:,} day{'s' * (days > 1)}"
    if is_comparable:
        said += f", compared with {describe_range(first_before, last_before)}"
    elif known_from is not None and first_before < known_from:
        said += f". The data begin on {describe_day(known_from)}: there are not as many days before"
    else:
        said += ". There is no comparison: not all of as many days before have come"
    if view.last_date > report.reach.as_of_date:
        said += f". Days after {describe_day(report.reach.as_of_date)} are not exported yet"
    st.caption(f"{said}.")


def show_card(card: dict[Hashable, Any], helps: dict[str, str], is_comparable: bool) -> None:
    """A row of inbox_cards; without its change where the days before are not all in the data."""
    metric = str(card["metric"])
    has_change = is_comparable and not pd.isna(card["change"])
    before = describe_number(metric, card["previous_value"])
    st.metric(
        card["label"],
        describe_number(metric, card["current_value"]),
        describe_change(metric, card["change"], card["change_ratio"])
        if has_change
        else "not comparable",
        # More threads are neither good nor bad; a better rating is good.
        delta_color="normal" if metric == "average_rating" and has_change else "off",
        delta_arrow="auto" if has_change and card["change"] else "off",
        help=f"{helps.get(metric, '')}\n\nIn the days before: {before}.",
        border=True,
    )


def show_agents(report: PublishedReport, view: View) -> None:
    """The agents' table, and the charts of the one that is chosen."""
    agents = report.agents(view.first_date, view.last_date)
    names = distinct_names({UNASSIGNED_ID: UNASSIGNED, **report.agent_names()})
    helps = report.descriptions()
    if agents.empty:
        show_empty("No agent has done anything in this range.")
    else:
        table = agents_table(agents, helps, view.order, names)
        show_table(
            table,
            key="agents_table",
            chosen=view.agent_id,
            on_chosen=lambda agent_id: go(
                replace(view, agent_id=None if agent_id == view.agent_id else agent_id)
            ),
            on_sorted=lambda column: go(view.with_column_sorted(column)),
        )
        if table.left_out:
            st.caption(
                f"The first {len(table.rows):,} of {len(agents):,} agents, in this order; the CSV "
                "has them all."
            )
        show_download(
            "Agents as CSV",
            lambda: sorted_agents(agents, view.order)[["agent_id", *AGENTS_TABLE]],
            "agents",
            view,
        )
    st.session_state["agent"] = view.agent_id if view.agent_id in names else None
    st.selectbox(
        "Charts of one agent",
        agents_to_choose(names, st.session_state["agent"]),
        format_func=lambda agent_id: names[agent_id],
        key="agent",
        placeholder="Choose an agent, here or in the table",
        on_change=lambda: go(replace(view, agent_id=st.session_state["agent"])),
        width=360,
    )
    if view.agent_id is None:
        return
    if view.agent_id not in names:
        st.warning("The agent of this link is not in the data.", icon=":material/person_off:")
        return
    st.subheader(plain(names[view.agent_id]), anchor=False)
    show_stats(report, view, agent_id=view.agent_id)


def show_stats(report: PublishedReport, view: View, agent_id: str | None) -> None:
    """The four charts and their tables, of everyone or of an agent."""
    helps = report.descriptions()
    first, last, grain = view.first_date, view.last_date, view.grain
    show_grain(view)
    series = report.series(grain, first, last, agent_id)
    labels = report.labels(first, last, TOP_LABELS, agent_id)
    with st.container(key="charts"):
        for chart in PERIOD_CHARTS:
            with st.container(border=True, key=f"chart_{chart.measures[0]}"):
                show_period_chart(with_gaps(series), grain, chart, helps)
        with st.container(border=True, key="chart_labels"):
            st.markdown(
                f"**Top {TOP_LABELS} labels**",
                help="The labels on the most new conversations of the range, as they are labeled "
                "now. " + helps.get("new_threads", ""),
            )
            if labels.empty:
                show_empty("No conversation of this range carries a label.")
            else:
                st.altair_chart(
                    draw_labels(labels),
                    alt="Bars: "
                    + ", ".join(
                        f"{shorten_name(row['label'])} {row['new_threads']}"
                        for row in labels.to_dict("records")
                    ),
                )
    if not series["is_complete"].all():
        st.caption(
            "Dashed and light: the period is not complete, as the range cuts it, the data end "
            "before it does, or an export day of it has not arrived."
        )
    with st.expander("The numbers behind the charts", icon=":material/table_rows:"):
        show_table(series_table(series, grain, helps), key="series_table")
        show_download(f"By {grain} as CSV", lambda: series, f"by_{grain}", view, agent_id)
        if not labels.empty:
            show_table(labels_table(labels, helps), key="labels_table")
            show_download("Labels as CSV", lambda: labels, "labels", view, agent_id)
        if agent_id is None:
            show_download("Cards as CSV", lambda: report.cards(first, last), "cards", view)


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
    if view.chosen_grain not in (None, view.grain):
        st.caption(f"Shown by {view.grain}: by {view.chosen_grain} the range has too many periods.")


def show_period_chart(
    series: pd.DataFrame, grain: str, chart: PeriodChart, helps: dict[str, str]
) -> None:
    """A chart over periods under its title."""
    st.markdown(
        f"**{chart.title}**",
        help="\n\n".join(helps.get(measure, "") for measure in chart.measures),
    )
    numbers = series[list(chart.measures)]
    if numbers.isna().all(axis=None):
        show_empty("No rating in this range.")
        return
    last = series.iloc[-1]
    st.altair_chart(
        draw_periods(series, grain, chart),
        alt=f"{chart.title} by {grain}, {len(series)} periods; in the last one "
        + ", ".join(describe_number(measure, last[measure]) for measure in chart.measures),
    )


def show_empty(text: str) -> None:
    """In place of a chart or table that has nothing to show."""
    with st.container(key=None, height=180, border=False, vertical_alignment="center"):
        st.markdown(f":gray[{text}]", text_alignment="center")


def show_download(
    label: str,
    table: Callable[[], pd.DataFrame],
    name: str,
    view: View,
    agent_id: str | None = None,
) -> None:
    """A button for a table as CSV; the file is made when it is asked for."""
    whose = "" if agent_id is None else "_agent"
    st.download_button(
        label,
        lambda: to_csv(table()),
        file_name=f"inbox_{name}{whose}_{view.first_date}_{view.last_date}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        key=f"download_{name}",
        on_click="ignore",
    )


def go(view: View) -> None:
    """Puts the view into the URL; the page is shown anew from there."""
    st.query_params.from_dict(view.parameters)


def plain(text: str) -> str:
    """A text from the data as Markdown that shows just it: no links, images or styles."""
    return "".join(
        f"\\{letter}" if letter in "\\`*_{}[]()#+-.!|<>~$:&" else letter for letter in text
    )


def _key(texts: dict[str, str], text: str) -> str:
    return next(key for key, value in texts.items() if value == text)


main()
