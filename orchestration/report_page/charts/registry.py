"""Which charts over periods there are, and what each shows."""

from __future__ import annotations

from dataclasses import dataclass

# The themes' colours are given out in this order, so a measure has one colour on the whole page.
MEASURES = {
    "new_threads": "New threads",
    "messages": "Messages",
    "unique_users": "Active users",
    "average_rating": "Average rating",
    "ratio": "Within an hour",
    "median": "Median",
    "p90": "90th percentile",
}


@dataclass(frozen=True)
class PeriodChart:
    """A chart over periods.

    kind: count, duration, rating or share, by which its axis and marks are chosen. measures: the
    columns that are drawn; where it is no count, only the first is drawn of the days compared with.
    tooltip_columns: what else its tooltip tells, and how it is called. behind: the column that
    counts what is behind a point.
    """

    key: str
    title: str
    kind: str
    measures: tuple[str, ...]
    tooltip_columns: tuple[tuple[str, str], ...] = ()
    behind: str | None = None
    empty: str = "Nothing in this range."

    @property
    def number(self) -> str:
        """The number whose threads a click on a point shows."""
        return "first_response_seconds_median" if self.kind == "share" else self.measures[0]

    def names(self) -> dict[str, str]:
        """The names of the measures."""
        return {measure: _name(measure) for measure in self.measures}


def _name(measure: str) -> str:
    if measure.endswith("_median"):
        return MEASURES["median"]
    return MEASURES["p90"] if measure.endswith("_p90") else MEASURES[measure]


def _durations(
    key: str, title: str, behind: tuple[str, str], clock: str, empty: str
) -> PeriodChart:
    words = "_business_seconds" if clock == "business" else "_seconds"
    return PeriodChart(
        key,
        title,
        "duration",
        (f"{key}{words}_median", f"{key}{words}_p90"),
        tooltip_columns=(behind,),
        behind=behind[0],
        empty=empty,
    )


def period_charts(clock: str = "calendar") -> tuple[PeriodChart, ...]:
    """The charts of the page in their order; clock: calendar, or business for working time."""
    return (
        PeriodChart(
            "new_threads", "New threads and messages", "count", ("new_threads", "messages")
        ),
        PeriodChart("unique_users", "Active users", "count", ("unique_users",)),
        _durations(
            "first_response",
            "First response",
            ("responded_threads", "Threads answered"),
            clock,
            "No thread of this range has been answered.",
        ),
        _durations(
            "closing",
            "Closing",
            ("closed_threads", "Threads closed"),
            clock,
            "No thread of this range is closed.",
        ),
        PeriodChart(
            "within",
            "First response within an hour",
            "share",
            ("ratio",),
            tooltip_columns=(("within", "Within an hour"), ("ended", "Threads answered")),
            behind="ended",
            empty="No thread of this range has been answered.",
        ),
        _durations("reply", "Each reply", ("replies", "Replies"), clock, "No reply in this range."),
        PeriodChart(
            "average_rating",
            "Average rating",
            "rating",
            ("average_rating",),
            tooltip_columns=(("ratings", "Ratings"),),
            behind="ratings",
            empty="No rating in this range.",
        ),
    )
