"""Which export days have come, and whether a period is whole."""

from dataclasses import dataclass
from datetime import date

from tests.oracle.periods import ONE_DAY


@dataclass(frozen=True)
class Coverage:
    """The days on which exports were delivered, or were not to be.

    days: export days that are loaded. empty_days: said by hand to hold nothing. no_delivery:
    weekdays (Monday 1) without a delivery. configured_from: set by hand. first_fills: of each, the
    day from which it covers and the day of its folder.
    """

    days: tuple[date, ...] = ()
    empty_days: tuple[date, ...] = ()
    no_delivery: tuple[int, ...] = ()
    configured_from: date | None = None
    first_fills: tuple[tuple[date, date], ...] = ()

    @property
    def as_of_date(self) -> date | None:
        """The last loaded export day."""
        return max(self.days, default=None)

    @property
    def covered_from(self) -> date | None:
        """The first day of which everything is there."""
        if self.configured_from is not None:
            return self.configured_from
        filled = [first for first, _ in self.first_fills]
        return min(filled, default=min(self.days, default=None))

    def covers(self, day: date) -> bool:
        """Whether a day has been delivered, or had nothing to deliver."""
        return (
            day in self.days
            or day in self.empty_days
            or day.isoweekday() in self.no_delivery
            or any(first <= day <= folder for first, folder in self.first_fills)
        )

    def missing(self, first_day: date, last_day: date) -> list[date]:
        """The days of a range that should have come and have not."""
        if self.covered_from is None or self.as_of_date is None:
            return []
        start, end = max(first_day, self.covered_from), min(last_day, self.as_of_date)
        days = (start + number * ONE_DAY for number in range((end - start).days + 1))
        return [day for day in days if not self.covers(day)]

    def is_complete(self, first_day: date, last_day: date) -> bool:
        """Whether a period is over and every day of it has come."""
        if self.covered_from is None or self.as_of_date is None:
            return False
        return (
            self.covered_from <= first_day
            and last_day <= self.as_of_date
            and not self.missing(first_day, last_day)
        )
