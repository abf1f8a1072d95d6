"""Zones and their days, from the pinned tzdata alone.

The machine's own zone files may be years older than what the engine has built in, so they are not
asked. An instant is an aware datetime in UTC, a wall time a naive one.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


@cache
def zone_of(name: str) -> ZoneInfo:
    """A zone by its IANA name."""
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key=name)


def wall_time(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks of a zone show at an instant."""
    return instant.astimezone(zone).replace(tzinfo=None)


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall time: the first of two; the jump over it where it does not exist."""
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if wall_time(instant, zone) == wall:
        return instant
    # Before the jump clocks show less than `wall`, after it more: close in on it from both sides.
    before, after = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), instant
    while after - before > MICROSECOND:
        middle = before + (after - before) / 2
        if wall_time(middle, zone) < wall:
            before = middle
        else:
            after = middle
    return after


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day."""
    return instant_of(datetime.combine(day, time()), zone)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The day of an instant in a zone."""
    return instant.astimezone(zone).date()
