"""The business clock: schedules as written, and the seconds that were open between instants.

The slow and obvious way: walk the local days, make each opening a span between two instants, join
spans that touch, and add up what lies between start and end.
"""

import csv
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.oracle.zones import ONE_DAY, instant_of, local_date, zone_of

DEFAULT_SCHEDULE = "default"
# How far past the last export day schedules are worked out.
DAYS_AHEAD = 400
NONE = timedelta(0)

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Opening:
    """From so many minutes of a local day to so many, which are over 1,440 on the next day."""

    opens: int
    closes: int


@dataclass
class Schedule:
    """What a schedules file says of one schedule.

    weekly: by the day from which they hold (date.min is always), openings by weekday, Monday 1.
    dated: openings by the date whose weekday's openings they replace; none is a holiday.
    """

    zone: ZoneInfo
    weekly: dict[date, dict[int, list[Opening]]] = field(default_factory=dict)
    dated: dict[date, list[Opening]] = field(default_factory=dict)

    def openings(self, day: date) -> list[Opening]:
        """When it opens on a local day."""
        if day in self.dated:
            return self.dated[day]
        begun = [valid_from for valid_from in self.weekly if valid_from <= day]
        return self.weekly[max(begun)].get(day.isoweekday(), []) if begun else []

    def spans(self, first_day: date, last_day: date) -> list[Span]:
        """The open set of some local days: spans in order that neither overlap nor touch."""
        spans = []
        for number in range((last_day - first_day).days + 1):
            day = first_day + number * ONE_DAY
            for opening in self.openings(day):
                midnight = datetime.combine(day, time())
                start, end = (
                    instant_of(midnight + timedelta(minutes=minutes), self.zone)
                    for minutes in (opening.opens, opening.closes)
                )
                if start < end:
                    spans.append((start, end))
        return union(spans)


def union(spans: list[Span]) -> list[Span]:
    """Spans joined where they overlap or touch."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def minutes_of(text: str) -> int:
    """Minutes into a day of HH:MM, up to 24:00."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def read_schedules(path: Path, workspace_zone: str = "UTC") -> dict[str, Schedule]:
    """The schedules of a file by their identifier."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    schedules: dict[str, Schedule] = {}
    for schedule_id in {row["schedule_id"] for row in rows}:
        own = [row for row in rows if row["schedule_id"] == schedule_id]
        told = {row["zone"] for row in own if row.get("zone")}
        if len(told) > 1:
            raise ValueError(f"{path.name}: {schedule_id} has the zones {sorted(told)}")
        schedules[schedule_id] = schedule_of(own, zone_of(told.pop() if told else workspace_zone))
    return schedules


def schedule_of(rows: list[dict[str, str]], zone: ZoneInfo) -> Schedule:
    """One schedule from its rows."""
    schedule = Schedule(zone)
    for row in rows:
        if row.get("date"):
            openings = schedule.dated.setdefault(date.fromisoformat(row["date"]), [])
        else:
            valid_from = row.get("valid_from")
            begins = date.fromisoformat(valid_from) if valid_from else date.min
            openings = schedule.weekly.setdefault(begins, {}).setdefault(int(row["weekday"]), [])
        if row.get("opens") and row.get("closes"):
            opens, closes = minutes_of(row["opens"]), minutes_of(row["closes"])
            openings.append(Opening(opens, closes if closes > opens else closes + 24 * 60))
    return schedule


class BusinessClock:
    """The working time of all schedules; the open set reaches so far as the two days say."""

    def __init__(self, schedules: dict[str, Schedule], first_day: date, last_day: date) -> None:
        # A night shift of the day before reaches in; zones may be a day apart.
        start, end = first_day - 3 * ONE_DAY, last_day + (DAYS_AHEAD + 1) * ONE_DAY
        self.spans = {name: schedule.spans(start, end) for name, schedule in schedules.items()}

    def schedule_id(self, team_id: str | None) -> str | None:
        """The schedule of a team: its own, else everyone's; null where neither is told."""
        for schedule_id in (team_id, DEFAULT_SCHEDULE):
            if schedule_id in self.spans:
                return schedule_id
        return None

    def elapsed(self, schedule_id: str, start: datetime, end: datetime) -> float:
        """The open seconds between two instants."""
        parts = (
            min(closes, end) - max(opens, start)
            for opens, closes in self.spans[schedule_id]
            if opens < end and closes > start
        )
        return sum(parts, NONE).total_seconds()

    def due(self, schedule_id: str, start: datetime, target: float) -> datetime | None:
        """The earliest instant at which so many open seconds have passed since the start."""
        left = timedelta(seconds=target)
        if left <= NONE:
            return start
        for opens, closes in self.spans[schedule_id]:
            if closes <= start:
                continue
            begins = max(opens, start)
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
        return None

    def is_open(self, schedule_id: str, instant: datetime) -> bool:
        """Whether an instant lies in an opening; the instant of closing does not."""
        return any(opens <= instant < closes for opens, closes in self.spans[schedule_id])


def clock_of(
    schedules: dict[str, Schedule], instants: list[datetime], as_of_date: date, zone: ZoneInfo
) -> BusinessClock:
    """The clock from the earliest of some instants on to well after the last export day."""
    first_day = local_date(min(instants), zone) if instants else as_of_date
    return BusinessClock(schedules, min(first_day, as_of_date), as_of_date)
