"""What the readers of all formats hand to the checks: rows in columns, not yet checked.

Also the cutting of text into blocks of whole records, which CSV and JSON lines share.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.exports.errors import UnreadableFile
from orchestration.exports.layout import encodable, printable
from orchestration.exports.reading.bytes import ExportBytes, signature_of
from orchestration.exports.reading.limits import ReadLimits
from orchestration.exports.reading.schema import Contract

_MAX_UNKNOWN_COLUMNS = 100
_MAX_SHOWN_NAME = 100
_MAX_SHOWN_CELL = 1000
_LIKE_A_COLUMN = re.compile(r"[^\W\d][\w.-]{0,63}")
_HIDDEN_KEYS = "(keys that look like no name of a column)"
_LINE_FEED = 10
_PIECE_BYTES = 2**19
_MAX_LINES_AT_ONCE = 2**18
_HEAD_BYTES = 16
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Failure:
    """Why a cell is bad: words to follow the value, which may have to be left out."""

    words: str
    value: object = None


@dataclass(frozen=True)
class UnparsedRow:
    """A row that could not be taken apart; `cells` are those that surely hold no body."""

    row_number: int
    line_number: int
    reason: str
    cells: Mapping[str, object] | None
    begins_text: bool = False  # it ends within a text, as a line break in one would have it
    ends_text: bool = False  # it begins like no row, as the rest of a text would


@dataclass
class TextColumns:
    """The columns of a CSV file that may hold texts; one for all blocks of the file.

    after: the known columns in which a text without quotes around it may go on. broke_at: the
    number of the first row that shows that one did, once it has been checked.
    """

    after: frozenset[str]
    broke_at: int | None = None


@dataclass
class Block:
    """Some rows of a file, one Arrow column for each known column that the file has, as delivered.

    `body` is not among the columns: its length has already taken the place of `body_length`.
    """

    columns: dict[str, pa.ChunkedArray]
    row_numbers: npt.NDArray[np.int64]
    line_numbers: Callable[[npt.NDArray[np.int64]], list[int | None]]  # of rows by their position
    bad_cells: dict[str, dict[int, Failure]] = field(default_factory=dict)
    escaped_quotes: int = 0  # in CSV, quotes in a text that a backslash escapes
    repaired: dict[str, int] = field(default_factory=dict)  # by column, floats read as whole
    unparsed: list[UnparsedRow] = field(default_factory=list)
    may_hold_text: bool = False  # a row that was not taken apart may be a piece of a body
    texts: TextColumns | None = None  # where a CSV file has such columns
    next_unparsed: UnparsedRow | None = None  # the row after these, if it was not taken apart

    @property
    def rows(self) -> int:
        """The rows that were taken apart (the unparsed ones are not among them)."""
        return len(self.row_numbers)


EndOfRecords = Callable[[bytes, int, bool], int]
"""How many bytes of a text are whole records, of (text, the line it begins on, is it all there)."""


class TextBlock:
    """Whole records of a text file, the line where they begin, and the places of its line feeds."""

    def __init__(self, data: bytes, first_line: int, *, is_piece: bool = False) -> None:
        self.data = data
        self.first_line = first_line
        self.is_piece = is_piece or len(data) <= _PIECE_BYTES  # too small to be cut once more
        self.line_feeds = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _LINE_FEED)

    @property
    def is_of_crumbs(self) -> bool:
        """Whether its lines are so short, and so many, that it had better be parsed in pieces."""
        return not self.is_piece and len(self.line_feeds) > _MAX_LINES_AT_ONCE

    def pieces(self, end_of_records: EndOfRecords) -> Iterator[TextBlock]:
        """The same records in small blocks, so that a bad row costs its neighbours little."""
        start = 0
        line = self.first_line
        size = _PIECE_BYTES
        while start < len(self.data):
            window = self.data[start : start + size]
            end = end_of_records(window, line, start + size >= len(self.data))
            if end == 0:  # a record that is longer
                size *= 2
                continue
            piece = TextBlock(window[:end], line, is_piece=True)
            yield piece
            start += end
            line += len(piece.line_feeds)
            size = _PIECE_BYTES


class UnknownColumns:
    """Collects the names of columns that no contract knows, to be reported once a file."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._hidden = False

    def add(self, name: str) -> None:
        """Note one name; beyond a hundred names a file is reported by its first hundred."""
        if len(self._names) < _MAX_UNKNOWN_COLUMNS:
            self._names.add(printable(shorten(name, _MAX_SHOWN_NAME)))

    def add_key(self, key: str) -> None:
        """Note the key of a row, which may be anything: it is named if it looks like a column."""
        if _LIKE_A_COLUMN.fullmatch(key):
            self.add(key)
        else:
            self._hidden = True

    def names(self) -> tuple[str, ...]:
        """All names noted, ordered."""
        hidden = (_HIDDEN_KEYS,) if self._hidden else ()
        return (*sorted(self._names), *hidden)


def whole_records(
    source: ExportBytes,
    limits: ReadLimits,
    end_of_records: EndOfRecords,
    format_name: str,
) -> Iterator[TextBlock]:
    """Cut UTF-8 text into blocks that end where a record ends.

    A byte-order mark is dropped. Raises `UnreadableFile` for what is no UTF-8 or no line.
    """
    rest, offset = _head(source, format_name)
    line = 1
    at_end = False
    while not at_end:
        chunk = source.read(limits.block_bytes)
        at_end = not chunk
        data = rest + chunk
        end = end_of_records(data, line, at_end) if data else 0
        if len(data) - end > limits.max_line_bytes:
            line += data.count(b"\n", 0, end)
            raise UnreadableFile(
                f"line {line} is longer than {limits.max_line_bytes} bytes"
                " (or a quote that opens there is never closed)"
            )
        block, rest = data[:end], data[end:]
        if block:
            check_utf8(block, offset, line)
            text = TextBlock(block, line)
            yield text
            line += len(text.line_feeds)
            offset += end


def _head(source: ExportBytes, format_name: str) -> tuple[bytes, int]:
    """The first bytes without their byte-order mark, and how many bytes it took."""
    head = source.read(_HEAD_BYTES)
    found = signature_of(head)
    if found is not None:
        raise UnreadableFile(f"it is {found} inside, though its name says {format_name}")
    if head and not head.strip(b"\0"):
        raise UnreadableFile("it begins with nothing but NUL bytes; copy the file again")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]:
        raise UnreadableFile("it is UTF-16 or UTF-32 text; export it as UTF-8")
    if head.startswith(_BOM):
        return head[len(_BOM) :], len(_BOM)
    return head, 0


def check_utf8(data: bytes, offset: int, line: int) -> None:
    """Raise `UnreadableFile` with the place of the first bytes that are not UTF-8."""
    buffers = [None, pa.array([0, len(data)], pa.int64()).buffers()[1], pa.py_buffer(data)]
    whole = pa.Array.from_buffers(pa.large_binary(), 1, buffers)
    try:
        whole.cast(pa.large_string())
    except pa.ArrowInvalid:
        place = _first_bad_byte(data)
    else:
        return
    line += data.count(b"\n", 0, place)
    raise UnreadableFile(f"byte {offset + place} (line {line}) is not UTF-8; export it as UTF-8")


def _first_bad_byte(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0


def check_required_columns(names: list[str], contract: Contract) -> None:
    """Raise `UnreadableFile` naming the required columns that a header lacks."""
    missing = [name for name in contract.required_names if name not in names]
    if not missing:
        return
    reason = f"it has no column {', '.join(missing)}"
    for name in names:
        if name not in contract.by_name and name.strip().lower() in missing:
            reason += f" (it has {shorten(name, _MAX_SHOWN_NAME)!r}: names must match exactly)"
            break
    raise UnreadableFile(reason)


def fold_body(columns: dict[str, pa.ChunkedArray]) -> dict[str, pa.ChunkedArray]:
    """Put the length of `body`, in Unicode code points, where it is given, into `body_length`."""
    body = columns.pop("body", None)
    if body is None:
        return columns
    lengths = pc.cast(pc.utf8_length(body), pa.int64())
    if pc.min(lengths).as_py() == 0:  # empty text is null in every format
        lengths = pc.if_else(pc.equal(lengths, 0), None, lengths)
    given = columns.get("body_length")
    if given is None or lengths.null_count == 0:
        columns["body_length"] = lengths
    else:
        columns["body_length"] = pc.coalesce(
            pc.cast(lengths, pa.string()), pc.cast(given, pa.string())
        )
    return columns


def shorten(text: str, limit: int) -> str:
    """A text cut to a number of characters, marked where it was cut."""
    return text if len(text) <= limit else text[:limit] + "…"


def row_text(cells: Mapping[str, object]) -> str:
    """A row's cells, which must not include `body`, as a JSON object; long cells are cut."""
    return json.dumps(
        {name: _shown(value) for name, value in cells.items() if value is not None},
        ensure_ascii=False,
    )


def _shown(value: object) -> object:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, list):
        return [_shown(item) for item in value[:_MAX_SHOWN_CELL] if item is not None]
    return encodable(shorten(str(value), _MAX_SHOWN_CELL))
