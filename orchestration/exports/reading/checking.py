"""Blocks of rows as delivered into typed rows and rejected rows, by the contracts of `schema`.

Each column is first taken as a whole by Arrow's kernels, which accept what good files hold. Only a
column that does not pass is looked at value by value, in pandas on Arrow memory, to find which rows
fail and why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.exports.reading.blocks import Block, Failure
from orchestration.exports.reading.cells import (
    Checked,
    Failures,
    any_of,
    failures_where,
    mask,
    series,
)
from orchestration.exports.reading.identifiers import count_words_for_nothing, in_one_spelling
from orchestration.exports.reading.rejecting import RejectedRow, rejected_rows
from orchestration.exports.reading.remarks import Remark, Remarks
from orchestration.exports.reading.schema import (
    LABEL_SEPARATOR,
    LANDED_TYPES,
    MAX_IDENTIFIER_CHARACTERS,
    MAX_LABELS,
    MAX_TEXT_CHARACTERS,
    Column,
    Contract,
    Kind,
)
from orchestration.exports.reading.times import check_moments, check_timestamp

_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_BOOLEANS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0"), False),
}
_HAS_NUL = "holds a NUL character"
_LONG_LABEL = f"holds one of more than {MAX_TEXT_CHARACTERS} characters"


@dataclass(frozen=True)
class CheckedBlock:
    """The good rows of a block in their landed types, the bad ones, and what was remarked."""

    loaded: pa.Table  # the entity's columns and row_number
    rejected: list[RejectedRow]
    remarks: Remarks


def check(block: Block, contract: Contract, loaded_at: datetime | None = None) -> CheckedBlock:
    """Every row of a block, either typed or rejected.

    The blocks of a file are checked in their order.
    loaded_at: the moment of loading; times of more than a day after it are not taken for any.
    """
    values: dict[str, pa.ChunkedArray] = {}
    failures: dict[str, Failures] = {}
    remarks: Remarks = Counter({("*", Remark.ESCAPED_QUOTES): block.escaped_quotes})
    for column in contract.columns:
        if column.kind is Kind.BODY:
            failures[column.name] = block.bad_cells.get(column.name, {})
        else:
            values[column.name], failures[column.name] = _check_column(
                column, block, values, loaded_at, remarks
            )
    table = pa.table({**values, "row_number": pa.array(block.row_numbers)})
    rejected, is_good = rejected_rows(block, contract, failures, values)
    if not is_good.all():
        table = table.filter(pa.array(is_good))
    return CheckedBlock(table, rejected, remarks)


def _check_column(
    column: Column,
    block: Block,
    earlier: Mapping[str, pa.ChunkedArray],
    loaded_at: datetime | None,
    remarks: Remarks,
) -> Checked:
    landed_type = LANDED_TYPES[column.kind]
    raw = block.columns.get(column.name)
    if raw is None or pa.types.is_null(raw.type):
        values: pa.ChunkedArray = pa.chunked_array([pa.nulls(block.rows, landed_type)])
        failures: Failures = {}
    else:
        values, failures = _CHECKS[column.kind](_without_empty(raw), column)
        if column.kind is Kind.IDENTIFIER:
            values, repaired = in_one_spelling(values)
            remarks[column.name, Remark.REPAIRED] += repaired + block.repaired.get(column.name, 0)
            remarks[column.name, Remark.WORD_FOR_NOTHING] += count_words_for_nothing(values)
        elif column.kind is Kind.TIMESTAMP:
            values, more = check_moments(raw, values, column, earlier, loaded_at, remarks)
            failures.update(more)
        elif column.kind is Kind.LABELS:
            remarks[column.name, Remark.LIST_AS_LABEL] += _count_lists(values)
        if column.choices_when:
            failures.update(_failures_of_choice(raw, values, column, earlier))
    failures.update(block.bad_cells.get(column.name, {}))
    if values.null_count and (column.required or column.required_when):
        absent = pc.is_null(values)
        words = "is missing"
        if column.required_when:
            other, wanted = column.required_when
            absent = pc.and_(absent, pc.equal(earlier[other], wanted))
            words = f"is missing though {other} is {wanted}"
        for row in np.flatnonzero(mask(absent)):
            failures.setdefault(int(row), Failure(words))
    return values, failures


def _failures_of_choice(
    raw: pa.ChunkedArray,
    values: pa.ChunkedArray,
    column: Column,
    earlier: Mapping[str, pa.ChunkedArray],
) -> Failures:
    """The cells that hold another word than the listed ones where only those are allowed."""
    assert column.choices_when is not None
    other, wanted = column.choices_when
    known = pc.is_in(values, value_set=pa.array(column.choices))
    is_wrong = pc.and_(
        pc.equal(earlier[other], wanted), pc.and_(pc.is_valid(values), pc.invert(known))
    )
    words = f"is none of {', '.join(column.choices)}, though {other} is {wanted}"
    return failures_where(is_wrong, raw, words) if any_of(is_wrong) else {}


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
    bound = MAX_IDENTIFIER_CHARACTERS if column.kind is Kind.IDENTIFIER else MAX_TEXT_CHARACTERS
    if column.kind is not Kind.CHOICE and longest > bound:
        too_long = series(raw).str.len() > bound
        words = f"is longer than {bound} characters"
        failures.update(failures_where(too_long, raw, words))
    if _holds_nul(raw):
        failures.update(failures_where(series(raw).str.contains("\0", regex=False), raw, _HAS_NUL))
    return raw, failures


def _check_choice(raw: pa.ChunkedArray, column: Column) -> Checked:
    raw, failures = _check_text(raw, column)
    allowed = pa.array(column.choices)
    known = pc.is_in(raw, value_set=allowed, skip_nulls=False)
    if pc.sum(known).as_py() != len(raw) - raw.null_count:
        unknown = ~series(raw).isin(column.choices) & series(raw).notna()
        failures.update(failures_where(unknown, raw, f"is none of {', '.join(column.choices)}"))
    return raw, failures


def _check_integer(raw: pa.ChunkedArray, column: Column) -> Checked:
    failures: Failures = {}
    if pa.types.is_integer(raw.type):
        values = raw
    else:
        values = _integers(raw)
        if values.null_count != raw.null_count:
            unread = pc.and_(pc.is_null(values), pc.is_valid(raw))
            failures.update(failures_where(unread, raw, "is no whole number"))
    bounds = pc.min_max(values).as_py()
    if bounds["min"] is not None and (
        bounds["min"] < column.minimum or bounds["max"] > column.maximum
    ):
        outside = pc.or_(pc.less(values, column.minimum), pc.greater(values, column.maximum))
        words = f"is less than {column.minimum}"
        if column.maximum < 2**63 - 1:
            words = f"is not between {column.minimum} and {column.maximum}"
        failures.update(failures_where(outside, raw, words))
    return values, failures


def _integers(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers; null where a text is none. Arrow's own cast would also take hexadecimal."""
    if not any_of(pc.match_substring(text, "x")) and not any_of(pc.match_substring(text, "X")):
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
    return values, failures_where(unread, text, "is neither true nor false")


def _check_labels(raw: pa.ChunkedArray, _column: Column) -> Checked:
    lists = raw.combine_chunks()
    if pa.types.is_string(raw.type):
        lists = pc.split_pattern(lists, LABEL_SEPARATOR)
    values = _without_empty_or_repeated(lists)
    labels = values.flatten()
    failures: Failures = {}
    for is_bad, words in (
        (pc.match_substring(labels, "\0"), _HAS_NUL),
        (pc.greater(pc.utf8_length(labels), MAX_TEXT_CHARACTERS), _LONG_LABEL),
    ):
        rows = pc.list_parent_indices(values).filter(is_bad)
        failures.update(dict.fromkeys(rows.to_pylist(), Failure(words)))
    too_many = pc.fill_null(pc.greater(pc.list_value_length(values), MAX_LABELS), False)
    for row in np.flatnonzero(mask(too_many)):
        failures.setdefault(int(row), Failure(f"are more than {MAX_LABELS}"))
    return pa.chunked_array([values]), failures


def _count_lists(labels: pa.ChunkedArray) -> int:
    """How many labels are a whole list, of Python or of PostgreSQL, that was written as a text."""
    texts = pc.list_flatten(labels)
    return pc.sum(pc.match_substring_regex(texts, r"^(\[.*\]|\{.*\})$")).as_py() or 0


def _without_empty_or_repeated(lists: pa.ListArray) -> pa.ListArray:
    """Each list without its empty and its repeated labels; a list of none is null, as in CSV."""
    labels = lists.flatten()
    rows = pc.list_parent_indices(lists).to_numpy().astype(np.int64)
    codes = labels.dictionary_encode()
    numbers = codes.indices.fill_null(0).to_numpy().astype(np.int64)
    wanted = mask(pc.greater(pc.binary_length(labels), 0))
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
    Kind.TIMESTAMP: check_timestamp,
    Kind.INTEGER: _check_integer,
    Kind.BOOLEAN: _check_boolean,
    Kind.LABELS: _check_labels,
}


def _holds_nul(text: pa.ChunkedArray | pa.Array) -> bool:
    return any_of(pc.match_substring(text, "\0"))


def _map_distinct(
    text: pa.ChunkedArray, read: Callable[[str], object], wanted: pa.DataType
) -> pa.ChunkedArray:
    """Read each distinct text once; null where it cannot be read."""
    codes = text.combine_chunks().dictionary_encode()
    if isinstance(codes, pa.ChunkedArray):
        codes = codes.combine_chunks()
    known = pa.array([read(value) for value in codes.dictionary.to_pylist()], wanted)
    return pa.chunked_array([known.take(codes.indices)])
