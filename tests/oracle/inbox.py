"""An inbox as a value: for each export day its files and their rows, and the days of its zone.

Rows hold plain values (aware datetimes, texts, whole numbers, booleans, tuples of labels, None);
how they are written down follows from the format and the `style` of their file, see `writing`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

# Few exports have them; where there are no rows, there is no file either.
OPTIONAL_ENTITIES = ("thread_events", "teams")

Row = dict[str, Any]

ZONES = (
    "UTC",
    "Europe/Warsaw",
    "America/New_York",
    "Pacific/Kiritimati",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
)
WEEK_STARTS = ("monday", "sunday")
FORMATS = ("csv", "jsonl", "parquet")
COMPRESSIONS = ("", ".gz", ".zst")
STYLES = 12
LAYOUTS = 999
ONE_DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class ExportFile:
    """One file of one export day.

    name is `<entity>[.<part>].<format>[.gz|.zst]`; style (0 to 11, 0 the plainest) is how values
    are written; a bare file has no rows and not even a header.
    """

    name: str
    entity: str
    format: str
    rows: tuple[Row, ...]
    style: int = 0
    has_byte_order_mark: bool = False
    is_bare: bool = False


@dataclass(frozen=True)
class Inbox:
    """The exports of an inbox: its zone and, by export day, its files (a day may have none)."""

    zone: str
    days: dict[date, tuple[ExportFile, ...]]

    def files(self, day: date, entity: str) -> list[ExportFile]:
        """The files of one entity on one day."""
        return [file for file in self.days[day] if file.entity == entity]

    def with_day(self, day: date, files: Iterable[ExportFile]) -> "Inbox":
        """A copy in which one day has other files."""
        return replace(self, days=dict(sorted({**self.days, day: tuple(files)}.items())))

    def rows(self, entity: str) -> list[Row]:
        """Every row of an entity, in the order of days and files."""
        files = [file for day in self.days for file in self.files(day, entity)]
        return [row for file in files for row in file.rows]


def first_instant(day: date, zone: str) -> datetime:
    """The first instant of a day in a zone, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def local_day(instant: datetime, zone: str) -> date:
    """The day of an instant in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def instant_in_day(day: date, place: int, zone: str) -> datetime:
    """An instant so many microseconds into a day (kept within it); -1 is the day's last."""
    start = first_instant(day, zone)
    length = first_instant(day + ONE_DAY, zone) - start
    offset = length + place * MICROSECOND if place < 0 else place * MICROSECOND
    return start + min(offset, length - MICROSECOND)


@cache
def clock_change_days(zone: str, first_day: date, days: int) -> tuple[date, ...]:
    """The days of a stretch that do not have 24 hours in a zone."""
    stretch = (first_day + number * ONE_DAY for number in range(days))
    return tuple(
        day
        for day in stretch
        if first_instant(day + ONE_DAY, zone) - first_instant(day, zone) != ONE_DAY
    )


@cache
def telling_first_days(zone: str) -> tuple[date, ...]:
    """Days just before something happens: a leap day, a New Year, a clock change."""
    before_changes = tuple(
        day - ONE_DAY
        for year in (2018, 2024)
        for day in clock_change_days(zone, date(year, 1, 1), 366)
    )
    return (date(2024, 1, 10), date(2024, 2, 28), date(2023, 12, 30), *before_changes)
