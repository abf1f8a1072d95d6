"""The opening hours that a file of schedules names, checked, with the rules of their zones.

Belongs here: the lines of INBOX_SCHEDULES, what is wrong with one, and when the offsets of their
zones change by the engine's own zone rules, which the models make local days with. Does not: which
spans are open, which follow from both by SQL (`dim_open_hours`).
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb

from orchestration.settings import Settings, SettingsError

COLUMNS = ("schedule_id", "zone", "weekday", "date", "opens", "closes", "valid_from")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SECONDS_OF_DAY = 86_400
_FIRST_SECOND, _LAST_SECOND = -100_000_000_000, 253_402_300_800


@dataclass(frozen=True)
class Schedules:
    """What the models read of schedules: one row a line, and the offsets of each zone.

    fingerprint: of the lines, in whatever order they come.
    """

    rows: tuple[Mapping[str, Any], ...] = ()
    zone_offsets: tuple[Mapping[str, Any], ...] = ()
    fingerprint: str = ""


class _WrongLine(Exception):
    """What is wrong with a line; the text names the column."""


def load_schedules(settings: Settings) -> Schedules:
    """The schedules that the settings name; none where they name none.

    Raises SettingsError with one line that names the file, the line and the column.
    """
    path = settings.schedules
    if path is None:
        return Schedules()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise SettingsError(f"INBOX_SCHEDULES: {path} cannot be read ({reason})") from None
    try:
        return _read_schedules(text, settings.timezone)
    except _WrongLine as error:
        raise SettingsError(f"INBOX_SCHEDULES: {path}, {error}") from None


@lru_cache(maxsize=8)
def _read_schedules(text: str, workspace_zone: str) -> Schedules:
    rows = _with_zones(list(_rows(text)), workspace_zone)
    zones = sorted({row["zone"] for row in rows})
    with closing(_engine()) as connection:
        offsets = [offset for zone in zones for offset in _zone_offsets(connection, zone)]
    lines = sorted({json.dumps(row, sort_keys=True) for row in rows})
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return Schedules(tuple(rows), tuple(offsets), digest if rows else "")


def _rows(text: str) -> Iterator[dict[str, Any]]:
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    header = [name.strip() for name in next(reader, [])]
    _check_header(header)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                line = reader.line_num
                if len(cells) != len(header):
                    told = f"it has {len(cells)} cells, not the {len(header)} of the header"
                    raise _WrongLine(f"line {line}: {told}")
                values = dict(zip(header, (cell.strip() for cell in cells), strict=True))
                yield {
                    "line": line,
                    **_checked(line, {name: values.get(name, "") for name in COLUMNS}),
                }
    except csv.Error as error:
        raise _WrongLine(f"line {reader.line_num}: it is no CSV ({error})") from None


def _check_header(header: Sequence[str]) -> None:
    if unknown := [name for name in header if name not in COLUMNS]:
        raise _WrongLine(f"line 1: there is no column {unknown[0]!r}, only {', '.join(COLUMNS)}")
    if len(set(header)) < len(header):
        raise _WrongLine("line 1: a column comes twice")
    for name in ("schedule_id", "opens", "closes"):
        if name not in header:
            raise _WrongLine(f"line 1: the column {name} is missing")
    if not {"weekday", "date"} & set(header):
        raise _WrongLine("line 1: the column weekday is missing, or date")


def _checked(line: int, cells: Mapping[str, str]) -> dict[str, Any]:
    """The values of one line."""

    def wrong(column: str, what: str) -> _WrongLine:
        return _WrongLine(f"line {line}, {column}: {what}")

    if not cells["schedule_id"]:
        raise wrong("schedule_id", "it is missing; default is everyone's, others are of the team")
    if bool(cells["weekday"]) == bool(cells["date"]):
        raise wrong("weekday", "fill exactly one of weekday and date")
    if cells["weekday"] and not re.fullmatch("[1-7]", cells["weekday"]):
        raise wrong("weekday", f"{cells['weekday']!r} is none of 1 to 7, Monday first")
    if cells["date"] and cells["valid_from"]:
        raise wrong("valid_from", "leave it empty beside a date, which holds for itself")
    for name in ("date", "valid_from"):
        if cells[name] and not _is_date(cells[name]):
            raise wrong(name, f"{cells[name]!r} is no date; write it as 2024-12-24")
    if bool(cells["opens"]) != bool(cells["closes"]):
        raise wrong("closes", "fill both of opens and closes, or neither: then it is closed")
    for name in ("opens", "closes"):
        if cells[name] and not _TIME.fullmatch(cells[name]):
            raise wrong(name, f"{cells[name]!r} is no time; write it as 09:00, up to 24:00")
    opens, closes = _seconds(cells["opens"]), _seconds(cells["closes"])
    if opens is not None and closes is not None and closes <= opens:
        closes += _SECONDS_OF_DAY
    return {
        "schedule_id": cells["schedule_id"],
        "zone": cells["zone"],
        "weekday": int(cells["weekday"]) if cells["weekday"] else None,
        "date": cells["date"] or None,
        "opens_second": opens,
        "closes_second": closes,
        "valid_from": cells["valid_from"] or None,
    }


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _seconds(text: str) -> int | None:
    """Seconds since midnight of a time; None of an empty one."""
    if not text:
        return None
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def _with_zones(rows: Iterable[dict[str, Any]], workspace_zone: str) -> list[dict[str, Any]]:
    """The rows with the one zone of their schedule, and without the numbers of their lines."""
    rows = list(rows)
    zones: dict[str, str] = {}
    for row in rows:
        if row["zone"]:
            told = zones.setdefault(row["schedule_id"], row["zone"])
            if told != row["zone"]:
                raise _WrongLine(
                    f"line {row['line']}, zone: {row['schedule_id']!r} has {told} in a line "
                    f"before, not {row['zone']}; a schedule has one zone"
                )
            if not _is_zone(row["zone"]):
                raise _WrongLine(
                    f"line {row['line']}, zone: {row['zone']!r} is not the IANA name of a time "
                    "zone; one is Europe/Warsaw"
                )
    for row in rows:
        row["zone"] = zones.get(row["schedule_id"], workspace_zone)
        del row["line"]
    return rows


@lru_cache
def _is_zone(name: str) -> bool:
    """Whether both the machine and the engine know the zone."""
    try:
        ZoneInfo(name)
        with closing(_engine()) as connection:
            connection.execute("select timezone(?, timestamp '2024-01-01')", [name])
    except (ZoneInfoNotFoundError, ValueError, OSError, duckdb.Error):
        return False
    return True


def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"autoinstall_known_extensions": "false"})


def _zone_offsets(connection: duckdb.DuckDBPyConnection, zone: str) -> Iterator[dict[str, Any]]:
    """From which time of the clock on the wall on, in seconds, which offset to UTC is to be taken.

    A time that comes twice is taken with the offset of the first, one that the clock jumps over
    with the offset that begins then.
    """
    first = connection.execute(f"select {_OFFSET} from (select ? as second)", [zone, _BEGIN])
    changes = [(_FIRST_SECOND, first.fetchall()[0][0]), *_offset_changes(connection, zone)]
    ends = [*(second for second, _ in changes[1:]), _LAST_SECOND]
    shown_until = _FIRST_SECOND
    for (start, offset), end in zip(changes, ends, strict=True):
        if end + offset > shown_until:
            yield {
                "zone": zone,
                "wall_second": shown_until,
                "starts_second": start,
                "offset_seconds": offset,
            }
            shown_until = end + offset


def _offset_changes(connection: duckdb.DuckDBPyConnection, zone: str) -> list[tuple[int, int]]:
    """Each instant with another offset than before, and the offset: its day, hour, minute, second.

    No zone has changed its offset twice within a day.
    """
    days = (_END - _BEGIN) // _SECONDS_OF_DAY
    found: list[tuple[int, int]] = [(_BEGIN, 0)]
    before = 0
    for step, number in ((_SECONDS_OF_DAY, days), (3600, 24), (60, 60), (1, 60)):
        starts = [second - before for second, _ in found]
        query = connection.execute(_CHANGES, [step, starts, number, zone])
        found, before = query.fetchall(), step
    return found


_BEGIN, _END = -2_211_753_600, 7_289_654_400  # from 1899-11-30 to 2201-01-01
_OFFSET = "epoch(timezone(?, to_timestamp(second)))::bigint - second as zone_offset"
_CHANGES = f"""
    with points as (
        select distinct start + number * ?::bigint as second
        from (select unnest(?::bigint[]) as start) as starts, range(?::bigint + 1) as n (number)
    )

    select second, zone_offset
    from (select second, {_OFFSET} from points)
    qualify zone_offset <> lag(zone_offset) over (order by second)
    order by second
"""
