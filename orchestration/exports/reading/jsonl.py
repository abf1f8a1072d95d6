"""JSON lines into blocks: Arrow's parser where every line is as it should be, else line by line.

Line by line, numbers stay the text that they were, so that no identifier loses a digit. A bare NaN,
which Python's own json module writes for a missing value, is null.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from orchestration.exports.errors import UnreadableFile
from orchestration.exports.reading.blocks import (
    Block,
    Failure,
    TextBlock,
    UnknownColumns,
    UnparsedRow,
    fold_body,
    whole_records,
)
from orchestration.exports.reading.bytes import ExportBytes
from orchestration.exports.reading.json_values import (
    UNTERMINATED,
    Number,
    cell_of,
    cells_before_body,
    decoded,
)
from orchestration.exports.reading.limits import ReadLimits
from orchestration.exports.reading.schema import Column, Contract, Kind

_OPENING_BRACE = ord("{")
_COLON = ord(":")
_ARROW_BLOCK_BYTES = 2**18
_SAMPLE_LINES = 50
_SAMPLE_BYTES = 2**18
_LINE_TYPES = {Kind.LABELS: pa.list_(pa.string())}  # the others come as text
_PARSED_TYPES = {
    Kind.INTEGER: pa.int64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.LABELS: pa.list_(pa.string()),
}


def read_jsonl(
    source: ExportBytes, contract: Contract, limits: ReadLimits, unknown: UnknownColumns
) -> Iterator[Block]:
    """The rows of a file of JSON lines; raises `UnreadableFile`."""
    parsed = unparsed = 0
    keys = _Keys(contract, unknown, limits.max_columns)
    for text in whole_records(source, limits, _end_of_records, "JSON lines"):
        if not text.data.strip(
            b" \t\r\n"
        ):  # line by line, blank ones alone would take minutes a gigabyte
            continue
        keys.sample(text.data)
        for block in _parse(text, keys):
            parsed += block.rows
            unparsed += len(block.unparsed)
            yield block
    if unparsed and not parsed:
        raise UnreadableFile("none of its lines is a JSON object")
    missing = [name for name in contract.required_names if name not in keys.seen]
    if parsed and missing:
        raise UnreadableFile(f"none of its lines has a value named {', '.join(missing)}")


def _end_of_records(data: bytes, _line: int, at_end: bool) -> int:
    return len(data) if at_end else data.rfind(b"\n") + 1


class _Keys:
    """The keys of a file as far as it has been read."""

    def __init__(self, contract: Contract, unknown: UnknownColumns, most: int) -> None:
        self.contract = contract
        self.unknown = unknown
        self.most = most  # on a line, as a header of CSV may have so many columns
        self.seen: set[str] = set()  # the known ones
        self._types: dict[str, pa.DataType] = {}
        self._only_sampled = True

    def sample(self, data: bytes) -> None:
        """Note the keys of the first lines of a block, and of which types their values are."""
        lines = data[:_SAMPLE_BYTES].split(b"\n", _SAMPLE_LINES)[:_SAMPLE_LINES]
        for line in lines:
            row = decoded(line.decode("utf-8", "replace"), self.contract)
            if isinstance(row, str):
                continue
            for name, value in row.items():
                column = self.contract.by_name.get(name)
                if column is None:
                    self.unknown.add_key(name)
                    self._only_sampled = False
                elif value is not None or name not in self._types:
                    self._types[name] = _type_of(value, column)

    def parse_options(self) -> Iterator[pyarrow.json.ParseOptions]:
        """Ways to parse a block, the fastest first: the sampled keys alone, then all known ones."""
        if self._only_sampled:
            schema = pa.schema(list(self._types.items()))
            yield pyarrow.json.ParseOptions(
                explicit_schema=schema, unexpected_field_behavior="error"
            )
            self._only_sampled = False
        types = {column.name: _type_of(None, column) for column in self.contract.columns}
        yield pyarrow.json.ParseOptions(
            explicit_schema=pa.schema(list({**types, **self._types}.items())),
            unexpected_field_behavior="ignore",
        )


def _type_of(value: object, column: Column) -> pa.DataType:
    if isinstance(value, Number) and column.kind not in (Kind.BODY, Kind.LABELS):
        return pa.int64()
    if isinstance(value, str):
        return pa.string()
    return _PARSED_TYPES.get(column.kind, pa.string())


def _parse(text: TextBlock, keys: _Keys) -> Iterator[Block]:
    block = None if text.is_of_crumbs else _parse_by_arrow(text, keys)
    if block is not None:
        yield block
    elif text.is_piece:
        yield _parse_by_line(text, keys)
    else:
        for piece in text.pieces(_end_of_records):
            yield from _parse(piece, keys)


def _parse_by_arrow(text: TextBlock, keys: _Keys) -> Block | None:
    """A block each of whose lines is one object with values of the sampled types, or None."""
    block_bytes = _parse_at_once(text, keys.most)
    if block_bytes is None:
        return None
    for options in keys.parse_options():
        try:
            table = pyarrow.json.read_json(
                pa.py_buffer(text.data),
                read_options=pyarrow.json.ReadOptions(block_size=block_bytes, use_threads=False),
                parse_options=options,
            )
        except pa.ArrowInvalid:
            continue
        return _block_of_table(table, text, keys)
    return None


def _parse_at_once(text: TextBlock, most_keys: int) -> int | None:
    """How many bytes Arrow must take at once to hold the longest line.

    None when a line does not begin like an object, as a blank one: Arrow crashes on a lone null.
    Also when one may have too many keys, which are counted line by line.
    """
    bytes_of_text = np.frombuffer(text.data, dtype=np.uint8)
    starts = np.concatenate(([0], text.line_feeds + 1))
    if starts[-1] == len(text.data):
        starts = starts[:-1]
    if not (bytes_of_text[starts] == _OPENING_BRACE).all():
        return None
    longest = int(np.diff(starts, append=len(text.data)).max())
    if longest > most_keys * len('"":0,'):
        colons = np.add.reduceat(bytes_of_text == _COLON, starts, dtype=np.int64)
        if colons.max() > most_keys:
            return None
    return max(_ARROW_BLOCK_BYTES, 2 * longest)


def _block_of_table(table: pa.Table, text: TextBlock, keys: _Keys) -> Block | None:
    data, line = text.data, text.first_line
    lines = len(text.line_feeds) + (not data.endswith(b"\n"))
    if table.num_rows != lines or not table.num_columns:
        return None
    columns = {name: table.column(name) for name in table.column_names}
    for name, values in columns.items():
        if keys.contract.by_name[name].kind is Kind.IDENTIFIER and _may_be_minus_zero(values):
            return None
    for name, values in columns.items():
        if name not in keys.seen and (values.null_count < lines or f'"{name}"'.encode() in data):
            keys.seen.add(name)
    return Block(
        columns=fold_body(columns),
        row_numbers=np.arange(line, line + lines, dtype=np.int64),
        line_numbers=lambda rows: [line + int(row) for row in rows],
        may_hold_text=keys.contract.has_body,
    )


def _may_be_minus_zero(values: pa.ChunkedArray) -> bool:
    """Whether a number for an identifier may not be written as Arrow writes it."""
    return pa.types.is_integer(values.type) and bool(pc.any(pc.equal(values, 0)).as_py())


def _parse_by_line(text: TextBlock, keys: _Keys) -> Block:
    """One line at a time, for a block that holds something unusual or bad."""
    contract = keys.contract
    values: dict[str, list[object]] = {column.name: [] for column in contract.columns}
    bad_cells: dict[str, dict[int, Failure]] = {name: {} for name in values}
    unparsed: list[UnparsedRow] = []
    line_numbers: list[int] = []
    lines = text.data.decode("utf-8").split("\n")
    for line_number, line in enumerate(lines, start=text.first_line):
        if not line.strip(" \t\r"):
            continue
        row = decoded(line, contract)
        if len(row) > keys.most and not isinstance(row, str):
            raise UnreadableFile(f"line {line_number} has {len(row)} keys, more than {keys.most}")
        if isinstance(row, str):
            unparsed.append(
                UnparsedRow(
                    line_number,
                    line_number,
                    row,
                    cells_before_body(line, contract),
                    begins_text=row.startswith(UNTERMINATED),
                    ends_text=not line.lstrip().startswith("{"),
                )
            )
            continue
        keys.seen.update(row.keys() & values.keys())
        for name in row.keys() - values.keys():
            keys.unknown.add_key(name)
        for name, cells_of_column in values.items():
            value = cell_of(row.get(name), contract.by_name[name])
            if isinstance(value, Failure):
                bad_cells[name][len(line_numbers)] = value
                value = None
            cells_of_column.append(value)
        line_numbers.append(line_number)
    columns = {
        column.name: pa.chunked_array(
            [pa.array(values[column.name], _LINE_TYPES.get(column.kind, pa.string()))]
        )
        for column in contract.columns
    }
    return Block(
        columns=fold_body(columns),
        row_numbers=np.array(line_numbers, dtype=np.int64),
        line_numbers=lambda rows: [line_numbers[row] for row in rows],
        bad_cells=bad_cells,
        unparsed=unparsed,
        may_hold_text=contract.has_body,
    )
