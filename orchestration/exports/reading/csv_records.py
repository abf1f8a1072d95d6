"""Where a record of CSV ends, and its cells: a tokenizer for what Arrow's parser does not take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from orchestration.exports.errors import UnreadableFile

_QUOTE = 34

_BESIDE_A_QUOTED_CELL = np.zeros(256, dtype=bool)
_BESIDE_A_QUOTED_CELL[list(b',\n\r"')] = True

_CELL = rb'(?:"(?:[^"]++|"")*+"[^,\r\n]*+|(?!")[^,\r\n]*+)'

RECORD = re.compile(rb"(?>" + _CELL + rb"(?:," + _CELL + rb")*+)(?P<end>\r\n|\n|\r|\Z)")

_CELL_PARTS = re.compile(
    rb'(?:"(?P<quoted>(?:[^"]++|"")*+)"|)(?P<plain>[^,\r\n]*+)(?P<end>,|\r\n?|\n|\Z)'
)
_ESCAPED_QUOTE = re.compile(rb'\\"(?![",\r\n])')


@dataclass(frozen=True)
class Record:
    """The cells of a record, and the line it begins on."""

    line_number: int
    cells: list[str]


def records_of(data: bytes, line: int) -> Iterator[Record]:
    """The records of a text, blank lines left out."""
    for match in _record_matches(data):
        if match.start() != match.start("end"):
            yield Record(line, cells_of(match[0]))
        line += match[0].count(b"\n")


def _record_matches(data: bytes) -> Iterator[re.Match[bytes]]:
    """Each record up to the first that has an open quote, blank lines too."""
    end = 0
    while end < len(data) and (match := RECORD.match(data, end)):
        yield match
        end = match.end()


def cells_of(record: bytes) -> list[str]:
    """The cells of a record, without their quotes."""
    cells = []
    for match in _CELL_PARTS.finditer(record):
        quoted = (match["quoted"] or b"").replace(b'""', b'"')
        cells.append((quoted + match["plain"]).decode("utf-8"))
        if match["end"] != b",":
            break
    return cells


def end_of_records(data: bytes, line: int, at_end: bool) -> int:
    """How many bytes at the start of a text that begins on a line are whole records.

    At the end of the file it must be all of them, else a quote was left open.
    """
    if b'"' not in data:
        return len(data) if at_end else data.rfind(b"\n") + 1
    text = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(text == _QUOTE)
    before_opening = text[np.maximum(quotes[::2], 1) - 1]
    after_closing = text[np.minimum(quotes[1::2] + 1, len(data) - 1)]
    if quotes[0] == 0:
        before_opening[0] = _QUOTE
    if not (
        _BESIDE_A_QUOTED_CELL[before_opening].all() and _BESIDE_A_QUOTED_CELL[after_closing].all()
    ):
        return _end_of_records_with_stray_quotes(data, line, at_end)
    # Every quote opens or closes a cell, so a line end after an even number of them ends a record.
    if at_end and len(quotes) % 2 == 0:
        return len(data)
    end = data.rfind(b"\n")
    while end >= 0 and np.searchsorted(quotes, end) % 2:
        end = data.rfind(b"\n", 0, end)
    if at_end:
        raise _open_quote(line + data.count(b"\n", 0, end + 1), data)
    return end + 1


def _end_of_records_with_stray_quotes(data: bytes, line: int, at_end: bool) -> int:
    end = 0
    for match in _record_matches(data):
        if match.end() == len(data) and not at_end and not match["end"].endswith(b"\n"):
            break  # it may go on, or its carriage return may
        lines = match[0].count(b"\n")
        if lines > 1 and _runs_on_after_quote(match[0]):
            raise _open_quote(line, data)
        line += lines
        end = match.end()
    if at_end and end != len(data):
        raise _open_quote(line, data)
    return end


def _runs_on_after_quote(record: bytes) -> bool:
    """Whether text follows a closing quote: over several lines, two cells were taken for one."""
    return any(
        match["quoted"] is not None and match["plain"] for match in _CELL_PARTS.finditer(record)
    )


def _open_quote(line: int, data: bytes) -> UnreadableFile:
    return UnreadableFile(
        f"the row at line {line} opens a quote that is never closed{hint_on_quotes(data)}"
    )


def count_escaped_quotes(data: bytes) -> int:
    """How many quotes in a text follow a backslash, and are no end of a cell that ends in one."""
    return len(_ESCAPED_QUOTE.findall(data)) if b'\\"' in data else 0


def hint_on_quotes(data: bytes) -> str:
    """What to do about such quotes, where there are any, to follow what is wrong."""
    if not count_escaped_quotes(data):
        return ""
    return " (its quotes are escaped by a backslash; write each as two quotes instead)"
