"""Parquet into blocks: the known columns, batch by batch."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from orchestration.exports.errors import UnreadableFile
from orchestration.exports.layout import ExportFile
from orchestration.exports.reading.blocks import (
    Block,
    Failure,
    UnknownColumns,
    check_required_columns,
    fold_body,
)
from orchestration.exports.reading.bytes import ExportBytes, signature_of
from orchestration.exports.reading.limits import ReadLimits
from orchestration.exports.reading.schema import Column, Contract, Kind

_ARROW_ERRORS = (pa.ArrowException, OSError, MemoryError, ValueError)
_NUMBERS_ARE_READ = (Kind.IDENTIFIER, Kind.TEXT, Kind.INTEGER)
_LARGEST_EXACT = 2.0**53
_BATCH_ROWS = 2**15
_READ_BUFFER_BYTES = 2**20
_IN_MEMORY_BYTES = 64 * 2**20
_PROBED_ROWS = 8


def read_parquet(
    source: ExportBytes,
    file: ExportFile,
    contract: Contract,
    limits: ReadLimits,
    unknown: UnknownColumns,
) -> Iterator[Block]:
    """The rows of a Parquet file; raises `UnreadableFile`."""
    opened = _open(source, file, limits)
    if opened is None:
        return
    with opened as parquet:
        names = _check_schema(parquet, contract, limits, unknown)
        first_row = 1
        batch_rows = _batch_rows(parquet, names, limits)
        batches = parquet.iter_batches(batch_size=batch_rows, columns=names)
        while (batch := _next(batches)) is not None:
            if batch.num_rows == 0:
                continue
            columns = {}
            bad_cells = {}
            repaired = {}
            for name in names:
                column = contract.by_name[name]
                if column.kind is Kind.IDENTIFIER and pa.types.is_floating(batch.column(name).type):
                    repaired[name] = _count_whole(batch.column(name))
                values, bad_cells[name] = _plain(batch.column(name), column)
                columns[name] = pa.chunked_array([values])
            yield Block(
                columns=fold_body(columns),
                row_numbers=np.arange(first_row, first_row + batch.num_rows, dtype=np.int64),
                line_numbers=lambda rows: [None] * len(rows),
                bad_cells=bad_cells,
                repaired=repaired,
            )
            first_row += batch.num_rows
        if first_row - 1 != parquet.metadata.num_rows:
            raise UnreadableFile("its footer and its pages disagree on the number of rows")


def _open(
    source: ExportBytes, file: ExportFile, limits: ReadLimits
) -> pyarrow.parquet.ParquetFile | None:
    """The file with its footer read, or None when it has no bytes at all."""
    if file.compression is None and source.size_bytes > _IN_MEMORY_BYTES:
        input_file = pa.OSFile(str(source.hash_only()))
    else:
        bound = limits.max_packed_parquet_bytes
        data = source.read(bound + 1 if file.compression else source.size_bytes + 1)
        if not data:
            return None
        if file.compression and len(data) > bound:
            raise UnreadableFile(
                f"it unpacks to more than {bound} bytes; Parquet compresses its own pages,"
                " so leave out the compression around it"
            )
        found = signature_of(data[:16])
        if found != "Parquet":
            inside = f"is {found} inside" if found else "is no Parquet"
            raise UnreadableFile(f"it {inside}, though its name says Parquet")
        input_file = pa.py_buffer(data)
    try:
        parquet = pyarrow.parquet.ParquetFile(
            input_file,
            buffer_size=_READ_BUFFER_BYTES,
            pre_buffer=False,
            coerce_int96_timestamp_unit="us",  # nanoseconds end in 2262, and begin in 1677
        )
        parquet.schema_arrow.to_string()  # names and zones that are no text raise when looked at
    except _ARROW_ERRORS:
        reason = "its Parquet footer is broken or cut off; copy the file again"
    else:
        return parquet
    raise UnreadableFile(reason)


def _batch_rows(parquet: pyarrow.parquet.ParquetFile, names: list[str], limits: ReadLimits) -> int:
    """How many rows to hold at once, by the size of the first few.

    A dictionary repeats a long value at no cost in the file, but not in memory.
    """
    first = _next(parquet.iter_batches(batch_size=_PROBED_ROWS, columns=names))
    if first is None or not first.num_rows:
        return _BATCH_ROWS
    row_bytes = first.nbytes // first.num_rows
    if row_bytes > limits.max_line_bytes:
        raise UnreadableFile(f"its first rows are longer than {limits.max_line_bytes} bytes")
    fitting: int = limits.max_line_bytes // max(row_bytes, 1)
    return max(1, min(_BATCH_ROWS, fitting))


def _next(batches: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
    try:
        batch = next(batches, None)
        if batch is not None:
            batch.validate(full=True)  # text that is not UTF-8, offsets that lead nowhere
    except _ARROW_ERRORS as error:
        reason = "its Parquet pages are broken (or its text is not UTF-8); copy the file again"
        if "crypt" in str(error).lower():
            reason = "it has columns that are encrypted; export them without encryption"
    else:
        return batch
    raise UnreadableFile(reason)


def _check_schema(
    parquet: pyarrow.parquet.ParquetFile,
    contract: Contract,
    limits: ReadLimits,
    unknown: UnknownColumns,
) -> list[str]:
    """The known columns of the file, all of types that can be read."""
    schema = parquet.schema_arrow
    if len(schema) > limits.max_columns:
        raise UnreadableFile(f"it has {len(schema)} columns, more than {limits.max_columns}")
    if parquet.metadata.num_rows > limits.max_rows:
        raise UnreadableFile(
            f"it has {parquet.metadata.num_rows} rows, more than {limits.max_rows}"
        )
    groups = (parquet.metadata.row_group(index) for index in range(parquet.num_row_groups))
    if sum(group.total_byte_size for group in groups) > limits.max_unpacked_bytes:
        raise UnreadableFile(f"it unpacks to more than {limits.max_unpacked_bytes} bytes")
    check_required_columns(schema.names, contract)
    for name in schema.names:
        column = contract.by_name.get(name)
        if column is None:
            unknown.add(name)
        elif schema.names.count(name) > 1:
            raise UnreadableFile(f"it has two columns {name}")
        elif not _is_readable(schema.field(name).type, column.kind):
            kind = _type_name(schema.field(name).type)
            raise UnreadableFile(f"its column {name} is of type {kind}, which is no {column.kind}")
    return [name for name in schema.names if name in contract.by_name]


def _type_name(kind: pa.DataType) -> str:
    """A type in words that hold no name out of the file, of fields or of zones."""
    return re.sub(r"<.*>|, tz=.*(?=])", "", str(kind), flags=re.DOTALL)


def _is_readable(kind: pa.DataType, wanted: Kind) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_null(kind) or _is_text(kind):
        return True
    if wanted is Kind.LABELS:
        return _is_list(kind) and _is_text_or_nothing(kind.value_type)
    if wanted is Kind.TIMESTAMP and pa.types.is_timestamp(kind):
        return True
    if wanted is Kind.BOOLEAN and (pa.types.is_boolean(kind) or pa.types.is_integer(kind)):
        return True
    if wanted in _NUMBERS_ARE_READ:
        return _is_number(kind)
    # Pandas writes a column that holds nothing as floating-point numbers.
    return wanted is not Kind.BODY and bool(pa.types.is_floating(kind))


def _is_list(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def _is_text_or_nothing(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return _is_text(kind) or bool(pa.types.is_null(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def _plain(values: pa.Array, column: Column) -> tuple[pa.Array, dict[int, Failure]]:
    """Values as text, lists of texts, whole numbers, times or booleans."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    kind = values.type
    if pa.types.is_floating(kind):
        return _text_of_floats(values, column)
    if column.kind is Kind.LABELS and not _is_text(kind):
        return values.cast(pa.list_(pa.string())), {}
    if pa.types.is_decimal(kind):
        return _text_of_decimals(values), {}
    if _is_text(kind) or pa.types.is_uint64(kind):
        return _cast_to_text(values), {}
    if pa.types.is_integer(kind):
        return values.cast(pa.int64()), {}
    return values, {}


def _cast_to_text(values: pa.Array) -> pa.Array:
    try:
        return values.cast(pa.string())
    except _ARROW_ERRORS:
        reason = "its text is not UTF-8; write it as UTF-8"
    raise UnreadableFile(reason)


def _text_of_decimals(values: pa.Array) -> pa.Array:
    """Every digit, and no exponent, which Arrow writes for zeros and for hundreds."""
    text = values.cast(pa.string())
    has_exponent = pc.fill_null(pc.match_substring(text, "E"), False)
    if not pc.any(has_exponent).as_py():
        return text
    spelt_out = [f"{value:f}" for value in values.filter(has_exponent).to_pylist()]
    return pc.replace_with_mask(text, has_exponent, pa.array(spelt_out, pa.string()))


def _count_whole(values: pa.Array) -> int:
    """How many floating-point numbers are whole."""
    return pc.sum(pc.equal(pc.floor(values.cast(pa.float64())), values)).as_py() or 0


def _text_of_floats(values: pa.Array, column: Column) -> tuple[pa.Array, dict[int, Failure]]:
    """Whole numbers without a fraction, as they were before pandas made room for a null."""
    values = values.cast(pa.float64())
    values = pc.if_else(pc.is_nan(values), None, values)
    if values.null_count == len(values):
        return pa.nulls(len(values), pa.string()), {}
    if column.kind not in _NUMBERS_ARE_READ:
        raise UnreadableFile(f"its column {column.name} holds numbers, which are no {column.kind}")
    inexact = pc.greater_equal(pc.abs(values), _LARGEST_EXACT)
    whole = pc.and_(pc.equal(pc.floor(values), values), pc.invert(inexact))
    text = pc.if_else(
        whole,
        pc.cast(pc.cast(pc.if_else(whole, values, 0.0), pa.int64()), pa.string()),
        pc.cast(values, pa.string()),
    )
    bad = {
        int(row): Failure("is a floating-point number too large to be exact", values[row].as_py())
        for row in np.flatnonzero(inexact.fill_null(False).to_numpy(zero_copy_only=False))
    }
    return text, bad
