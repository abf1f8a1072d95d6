"""Days, weeks, months and years, and what sums many values up."""

from collections.abc import Iterable
from datetime import date, timedelta

GRAINS = ("daily", "weekly", "monthly", "yearly")
ONE_DAY = timedelta(days=1)


def period_start(day: date, grain: str, week_start: str = "monday") -> date:
    """The first day of the period that holds a day."""
    if grain == "daily":
        return day
    if grain == "weekly":
        days_since_start = day.weekday() if week_start == "monday" else day.isoweekday() % 7
        return day - timedelta(days=days_since_start)
    if grain == "monthly":
        return day.replace(day=1)
    return day.replace(month=1, day=1)


def period_end(day: date, grain: str, week_start: str = "monday") -> date:
    """The last day of the period that holds a day."""
    start = period_start(day, grain, week_start)
    if grain == "daily":
        return start
    if grain == "weekly":
        return start + timedelta(days=6)
    if grain == "monthly":
        return (start + timedelta(days=31)).replace(day=1) - ONE_DAY
    return start.replace(month=12, day=31)


def quantile(values: Iterable[float], fraction: float) -> float | None:
    """The value at (n - 1) * fraction of the ordered values, a straight line between two."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = (len(ordered) - 1) * fraction
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def mean(values: Iterable[float]) -> float | None:
    """The mean; null where there is nothing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else None
