"""Blocks of rows as delivered into typed rows and rejected rows, by the contracts of `schema`.

Each column is first taken as a whole by Arrow's kernels, which accept what good files hold. Only a
column that does not pass is looked at value by value, in pandas on Arrow memory, to find which rows
fail and why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.exports.reading.blocks import Block, Failure
from orchestration.exports.reading.rejecting import (
    Failures,
    RejectedRow,
    python_values,
    rejected_rows,
)
from orchestration.exports.reading.schema import (
    LABEL_SEPARATOR,
    LANDED_TYPES,
    MAX_IDENTIFIER_CHARACTERS,
    Column,
    Contract,
    Kind,
)

_UTC = pa.timestamp("us", tz="UTC")
_EARLIEST = int(pd.Timestamp("1900-01-01", tz="UTC").timestamp())
_LATEST = int(pd.Timestamp("2200-01-01", tz="UTC").timestamp())
_UNITS_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_TIME = (
    r"^(?P<day>\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))[T ]"
    r"(?P<clock>(?:[01]\d|2[0-3])(?::[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?)?)"
    r"(?P<zone>Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?$"
)
_BEYOND_MICROSECONDS = r"(\.\d{6})\d{1,3}"
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_BOOLEANS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0"), False),
}
_HAS_NUL = "holds a NUL character"

Checked = tuple[pa.ChunkedArray, Failures]
_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CheckedBlock:
    """The good rows of a block in their landed types, and the bad ones."""

    loaded: pa.Table  # the entity's columns and row_number
    rejected: list[RejectedRow]


def check(block: Block, contract: Contract) -> CheckedBlock:
    """Every row of a block, either typed or rejected.

    The blocks of a file are checked in their order.
    """
    values: dict[str, pa.ChunkedArray] = {}
    failures: dict[str, Failures] = {}
    for column in contract.columns:
        if column.kind is Kind.BODY:
            failures[column.name] = block.bad_cells.get(column.name, {})
        else:
            values[column.name], failures[column.name] = _check_column(column, block, values)
    table = pa.table({**values, "row_number": pa.array(block.row_numbers)})
    rejected, is_good = rejected_rows(block, contract, failures)
    if not is_good.all():
        table = table.filter(pa.array(is_good))
    return CheckedBlock(table, rejected)


def _check_column(
    column: Column, block: Block, earlier: Mapping[str, pa.ChunkedArray]
) -> tuple[pa.ChunkedArray, Failures]:
    landed_type = LANDED_TYPES[column.kind]
    raw = block.columns.get(column.name)
    if raw is None or pa.types.is_null(raw.type):
        values: pa.ChunkedArray = pa.chunked_array([pa.nulls(block.rows, landed_type)])
        failures: Failures = {}
    else:
        values, failures = _CHECKS[column.kind](_without_empty(raw), column)
    failures.update(block.bad_cells.get(column.name, {}))
    if values.null_count and (column.required or column.required_when):
        absent = pc.is_null(values)
        words = "is missing"
        if column.required_when:
            other, wanted = column.required_when
            absent = pc.and_(absent, pc.equal(earlier[other], wanted))
            words = f"is missing though {other} is {wanted}"
        for row in np.flatnonzero(_mask(absent)):
            failures.setdefault(int(row), Failure(words))
    return values, failures


def _without_empty(raw: pa.ChunkedArray) -> pa.ChunkedArray:
    """Empty text is null, in every format."""
    if pa.types.is_string(raw.type) and pc.min(pc.binary_length(raw)).as_py() == 0:
        return pc.if_else(pc.equal(pc.binary_length(raw), 0), None, raw)
    return raw


def _check_text(raw: pa.ChunkedArray, column: Column) -> Checked:
    if pa.types.is_integer(raw.type):
        return pc.cast(raw, pa.string()), {}
    failures: Failures = {}
    longest = pc.max(pc.binary_length(raw)).as_py() or 0
    if column.kind is Kind.IDENTIFIER and longest > MAX_IDENTIFIER_CHARACTERS:
        too_long = _series(raw).str.len() > MAX_IDENTIFIER_CHARACTERS
        words = f"is longer than {MAX_IDENTIFIER_CHARACTERS} characters"
        failures.update(_failures(too_long, raw, words))
    if _holds_nul(raw):
        failures.update(_failures(_series(raw).str.contains("\0", regex=False), raw, _HAS_NUL))
    return raw, failures


def _check_choice(raw: pa.ChunkedArray, column: Column) -> Checked:
    raw, failures = _check_text(raw, column)
    allowed = pa.array(column.choices)
    known = pc.is_in(raw, value_set=allowed, skip_nulls=False)
    if pc.sum(known).as_py() != len(raw) - raw.null_count:
        unknown = ~_series(raw).isin(column.choices) & _series(raw).notna()
        failures.update(_failures(unknown, raw, f"is none of {', '.join(column.choices)}"))
    return raw, failures


def _check_timestamp(raw: pa.ChunkedArray, _column: Column) -> Checked:
    failures: Failures = {}
    if pa.types.is_timestamp(raw.type):
        values = raw
    else:
        text = pc.cast(raw, pa.string())
        try:
            values = pc.cast(text, _UTC)
        except pa.ArrowInvalid:
            values, failures = _times_in_other_forms(text)
    units = _UNITS_A_SECOND[values.type.unit]
    earliest, latest = _EARLIEST * units, _LATEST * units
    ticks = pc.cast(values, pa.int64())
    bounds = pc.min_max(ticks).as_py()
    if bounds["min"] is not None and (bounds["min"] < earliest or bounds["max"] > latest):
        implausible = pc.or_(pc.less(ticks, earliest), pc.greater(ticks, latest))
        failures.update(_failures(implausible, raw, "is not between the years 1900 and 2200"))
        values = pc.if_else(implausible, None, values)
    if values.type != _UTC:
        values = _microseconds(values)
    return values, failures


def _microseconds(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times of another unit or zone; digits beyond microseconds are cut off, as those of a text."""
    if values.type.unit == "ns":
        values = pc.floor_temporal(values, unit="microsecond")
    return pc.cast(pc.cast(values, pa.timestamp("us", values.type.tz)), _UTC)


def _times_in_other_forms(text: pa.ChunkedArray) -> Checked:
    """Times without an offset, or with more digits than microseconds have."""
    parts = pc.extract_regex(
        pc.replace_substring_regex(text, _BEYOND_MICROSECONDS, r"\1"), pattern=_TIME
    )
    day, clock, zone = (_series(pc.struct_field(parts, name)) for name in ("day", "clock", "zone"))
    is_day = pd.to_datetime(day, format="%Y-%m-%d", errors="coerce").notna()  # not February 30
    whole = (day + "T" + clock + zone.where(zone != "", "Z")).where(is_day)
    values = pc.cast(pa.chunked_array(pa.array(whole, pa.string())), _UTC)
    return values, _failures(_series(text).notna() & ~is_day, text, "is no ISO 8601 time")


def _check_integer(raw: pa.ChunkedArray, column: Column) -> Checked:
    failures: Failures = {}
    if pa.types.is_integer(raw.type):
        values = raw
    else:
        values = _integers(raw)
        if values.null_count != raw.null_count:
            unread = pc.and_(pc.is_null(values), pc.is_valid(raw))
            failures.update(_failures(unread, raw, "is no whole number"))
    bounds = pc.min_max(values).as_py()
    if bounds["min"] is not None and (
        bounds["min"] < column.minimum or bounds["max"] > column.maximum
    ):
        outside = pc.or_(pc.less(values, column.minimum), pc.greater(values, column.maximum))
        words = f"is less than {column.minimum}"
        if column.maximum < 2**63 - 1:
            words = f"is not between {column.minimum} and {column.maximum}"
        failures.update(_failures(outside, raw, words))
    return values, failures


def _integers(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers; null where a text is none. Arrow's own cast would also take hexadecimal."""
    if not _any(pc.match_substring(text, "x")) and not _any(pc.match_substring(text, "X")):
        try:
            return pc.cast(text, pa.int64())
        except pa.ArrowInvalid:
            pass
    return _map_distinct(text, _whole_number, pa.int64())


def _whole_number(text: str) -> int | None:
    if _WHOLE_NUMBER.fullmatch(text) is None:
        return None
    number = Decimal(text)
    if number != number.to_integral_value() or not -(2**63) <= number < 2**63:
        return None
    return int(number)


def _check_boolean(raw: pa.ChunkedArray, _column: Column) -> Checked:
    if pa.types.is_boolean(raw.type):
        return raw, {}
    text = pc.cast(raw, pa.string())
    values = _map_distinct(text, lambda word: _BOOLEANS.get(word.lower()), pa.bool_())
    if values.null_count == raw.null_count:
        return values, {}
    unread = pc.and_(pc.is_null(values), pc.is_valid(text))
    return values, _failures(unread, text, "is neither true nor false")


def _check_labels(raw: pa.ChunkedArray, _column: Column) -> Checked:
    lists = raw.combine_chunks()
    if pa.types.is_string(raw.type):
        lists = pc.split_pattern(lists, LABEL_SEPARATOR)
    failures: Failures = {}
    labels = lists.flatten()
    if _holds_nul(labels):
        rows = pc.list_parent_indices(lists).filter(pc.match_substring(labels, "\0"))
        failures = {row: Failure(_HAS_NUL) for row in rows.to_pylist()}
    return pa.chunked_array([_without_empty_or_repeated(lists)]), failures


def _without_empty_or_repeated(lists: pa.ListArray) -> pa.ListArray:
    """Each list without its empty and its repeated labels; a list of none is null, as in CSV."""
    labels = lists.flatten()
    rows = pc.list_parent_indices(lists).to_numpy().astype(np.int64)
    codes = labels.dictionary_encode()
    numbers = codes.indices.fill_null(0).to_numpy().astype(np.int64)
    wanted = _mask(pc.greater(pc.binary_length(labels), 0))
    _, first_places = np.unique(rows * max(len(codes.dictionary), 1) + numbers, return_index=True)
    is_first = np.zeros(len(labels), dtype=bool)
    is_first[first_places] = True
    keep = wanted & is_first
    sizes = np.bincount(rows[keep], minlength=len(lists))
    offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
    is_empty = pa.array(sizes == 0)
    return pa.ListArray.from_arrays(pa.array(offsets), labels.filter(pa.array(keep)), mask=is_empty)


_CHECKS: dict[Kind, Callable[[pa.ChunkedArray, Column], Checked]] = {
    Kind.IDENTIFIER: _check_text,
    Kind.TEXT: _check_text,
    Kind.CHOICE: _check_choice,
    Kind.TIMESTAMP: _check_timestamp,
    Kind.INTEGER: _check_integer,
    Kind.BOOLEAN: _check_boolean,
    Kind.LABELS: _check_labels,
}


def _series(values: pa.ChunkedArray) -> pd.Series[Any]:
    return pd.Series(pd.arrays.ArrowExtensionArray(values))


def _mask(flags: Any) -> _Mask:
    """Flags of Arrow or pandas as NumPy's; an unknown one is False."""
    if isinstance(flags, pd.Series):
        return flags.fillna(False).to_numpy(dtype=bool)
    return pc.fill_null(flags, False).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def _any(flags: pa.ChunkedArray) -> bool:
    return bool(pc.any(flags).as_py())


def _holds_nul(text: pa.ChunkedArray | pa.Array) -> bool:
    return _any(pc.match_substring(text, "\0"))


def _failures(flags: Any, raw: pa.ChunkedArray, words: str) -> Failures:
    rows = np.flatnonzero(_mask(flags))
    shown = python_values(raw, rows)
    return {int(row): Failure(words, value) for row, value in zip(rows, shown, strict=True)}


def _map_distinct(
    text: pa.ChunkedArray, read: Callable[[str], object], wanted: pa.DataType
) -> pa.ChunkedArray:
    """Read each distinct text once; null where it cannot be read."""
    codes = text.combine_chunks().dictionary_encode()
    if isinstance(codes, pa.ChunkedArray):
        codes = codes.combine_chunks()
    known = pa.array([read(value) for value in codes.dictionary.to_pylist()], wanted)
    return pa.chunked_array([known.take(codes.indices)])
