"""Time zones and the clock: what day it is for the workspace, and on which day an instant lies.

Whoever loads, schedules or looks for late days asks here. Models do not: nothing of theirs follows
from the clock.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def today(zone: str) -> date:
    """The local day of this moment in a zone, by its IANA name."""
    return local_date(datetime.now(UTC), zone)


def local_date(moment: datetime, zone: str) -> date:
    """The local day of an instant in a zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def now(zone: str) -> datetime:
    """This moment as the clocks of a zone show it."""
    return datetime.now(UTC).astimezone(ZoneInfo(zone))
