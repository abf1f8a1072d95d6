"""What the first lines of a file of JSON tell: how its records are wrapped, and their keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..unpacking import ENDINGS, unpacked

LINES = 1000
LONGEST_LINE = 32 * 2**20


class Wrap(StrEnum):
    """How a line holds a record."""

    PLAIN = "plain"  # the line is the record
    PROTOCOL = "protocol"  # {"stream", "data", "emitted_at"}
    MESSAGE = "message"  # {"type": "RECORD", "record": {"stream", "data", "emitted_at"}}
    SINGER = "singer"  # {"type": "RECORD", "stream", "record", "time_extracted"}
    AIRBYTE = "airbyte"  # {"_airbyte_data": {...}, ...}
    AIRBYTE_TEXT = "airbyte_text"  # {"_airbyte_data": "{...}", ...}

    @property
    def has_many_tables(self) -> bool:
        """Whether one file may hold the records of several tables."""
        return self in (Wrap.PROTOCOL, Wrap.MESSAGE, Wrap.SINGER)


@dataclass
class FirstLines:
    """wrap: of the first record. keys: of its records, by stream; the stream is '' where none."""

    wrap: Wrap = Wrap.PLAIN
    keys: dict[str, set[str]] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)


def look_at(path: Path) -> FirstLines:
    """What the first lines tell; lines that are no records tell nothing."""
    found = FirstLines()
    for record in _records(path):
        wrap, stream, data = _unwrapped(record)
        if wrap is None:
            continue
        if not found.first:
            found.wrap, found.first = wrap, record
        found.keys.setdefault(stream, set()).update(data)
    return found


def ends_whole(path: Path) -> bool:
    """Whether a file of lines ends with a whole one, as far as that can be seen cheaply."""
    if path.suffix not in ENDINGS:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - LONGEST_LINE))
            last = file.read().rpartition(b"\n")[2].strip()
        return not last or _parsed(last) is not None
    try:
        with unpacked(path) as file:
            while file.read(2**20):
                pass
    except OSError:
        return False
    return True


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with unpacked(path) as file:
        try:
            for _ in range(LINES):
                line = file.readline(LONGEST_LINE)
                if not line:
                    return
                record = _parsed(line)
                if isinstance(record, dict):
                    yield record
        except OSError:
            return


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _unwrapped(record: dict[str, Any]) -> tuple[Wrap | None, str, dict[str, Any]]:
    inner = record.get("record")
    if record.get("type") == "RECORD" and isinstance(inner, dict):
        if isinstance(inner.get("data"), dict) and "stream" in inner:
            return Wrap.MESSAGE, str(inner["stream"]), inner["data"]
        return Wrap.SINGER, str(record.get("stream")), inner
    if "stream" in record and isinstance(record.get("data"), dict):
        return Wrap.PROTOCOL, str(record["stream"]), record["data"]
    if "_airbyte_data" in record:
        data = record["_airbyte_data"]
        if isinstance(data, str):
            parsed = _parsed(data.encode())
            return Wrap.AIRBYTE_TEXT, "", parsed if isinstance(parsed, dict) else {}
        return Wrap.AIRBYTE, "", data if isinstance(data, dict) else {}
    if record.get("type") in ("SCHEMA", "STATE", "LOG", "TRACE", "CONTROL", "ACTIVATE_VERSION"):
        return None, "", {}
    return Wrap.PLAIN, "", record
