"""What somebody looks at: range, grain, agent, section and order, and how a URL says it.

Belongs here: the presets of the calendar, and reading a view from the parameters of a URL and
writing it there. The URL is the page's only state. Does not: widgets, or numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from orchestration.publishing.comparison import COMPARISONS, DEFAULT_COMPARISON
from orchestration.publishing.definitions import DEFINED
from orchestration.publishing.filters import NO_FILTERS, Filters, filters_of
from orchestration.publishing.published_days import Reach
from orchestration.publishing.report import GRAINS, grain_for, possible_grain
from orchestration.report_page.words import TITLES

PRESETS = {
    "last_7_days": "Last 7 days",
    "last_30_days": "Last 30 days",
    "last_90_days": "Last 90 days",
    "this_month": "This month",
    "last_month": "Last month",
    "this_quarter": "This quarter",
    "last_quarter": "Last quarter",
    "this_year": "This year",
    "last_year": "Last year",
    "all": "All time",
}
CUSTOM = "custom"
DEFAULT_PRESET = "last_30_days"
SECTIONS = {"general": "General stats", "agents": "Stats per agent"}
DEFAULT_SECTION = "general"
CLOCKS = {"calendar": "By the calendar", "business": "Working time"}
DEFAULT_CLOCK = "calendar"
AGENT_COLUMNS = (
    "agent_name",
    "average_rating",
    "ratings",
    "first_response_seconds_median",
    "closing_seconds_median",
    "new_threads",
    "messages_sent",
)


@dataclass(frozen=True)
class Order:
    """The column that a table is sorted by, and which way."""

    column: str
    is_descending: bool


DEFAULT_ORDER = Order("new_threads", is_descending=True)


@dataclass(frozen=True)
class View:
    """A range, both days included, and what is shown of it.

    preset: None where the range was chosen day by day. chosen_grain: None where it follows from
    the length of the range. agent_id: None where no agent is chosen, empty for what is nobody's.
    clock: calendar, or business for working time. number: the one whose threads are shown,
    period: the first day of the period whose they are, else of the range; whose: the agent whose
    they are, where none is chosen, label: the label that they carry. defined: the number that is
    shown by the definitions of others, definition: the one that the bridge leads to.
    """

    first_date: date
    last_date: date
    preset: str | None = DEFAULT_PRESET
    chosen_grain: str | None = None
    section: str = DEFAULT_SECTION
    agent_id: str | None = None
    order: Order = DEFAULT_ORDER
    comparison: str = DEFAULT_COMPARISON
    filters: Filters = NO_FILTERS
    clock: str = DEFAULT_CLOCK
    number: str | None = None
    period: date | None = None
    whose: str | None = None
    label: str | None = None
    defined: str | None = None
    definition: str | None = None

    @property
    def grain(self) -> str:
        """The grain to show: the chosen one, as far as the range is not too long for it."""
        wanted = self.chosen_grain or grain_for(self.first_date, self.last_date)
        return possible_grain(wanted, self.first_date, self.last_date)

    @property
    def parameters(self) -> dict[str, str | list[str]]:
        """The parameters of the URL; what is as it is at first is left out."""
        said: dict[str, str | list[str]] = {}
        if self.preset is None:
            said |= {"from": self.first_date.isoformat(), "to": self.last_date.isoformat()}
        elif self.preset != DEFAULT_PRESET:
            said["range"] = self.preset
        if self.chosen_grain is not None:
            said["grain"] = self.chosen_grain
        if self.section != DEFAULT_SECTION:
            said["section"] = self.section
        if self.agent_id is not None:
            said["agent"] = self.agent_id
        if self.order != DEFAULT_ORDER:
            said["order"] = ("-" if self.order.is_descending else "") + self.order.column
        if self.comparison != DEFAULT_COMPARISON:
            said["compare"] = self.comparison
        if self.clock != DEFAULT_CLOCK:
            said["clock"] = self.clock
        if self.number is not None:
            said["threads"] = self.number
        if self.period is not None:
            said["period"] = self.period.isoformat()
        said |= {name: value for name, value in self._texts.items() if value is not None}
        return said | {name: list(values) for name, values in self.filters.chosen.items()}

    @property
    def _texts(self) -> dict[str, str | None]:
        return {
            "whose": self.whose,
            "of_label": self.label,
            "definitions": self.defined,
            "definition": self.definition,
        }

    def with_threads(
        self,
        number: str | None,
        period: date | None = None,
        whose: str | None = None,
        label: str | None = None,
    ) -> View:
        """The same view with the threads behind a number before it; None is without any."""
        return replace(self, number=number, period=period, whose=whose, label=label)

    def with_preset(self, preset: str, reach: Reach) -> View:
        """The same view of a preset's range."""
        first, last = preset_range(preset, reach)
        return replace(self, first_date=first, last_date=last, preset=preset)

    def with_range(self, first: date, last: date) -> View:
        """The same view of a range of one's own."""
        return replace(self, first_date=first, last_date=last, preset=None)

    def with_column_sorted(self, column: str) -> View:
        """Sorted by the column; the other way round where it is sorted by it already."""
        if column not in AGENT_COLUMNS:
            return self
        is_descending = column != "agent_name"
        if self.order.column == column:
            is_descending = not self.order.is_descending
        return replace(self, order=Order(column, is_descending))


def view_of(given: Mapping[str, str | Sequence[str]], reach: Reach) -> View:
    """The view that a URL asks for; what it says wrongly is as it is at first."""
    values = {name: [said] if isinstance(said, str) else list(said) for name, said in given.items()}
    parameters = {name: said[-1] for name, said in values.items() if said}
    first, last = _day(parameters.get("from")), _day(parameters.get("to"))
    preset: str | None = None
    if first is None or last is None or first > last:
        preset = parameters.get("range", DEFAULT_PRESET)
        if preset not in PRESETS:
            preset = DEFAULT_PRESET
        first, last = preset_range(preset, reach)
    grain = parameters.get("grain")
    number = parameters.get("threads")
    has_threads = number in TITLES
    defined = parameters.get("definitions")
    section = parameters.get("section", DEFAULT_SECTION)
    comparison = parameters.get("compare", DEFAULT_COMPARISON)
    clock = parameters.get("clock", DEFAULT_CLOCK)
    return View(
        first_date=first,
        last_date=last,
        preset=preset,
        chosen_grain=grain if grain in GRAINS else None,
        section=section if section in SECTIONS else DEFAULT_SECTION,
        agent_id=parameters.get("agent"),
        order=_order(parameters.get("order", "")),
        comparison=comparison if comparison in COMPARISONS else DEFAULT_COMPARISON,
        filters=filters_of(values),
        clock=clock if clock in CLOCKS else DEFAULT_CLOCK,
        number=number if has_threads else None,
        period=_day(parameters.get("period")) if has_threads else None,
        whose=parameters.get("whose") if has_threads else None,
        label=parameters.get("of_label") if has_threads else None,
        defined=defined if defined in DEFINED else None,
        definition=parameters.get("definition") if defined in DEFINED else None,
    )


def preset_range(preset: str, reach: Reach) -> tuple[date, date]:
    """First and last day of a preset; it ends no later than the data, which reach to as_of_date.

    Only `all` may end later, where something happened after the last loaded export day.
    """
    today = reach.as_of_date
    month = today.replace(day=1)
    quarter = month.replace(month=3 * ((month.month - 1) // 3) + 1)
    year = month.replace(month=1)
    day = timedelta(days=1)
    match preset:
        case "last_7_days":
            return today - 6 * day, today
        case "last_30_days":
            return today - 29 * day, today
        case "last_90_days":
            return today - 89 * day, today
        case "this_month":
            return month, today
        case "last_month":
            return (month - day).replace(day=1), month - day
        case "this_quarter":
            return quarter, today
        case "last_quarter":
            end = quarter - day
            return end.replace(day=1, month=end.month - 2), end
        case "this_year":
            return year, today
        case "last_year":
            return (year - day).replace(day=1, month=1), year - day
        case "all":
            return reach.first_date or today, reach.last_date or today
    raise ValueError(f"There is no range {preset!r}")


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    # Room for the days before, with which the range is compared.
    return day if 1900 <= day.year <= 2999 else None


def _order(text: str) -> Order:
    column = text.removeprefix("-")
    if column not in AGENT_COLUMNS:
        return DEFAULT_ORDER
    return Order(column, is_descending=text.startswith("-"))
