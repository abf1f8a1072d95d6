"""The head of the page: its title, and what is known of the data before any number is read."""

from __future__ import annotations

import streamlit as st

from orchestration.exports.coverage import missing_in_words
from orchestration.machine import zones
from orchestration.publishing.presentation import describe_day, describe_range
from orchestration.publishing.published_report import PublishedReport
from orchestration.report_page.answers import Answers
from orchestration.report_page.view import View


def show_header(report: PublishedReport, view: View) -> None:
    """The title and under it the strip: how far the data reach, and what is not in them."""
    with st.container(key="header"):
        st.title("Inbox Report", anchor=False)
        st.markdown(" ".join(strip(report, view)))
    missing = report.missing_days(view.first_date, view.last_date)
    if missing:
        st.warning(f"**{missing_in_words(missing)}.**")


def strip(report: PublishedReport, view: View) -> list[str]:
    """The facts as badges, what asks for attention in orange."""
    reach = report.reach
    behind = (zones.today(reach.timezone) - reach.as_of_date).days - 1
    missing = len(report.missing_days(view.first_date, view.last_date))
    rejected = report.rejected_rows(view.first_date, view.last_date)
    return [
        badge(f"Data to {describe_day(reach.as_of_date)}"),
        badge(_counted(behind, "day", "behind") if behind > 0 else "up to date", behind > 0),
        badge(_counted(missing, "day", "missing") if missing else "no day missing", missing > 0),
        badge(
            _counted(rejected, "row", "set aside") if rejected else "no row set aside", rejected > 0
        ),
        f":small[:gray[days in {reach.timezone}, weeks from {reach.week_start.capitalize()}]]",
    ]


def badge(text: str, is_attention: bool = False) -> str:
    """A short fact in a frame."""
    return f":{'orange' if is_attention else 'gray'}-badge[{text}]"


def describe_view(answers: Answers) -> str:
    """Which days the range has, and what it is compared with, as a sentence."""
    view = answers.view
    count = (view.last_date - view.first_date).days + 1
    said = f"{describe_range(view.first_date, view.last_date)}, {count:,} day{'s' * (count > 1)}"
    said += _against(answers)
    if view.last_date > answers.report.reach.as_of_date:
        said += f". Days after {describe_day(answers.report.reach.as_of_date)} are not exported yet"
    return f"{said}."


def _against(answers: Answers) -> str:
    if answers.days_compared is None:
        return ""
    first, last = answers.days_compared
    if answers.is_comparable:
        return f", compared with {describe_range(first, last)}"
    known_from = answers.report.reach.first_date
    days = "as many days before" if answers.view.comparison == "before" else "those days last year"
    if known_from is not None and first < known_from:
        return f". The data begin on {describe_day(known_from)}: there are not {days}"
    return f". There is no comparison: not all of {days} have come"


def _counted(count: int, thing: str, what: str) -> str:
    return f"{count:,} {thing}{'s' * (count != 1)} {what}"
