"""When a mail was sent, out of what its headers tell.

Its `Date` where that names an offset or a zone that is known. Clocks of senders go wrong, so the
time at which its last server received it wins where the two differ by more than a day. A time
without a zone is read in the zone that the archive's owner names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_tz

_CLOCK_AND_ZONE = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\s*([A-Za-z]+|[+-]\d{2}:?\d{2})?")
_COMMENT = re.compile(r"\([^()]*\)")
_OFFSET = re.compile(r"[+-]\d{2}:?\d{2}")
_KNOWN_ZONES = frozenset(
    ("UT", "UTC", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT")
)
_WRONG_CLOCK = timedelta(days=1)
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)  # before any mail: a clock that was never set
_LONGEST = 200


def sent_at(
    date: str | None,
    received: Iterable[str],
    from_time: str | None,
    zone: tzinfo,
    latest: datetime,
) -> datetime | None:
    """The instant of a mail, or None where nothing tells it.

    received: the values of its `Received` headers, the last server's first, as they stand in a
    mail. latest: an instant after which no mail of the archive can have been sent.
    """
    dated = _instant(date, zone)
    if dated is not None and not _EARLIEST <= dated[0] <= latest:
        dated = None
    arrived = _arrival(received, zone, latest)
    if arrived is not None and (
        dated is None or not dated[1] or abs(dated[0] - arrived) > _WRONG_CLOCK
    ):
        return arrived
    if dated is not None:
        return dated[0]
    last_resort = _instant(from_time, zone)
    return last_resort[0] if last_resort and _EARLIEST <= last_resort[0] <= latest else None


def _arrival(received: Iterable[str], zone: tzinfo, latest: datetime) -> datetime | None:
    """When the last server that tells a time with its zone received a mail."""
    for value in received:
        found = _instant(value.rpartition(";")[2], zone)
        if found is not None and found[1] and _EARLIEST <= found[0] <= latest:
            return found[0]
    return None


def _instant(value: str | None, zone: tzinfo) -> tuple[datetime, bool] | None:
    """The instant that a header tells, and whether it tells it with a zone that is known."""
    text = _COMMENT.sub(" ", value[:_LONGEST]) if value else ""
    if (parsed := _parsed(text)) is None:
        return None
    clock = _CLOCK_AND_ZONE.search(text)
    zone_word = (clock[1] or "") if clock else ""
    is_known = bool(_OFFSET.fullmatch(zone_word)) or zone_word.upper() in _KNOWN_ZONES
    try:
        return (_in_utc(parsed, zone, is_known), is_known) if _in_range(parsed) else None
    except OverflowError:  # an offset of a million hours
        return None


def _parsed(text: str) -> tuple[int, ...] | None:
    try:
        return parsedate_tz(text)  # type: ignore[return-value]
    except (ValueError, IndexError, TypeError, OverflowError):
        return None


def _in_range(parsed: tuple[int, ...]) -> bool:
    year, month, day, hour, minute, second = parsed[:6]
    return (
        1970 <= year < 9999
        and 1 <= month <= 12
        and 1 <= day <= 31
        and 0 <= hour <= 24
        and 0 <= minute < 60
        and 0 <= second <= 60
    )


def _in_utc(parsed: tuple[int, ...], zone: tzinfo, is_known: bool) -> datetime:
    year, month, day, hour, minute, second = parsed[:6]
    # Reckoned from the first, so that the 31st of a short month is a day of the next one.
    wall = datetime(year, month, 1) + timedelta(
        days=day - 1, hours=hour, minutes=minute, seconds=second
    )
    if is_known:
        return wall.replace(tzinfo=UTC) - timedelta(seconds=parsed[9])
    return wall.replace(tzinfo=zone).astimezone(UTC)
