"""CSV into blocks: Arrow's parser for rows as they should be, a tokenizer of our own for the rest.

Both read quotes alike: a quote opens a cell only at its start, a doubled one stands for itself, and
what follows a closing quote belongs to the cell as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from orchestration.exports.errors import UnreadableFile
from orchestration.exports.reading.blocks import (
    Block,
    TextBlock,
    TextColumns,
    UnknownColumns,
    UnparsedRow,
    check_required_columns,
    fold_body,
    whole_records,
)
from orchestration.exports.reading.bytes import ExportBytes
from orchestration.exports.reading.limits import ReadLimits
from orchestration.exports.reading.schema import Contract

_QUOTE = 34
_BESIDE_A_QUOTED_CELL = np.zeros(256, dtype=bool)
_BESIDE_A_QUOTED_CELL[list(b',\n\r"')] = True

_CELL = rb'(?:"(?:[^"]++|"")*+"[^,\r\n]*+|(?!")[^,\r\n]*+)'
_RECORD = re.compile(rb"(?>" + _CELL + rb"(?:," + _CELL + rb")*+)(?P<end>\r\n|\n|\r|\Z)")
_CELL_PARTS = re.compile(
    rb'(?:"(?P<quoted>(?:[^"]++|"")*+)"|)(?P<plain>[^,\r\n]*+)(?P<end>,|\r\n?|\n|\Z)'
)
_BLANK_LINES = re.compile(rb"(?:[ \t]*(?:\r\n|\n|\r))*+(?:[ \t]*\Z)?")


@dataclass(frozen=True)
class _Header:
    """The known columns of a file by their position, and how many cells a row has.

    first_text: the position of the first column that may hold somebody's text, `body` or one that
    is not known, such as a comment; the width where there is none. Without quotes around it, a
    text goes on in the cells after it and in rows of its own.
    """

    positions: dict[str, int]
    width: int
    first_text: int
    texts: TextColumns | None


@dataclass(frozen=True)
class _Record:
    line_number: int
    cells: list[str]


def read_csv(
    source: ExportBytes, contract: Contract, limits: ReadLimits, unknown: UnknownColumns
) -> Iterator[Block]:
    """The rows of a CSV file; raises `UnreadableFile`."""
    header: _Header | None = None
    first_row = 1
    ragged = 0
    for text in whole_records(source, limits, _end_of_records, "CSV"):
        if header is None:
            data, line = text.data, text.first_line
            start = _BLANK_LINES.match(data).end()  # type: ignore[union-attr]
            if start == len(data):
                continue
            header, end = _read_header(data, start, contract, limits, unknown)
            text = TextBlock(data[end:], line + data.count(b"\n", 0, end))
        for block in _parse(text, first_row, header):
            first_row += block.rows + len(block.unparsed)
            ragged += len(block.unparsed)
            yield block
    if ragged and ragged == first_row - 1:
        raise UnreadableFile(f"none of its rows has the {header.width} cells of its header")  # type: ignore[union-attr]


def _read_header(
    data: bytes, start: int, contract: Contract, limits: ReadLimits, unknown: UnknownColumns
) -> tuple[_Header, int]:
    """The header and where its line ends."""
    match = _RECORD.match(data, start)
    if match is None:
        raise UnreadableFile("its header has a quote that is never closed")
    names = [name.strip(" ") for name in _cells(match[0])]
    if len(names) > limits.max_columns:
        raise UnreadableFile(f"it has {len(names)} columns, more than {limits.max_columns}")
    positions: dict[str, int] = {}
    for position, name in enumerate(names):
        if name in contract.by_name:
            if name in positions:
                raise UnreadableFile(f"it has two columns {name}")
            positions[name] = position
    for separator in (";", "\t"):
        if len(names) == 1 and names[0].startswith(contract.columns[0].name + separator):
            raise UnreadableFile(f"its columns are parted by {separator!r}; part them by a comma")
    check_required_columns(names, contract)
    for name in names:
        if name not in positions:
            unknown.add(name)
    return _with_texts(names, positions), match.end()


def _with_texts(names: list[str], positions: dict[str, int]) -> _Header:
    """A header with its columns of texts; pandas writes its index as a first one without a name."""
    texts = (
        place
        for place, name in enumerate(names)
        if name == "body" or (name not in positions and (name or place))
    )
    first = next(texts, len(names))
    after = frozenset(name for name, position in positions.items() if position > first)
    return _Header(positions, len(names), first, TextColumns(after) if first < len(names) else None)


def _parse(text: TextBlock, first_row: int, header: _Header) -> Iterator[Block]:
    block = None if text.is_of_crumbs else _parse_by_arrow(text, first_row, header)
    if block is not None:
        yield block
    elif text.is_piece:
        yield _parse_by_record(text, first_row, header)
    else:
        for piece in text.pieces(_end_of_records):
            for block in _parse(piece, first_row, header):
                yield block
                first_row += block.rows + len(block.unparsed)


def _parse_by_arrow(text: TextBlock, first_row: int, header: _Header) -> Block | None:
    """All rows as text, or None when a row has too few or too many cells."""
    data, line = text.data, text.first_line
    table = _table(data, header)
    if table is None:
        return None
    columns = {name: table.column(str(place)) for name, place in header.positions.items()}

    def line_numbers(rows: npt.NDArray[np.int64]) -> list[int | None]:
        if _has_a_row_a_line(data, table.num_rows):
            return [line + int(row) for row in rows]
        starts = [record.line_number for record in _records(data, line)]
        return [starts[row] for row in rows]

    return Block(
        columns=fold_body(columns),
        row_numbers=np.arange(first_row, first_row + table.num_rows, dtype=np.int64),
        line_numbers=line_numbers,
        texts=header.texts,
    )


def _table(data: bytes, header: _Header) -> pa.Table | None:
    ragged = False

    def note_ragged(_row: object) -> str:
        nonlocal ragged
        ragged = True
        return "skip"

    names = [str(position) for position in range(header.width)]
    known = [str(position) for position in header.positions.values()]
    try:
        table = pyarrow.csv.read_csv(
            pa.py_buffer(data),
            read_options=pyarrow.csv.ReadOptions(column_names=names),
            parse_options=pyarrow.csv.ParseOptions(
                newlines_in_values=b'"' in data, invalid_row_handler=note_ragged
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                check_utf8=False,  # the block has been checked
                column_types=dict.fromkeys(known, pa.string()),
                include_columns=known,
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return None if ragged else table


def _parse_by_record(text: TextBlock, first_row: int, header: _Header) -> Block:
    """One row at a time, for a block that holds rows with too few or too many cells."""
    unparsed = []
    rows = []
    row_numbers = []
    starts = []
    records = _records(text.data, text.first_line)
    for row_number, record in enumerate(records, start=first_row):
        if len(record.cells) == header.width:
            rows.append(record.cells)
            row_numbers.append(row_number)
            starts.append(record.line_number)
            continue
        count = f"{len(record.cells)} cell{'s' if len(record.cells) > 1 else ''}"
        unparsed.append(
            UnparsedRow(
                row_number=row_number,
                line_number=record.line_number,
                reason=f"has {count}, not the {header.width} of the header",
                cells=_cells_before_text(record.cells, header),
            )
        )
    columns = {}
    for name, position in header.positions.items():
        cells = [row[position] or None for row in rows]
        columns[name] = pa.chunked_array([pa.array(cells, pa.string())])
    return Block(
        columns=fold_body(columns),
        row_numbers=np.array(row_numbers, dtype=np.int64),
        line_numbers=lambda positions: [starts[position] for position in positions],
        unparsed=unparsed,
        texts=header.texts,
    )


def _has_a_row_a_line(data: bytes, rows: int) -> bool:
    """Whether there is no blank line, no quoted line break and no lone carriage return."""
    line_ends = rows - (not data.endswith(b"\n"))
    return (
        b'"' not in data
        and data.count(b"\n") == line_ends
        and data.count(b"\r") == data.count(b"\r\n")
    )


def _cells_before_text(cells: list[str], header: _Header) -> dict[str, object]:
    """The known cells before any text, which may be shifted where cells are missing or too many."""
    return {
        name: cells[position]
        for name, position in header.positions.items()
        if position < min(header.first_text, len(cells)) and cells[position]
    }


def _records(data: bytes, line: int) -> Iterator[_Record]:
    """The records of a text, blank lines left out."""
    for match in _record_matches(data):
        if match.start() != match.start("end"):
            yield _Record(line, _cells(match[0]))
        line += match[0].count(b"\n")


def _record_matches(data: bytes) -> Iterator[re.Match[bytes]]:
    """Each record up to the first that has an open quote, blank lines too."""
    end = 0
    while end < len(data) and (match := _RECORD.match(data, end)):
        yield match
        end = match.end()


def _cells(record: bytes) -> list[str]:
    cells = []
    for match in _CELL_PARTS.finditer(record):
        quoted = (match["quoted"] or b"").replace(b'""', b'"')
        cells.append((quoted + match["plain"]).decode("utf-8"))
        if match["end"] != b",":
            break
    return cells


def _end_of_records(data: bytes, line: int, at_end: bool) -> int:
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
        raise _open_quote(line + data.count(b"\n", 0, end + 1))
    return end + 1


def _end_of_records_with_stray_quotes(data: bytes, line: int, at_end: bool) -> int:
    end = 0
    for match in _record_matches(data):
        if match.end() == len(data) and not at_end and not match["end"].endswith(b"\n"):
            break  # it may go on, or its carriage return may
        lines = match[0].count(b"\n")
        if lines > 1 and _runs_on_after_quote(match[0]):
            raise _open_quote(line)
        line += lines
        end = match.end()
    if at_end and end != len(data):
        raise _open_quote(line)
    return end


def _runs_on_after_quote(record: bytes) -> bool:
    """Whether text follows a closing quote: over several lines, two cells were taken for one."""
    return any(
        match["quoted"] is not None and match["plain"] for match in _CELL_PARTS.finditer(record)
    )


def _open_quote(line: int) -> UnreadableFile:
    return UnreadableFile(f"the row at line {line} opens a quote that is never closed")
