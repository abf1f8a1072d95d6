"""Time zones and the clock: what day it is for the workspace, and on which day an instant lies.

There is one source of zone rules: DuckDB's, by which the models make local days, which other
engines are handed, and by which it is told here what day it is. Dagster's schedules and partitions
ask Python's, which come from the pinned package tzdata and never from the machine's files (see
`orchestration`). Where the two differ for a zone, `disagreement` says so.

Whoever loads, schedules or looks for late days asks here. Models do not: nothing of theirs follows
from the clock.
"""

from __future__ import annotations

import json
import sys
from bisect import bisect_right
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from orchestration.machine import sql

_ENGINE: dict[str, Any] = {"autoinstall_known_extensions": "false", "threads": "1"}
_DAY = 86_400
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_END = datetime(2100, 1, 1, tzinfo=UTC)
_COMPARED_YEARS_AHEAD = 5

# Written out, all of it: in a statement with parameters the zone is looked up for every row.
_OFFSET = "epoch(timezone({zone}, to_timestamp(second)))::bigint - second"
_CHANGED_DAYS = f"""
    with offsets as (
        select second, {_OFFSET} as zone_offset
        from range({{first}}, {{last}}, {_DAY}) as days (second)
    )

    select second, zone_offset, lag(zone_offset) over (order by second) as zone_offset_before
    from offsets
    qualify zone_offset_before is null or zone_offset <> zone_offset_before
    order by second
"""
_OFFSETS = f"select second, {_OFFSET} from unnest({{seconds}}::bigint[]) as seconds (second)"


def today(zone: str) -> date:
    """The local day of this moment in a zone, by its IANA name."""
    return local_date(datetime.now(UTC), zone)


def now(zone: str) -> datetime:
    """This moment as the clocks of a zone show it."""
    moment = datetime.now(UTC)
    return moment.astimezone(timezone(timedelta(seconds=_offset(moment, zone))))


def local_date(moment: datetime, zone: str) -> date:
    """The local day of an instant in a zone."""
    return (moment.astimezone(UTC) + timedelta(seconds=_offset(moment, zone))).date()


def _offset(moment: datetime, zone: str) -> int:
    changes = offset_changes(zone)
    return changes[max(0, bisect_right(changes, (int(moment.timestamp()), _DAY)) - 1)][1]


@cache
def offset_changes(
    zone: str, first: datetime = _FIRST, end: datetime = _END
) -> tuple[tuple[int, int], ...]:
    """From which second since 1970 on which offset holds, in seconds, by DuckDB, to the year 2100.

    The first is the offset of 1970, or of another instant that is asked from. No zone has changed
    its offset twice within a day.
    """
    seconds = {"first": int(first.timestamp()), "last": int(end.timestamp()) + 1}
    with closing(duckdb.connect(config=_ENGINE)) as connection:
        connection.execute("set TimeZone = 'UTC'")

        name = sql.literal(zone)
        query = _CHANGED_DAYS.format(zone=name, **seconds)
        earliest, *changed = connection.execute(query).fetchall()
        # Seconds between which an offset changes, halved until they are neighbours.
        low = [second - _DAY for second, _, _ in changed]
        high = [second for second, _, _ in changed]
        while any(end - start > 1 for start, end in zip(low, high, strict=True)):
            middle = [(start + end) // 2 for start, end in zip(low, high, strict=True)]
            query = _OFFSETS.format(zone=name, seconds=middle)
            rows: list[tuple[int, int]] = connection.execute(query).fetchall()
            found = dict(rows)
            for number, second in enumerate(middle):
                is_before = found[second] == changed[number][2]
                (low if is_before else high)[number] = second
    return ((earliest[0], earliest[1]), *zip(high, (after for _, after, _ in changed), strict=True))


@cache
def disagreement(zone: str) -> str | None:
    """How DuckDB's rules of a zone differ from Python's, in words; None where they do not."""
    changes = offset_changes(zone)
    last = int(datetime(datetime.now(UTC).year + _COMPARED_YEARS_AHEAD, 1, 1).timestamp())
    instants = {second for start, _ in changes for second in (start - 1, start)}
    instants |= set(range(_DAY // 2, last, _DAY))
    place = ZoneInfo(zone)
    number = 0
    for second in sorted(instant for instant in instants if 0 <= instant < last):
        while number + 1 < len(changes) and changes[number + 1][0] <= second:
            number += 1
        moment = datetime.fromtimestamp(second, place)
        offset = moment.utcoffset()
        if offset is not None and int(offset.total_seconds()) != changes[number][1]:
            return (
                f"Two sources of zone rules differ for {zone}: on {moment:%Y-%m-%d} clocks are "
                f"{_hours(offset.total_seconds())} from UTC by Python's and "
                f"{_hours(changes[number][1])} by DuckDB's. Tables and late days "
                "follow DuckDB's; the schedule may be off by an hour"
            )
    return None


def _hours(seconds: float) -> str:
    sign = "-" if seconds < 0 else "+"
    minutes = int(abs(seconds)) // 60
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"


if __name__ == "__main__":
    print(json.dumps(offset_changes(sys.argv[1])))  # INBOX_ZONE_OFFSETS, for dbt by itself
