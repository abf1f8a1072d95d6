"""Schedules files to try the business clock on: night shifts, holidays, changes, zones."""

import csv
import io
from datetime import date

from tests.oracle.choosing import Chooser, RandomChooser
from tests.oracle.clock import DEFAULT_SCHEDULE
from tests.oracle.inbox import ONE_DAY, ZONES

COLUMNS = ("schedule_id", "zone", "weekday", "date", "opens", "closes", "valid_from")
WORKDAYS = (1, 2, 3, 4, 5)
ALL_DAYS = (1, 2, 3, 4, 5, 6, 7)
# Opening and closing times of one day; clocks change between 23:00 and 03:00.
HOURS = (
    ("09:00", "18:00"),
    ("22:00", "06:00"),
    ("00:00", "24:00"),
    ("02:30", "03:15"),
    ("01:30", "02:30"),
    ("23:30", "00:30"),
    ("12:00", "24:00"),
    ("00:00", "07:45"),
    ("08:00", "08:00"),
)

Line = dict[str, str]


def hours_line(hours: tuple[str, str], **values: str) -> Line:
    """A line that opens and closes."""
    return {"opens": hours[0], "closes": hours[1], **values}


def make_week(chooser: Chooser) -> list[Line]:
    """Lines of a week: a plain one, one with a break, or each day on its own."""
    weekdays = chooser.pick((WORKDAYS, ALL_DAYS, (6, 7), (chooser.number(1, 7),)))
    if chooser.chance(30):
        return [
            hours_line(chooser.pick(HOURS), weekday=str(weekday))
            for weekday in weekdays
            for _ in range(chooser.number(1, 2))
        ]
    hours = [chooser.pick(HOURS)]
    if hours == [HOURS[0]] and chooser.chance(50):
        hours = [("09:00", "12:00"), ("13:00", "18:00"), ("17:30", "19:00")]
    return [hours_line(pair, weekday=str(weekday)) for weekday in weekdays for pair in hours]


def make_date(chooser: Chooser, day: date) -> list[Line]:
    """Lines of a date: a holiday, or other hours."""
    if chooser.chance(50):
        return [{"date": day.isoformat()}]
    count = chooser.number(1, 2)
    return [hours_line(chooser.pick(HOURS), date=day.isoformat()) for _ in range(count)]


def make_schedule(chooser: Chooser, first_day: date, last_day: date) -> list[Line]:
    """Lines of one schedule that changes and has its dates between two days."""
    length = (last_day - first_day).days

    def some_day() -> date:
        return first_day + chooser.number(-1, length + 1) * ONE_DAY

    starts = {"", *(some_day().isoformat() for _ in range(chooser.pick((0, 0, 1, 2))))}
    if len(starts) > 1 and chooser.chance(30):
        starts.remove("")
    if chooser.chance(10):
        starts = set()
    lines = [
        {**line, "valid_from": start} for start in sorted(starts) for line in make_week(chooser)
    ]
    for day in sorted({some_day() for _ in range(chooser.pick((0, 1, 3)))}):
        lines += make_date(chooser, day)
    return lines or [{"date": first_day.isoformat()}]


def schedules_text(seed: int, first_day: date, last_day: date, teams: tuple[str, ...] = ()) -> str:
    """A schedules file that follows from its seed; now and then not everyone has a schedule."""
    chooser = RandomChooser(seed)
    names = [name for name in (DEFAULT_SCHEDULE, *teams) if chooser.chance(75)]
    lines = []
    for name in names or [DEFAULT_SCHEDULE]:
        zone = chooser.pick(("", "", *ZONES))
        own = make_schedule(chooser, first_day, last_day)
        # A zone need not be told in every line.
        for place, line in enumerate(own):
            told = zone if place == 0 or chooser.chance(50) else ""
            lines.append({"schedule_id": name, "zone": told, **line})
    return csv_text(lines, reverse=chooser.chance(20))


def csv_text(lines: list[Line], *, reverse: bool = False) -> str:
    """Lines as a CSV with every column."""
    written = io.StringIO()
    columns = COLUMNS[::-1] if reverse else COLUMNS
    writer = csv.DictWriter(written, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return written.getvalue()
