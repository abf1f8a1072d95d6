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
from orchestration.exports.reading.csv_records import (
    RECORD,
    cells_of,
    count_escaped_quotes,
    end_of_records,
    hint_on_quotes,
    records_of,
)
from orchestration.exports.reading.limits import ReadLimits
from orchestration.exports.reading.schema import Contract

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


def read_csv(
    source: ExportBytes, contract: Contract, limits: ReadLimits, unknown: UnknownColumns
) -> Iterator[Block]:
    """The rows of a CSV file; raises `UnreadableFile`."""
    yield from _with_next_rows(_read_blocks(source, contract, limits, unknown))


def _with_next_rows(blocks: Iterator[Block]) -> Iterator[Block]:
    """Tell each block of the row after it: what is wrong there may have begun in its last one."""
    before = next(blocks, None)
    for block in blocks:
        if block.unparsed and not (block.row_numbers[:1] < block.unparsed[0].row_number).any():
            before.next_unparsed = block.unparsed[0]  # type: ignore[union-attr]
        yield before  # type: ignore[misc]
        before = block
    if before is not None:
        yield before


def _read_blocks(
    source: ExportBytes, contract: Contract, limits: ReadLimits, unknown: UnknownColumns
) -> Iterator[Block]:
    header: _Header | None = None
    first_row = 1
    ragged = 0
    for text in whole_records(source, limits, end_of_records, "CSV"):
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
    match = RECORD.match(data, start)
    if match is None:
        raise UnreadableFile("its header has a quote that is never closed")
    names = [name.strip(" ") for name in cells_of(match[0])]
    _check_separator(match[0], names, contract)
    if len(names) > limits.max_columns:
        raise UnreadableFile(f"it has {len(names)} columns, more than {limits.max_columns}")
    positions: dict[str, int] = {}
    for position, name in enumerate(names):
        if name in contract.by_name:
            if name in positions:
                raise UnreadableFile(f"it has two columns {name}")
            positions[name] = position
    check_required_columns(names, contract)
    for name in names:
        if name not in positions:
            unknown.add(name or f"(column {names.index(name) + 1} has no name)")
    return _with_texts(names, positions), match.end()


def _check_separator(header: bytes, names: list[str], contract: Contract) -> None:
    """Raise `UnreadableFile` for a header that is parted otherwise, or is a spreadsheet's hint."""
    text = header.decode("utf-8").strip()
    if text.lower().startswith("sep="):
        raise UnreadableFile(
            f"its first line is {text[:5]!r}, a spreadsheet's hint on how columns are parted; "
            "leave that line out"
        )
    known = contract.by_name.keys()
    for separator in (";", "\t", "|"):
        others = {name.strip(' "') for name in text.split(separator)}
        if len(others & known) > max(1, len(known & set(names))):
            raise UnreadableFile(f"its columns are parted by {separator!r}; part them by a comma")


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
        for piece in text.pieces(end_of_records):
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
        starts = [record.line_number for record in records_of(data, line)]
        return [starts[row] for row in rows]

    return Block(
        columns=fold_body(columns),
        row_numbers=np.arange(first_row, first_row + table.num_rows, dtype=np.int64),
        line_numbers=line_numbers,
        texts=header.texts,
        escaped_quotes=count_escaped_quotes(data),
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
    hint = hint_on_quotes(text.data)
    records = records_of(text.data, text.first_line)
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
                reason=f"has {count}, not the {header.width} of the header{hint}",
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
        escaped_quotes=count_escaped_quotes(text.data),
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
