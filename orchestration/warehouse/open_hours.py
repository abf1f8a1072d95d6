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
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb

from orchestration.machine import zones
from orchestration.settings import Settings, SettingsError

COLUMNS = ("schedule_id", "zone", "weekday", "date", "opens", "closes", "valid_from")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SECONDS_OF_DAY = 86_400
_FIRST_SECOND, _LAST_SECOND = -100_000_000_000, 253_402_300_800
_YEARS = datetime(1899, 12, 1, tzinfo=UTC), datetime(2201, 1, 1, tzinfo=UTC)
"""What instants of records lie between, and a little more."""


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
    names = sorted({row["zone"] for row in rows})
    offsets = [offset for name in names for offset in _zone_offsets(name)]
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
    zone_of: dict[str, str] = {}
    for row in rows:
        if row["zone"]:
            told = zone_of.setdefault(row["schedule_id"], row["zone"])
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
        row["zone"] = zone_of.get(row["schedule_id"], workspace_zone)
        del row["line"]
    return rows


@lru_cache
def _is_zone(name: str) -> bool:
    """Whether both Python and the engine know the zone."""
    try:
        ZoneInfo(name)
        zones.today(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, duckdb.Error):
        return False
    return True


def _zone_offsets(zone: str) -> Iterator[dict[str, Any]]:
    """From which time of the clock on the wall on, in seconds, which offset to UTC is to be taken.

    A time that comes twice is taken with the offset of the first, one that the clock jumps over
    with the offset that begins then.
    """
    (_, first_offset), *later = zones.offset_changes(zone, *_YEARS)
    changes = [(_FIRST_SECOND, first_offset), *later]
    ends = [*(second for second, _ in later), _LAST_SECOND]
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
