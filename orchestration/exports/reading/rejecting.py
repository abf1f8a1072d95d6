"""Rows for quarantine: why each is set aside, and what of it may be shown.

A text in a CSV file, a message's body or what an unknown column holds, may have no quotes around
it. It then goes on in the cells after it, and behind a line break in rows of its own, which may
look like any row. So in a file with such a column nothing is shown but cells of strict forms that
are right themselves, and once a text is seen to have broken out, every row after it is set aside.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from orchestration.exports.reading.blocks import (
    Block,
    Failure,
    TextColumns,
    UnparsedRow,
    row_text,
    shorten,
)
from orchestration.exports.reading.cells import Failures, python_values
from orchestration.exports.reading.identifiers import one_spelling
from orchestration.exports.reading.schema import Contract, Kind

_SHOWN_CHARACTERS = 60
_TIME = re.compile(
    r"\d{4}-[01]\d-[0-3]\d[T ][0-2]\d(?::[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?)?"
    r"(?:Z|[+-][0-2]\d(?::?[0-5]\d)?)?",
    re.ASCII,
)
_STRICT_KINDS = (Kind.TIMESTAMP, Kind.CHOICE, Kind.BOOLEAN, Kind.INTEGER)
_WORD = re.compile(r"[^\W\d_]{2,}")
_BEGUN = "comes before a piece of a text without quotes, which may have begun in it"
_YEAR = re.compile(r"\d{4}")
_NULL_WORDS = frozenset({"null", "none", "nan", "nat", "n/a", "na", "undefined"})


_NO_TEXTS = TextColumns(frozenset())


@dataclass(frozen=True)
class RejectedRow:
    """A row for quarantine: where it stands, the first column that fails, why, and its text."""

    row_number: int
    line_number: int | None
    column_name: str | None
    reason: str
    row_text: str | None
    record_key: str | None = None  # a hash, of a key that surely is one
    record_version: datetime | None = None


def rejected_rows(
    block: Block,
    contract: Contract,
    failures: Mapping[str, Failures],
    values: Mapping[str, pa.ChunkedArray],
) -> tuple[list[RejectedRow], npt.NDArray[np.bool_]]:
    """The rows of a block that are set aside, in order, and which of those taken apart are good.

    failures: of each column, in the order in which the first one counts. values: the columns as
    they were read.
    """
    failed: dict[int, tuple[str | None, Failure]] = {}
    for name, of_column in failures.items():
        for row, failure in of_column.items():
            failed.setdefault(row, (name, failure))
    in_texts = dict(_rows_in_texts(block))
    for row, words in in_texts.items():
        failed.setdefault(row, (None, Failure(words)))
    rows = _Rows(block, contract, failures, values, frozenset(in_texts))
    if block.texts is not None:
        begun = rows.note_break(block.texts, sorted(failed))
        if begun is not None:
            failed.setdefault(begun, (None, Failure(_BEGUN)))
        for row in _rows_after(block, block.texts):
            failed.setdefault(row, (None, Failure(_after(block.texts))))
    rejected = [rows.unparsed(row) for row in block.unparsed]
    rejected += rows.failed(dict(sorted(failed.items())))
    is_good = np.ones(block.rows, dtype=bool)
    is_good[list(failed)] = False
    return sorted(rejected, key=lambda row: row.row_number), is_good


def _rows_in_texts(block: Block) -> Iterator[tuple[int, str]]:
    """Rows of JSON between a line that ends within a text and one that is the rest of a text."""
    begun: int | None = None
    for unparsed in block.unparsed:
        if unparsed.begins_text:
            begun = unparsed.row_number if begun is None else begun
        elif begun is not None and unparsed.ends_text:
            first, last = np.searchsorted(block.row_numbers, [begun, unparsed.row_number])
            words = (
                f"stands in a text that line breaks of rows {begun} to {unparsed.row_number} part"
            )
            yield from ((int(row), words) for row in range(first, last))
            begun = None


def hash_of_key(key: object) -> str | None:
    """What is kept of the key of a row set aside, to know its record when it comes again."""
    if key is None or key == "":
        return None
    return hashlib.sha256(one_spelling(str(key)).encode()).hexdigest()


def _rows_after(block: Block, texts: TextColumns) -> list[int]:
    """The positions of the rows that come after the one at which a text broke out."""
    if texts.broke_at is None:
        return []
    return [int(row) for row in np.flatnonzero(block.row_numbers > texts.broke_at)]


def _after(texts: TextColumns) -> str:
    return f"comes after row {texts.broke_at}, where a text without quotes broke out of its cell"


@dataclass(frozen=True)
class _Rows:
    """The rows of a block, and what is wrong with their cells."""

    block: Block
    contract: Contract
    failures: Mapping[str, Failures]
    values: Mapping[str, pa.ChunkedArray]
    in_texts: frozenset[int]

    def note_break(self, texts: TextColumns, failed: list[int]) -> int | None:
        """Note the first row of the block at which a text broke out of its cell, if it is new.

        Gives the position of the row before it, where that may have begun with the same text and
        has landed columns in which any piece of it would be right.
        """
        if texts.broke_at is not None:
            return None
        breaks = {row.row_number: self._is_piece(row.cells) for row in self.block.unparsed[:1]}
        for row, cells in self._cells(failed):
            if self._is_broken_off(row, cells, texts):
                number = int(self.block.row_numbers[row])
                breaks[number] = self._is_piece(self._right(row, cells))
                break
        texts.broke_at = min(breaks, default=None)
        after = self.block.next_unparsed
        if texts.broke_at is None and after is not None:
            breaks = {after.row_number: self._is_piece(after.cells)}
        if not breaks or not breaks[first := min(breaks)]:
            return None
        before = [int(row) for row in np.flatnonzero(self.block.row_numbers == first - 1)]
        return next(
            (row for row, cells in self._cells(before) if _may_end_in(cells, texts, self.contract)),
            None,
        )

    def _is_piece(self, cells: Mapping[str, object] | None) -> bool:
        """Whether a row begins no record: nothing of a strict form is right in it."""
        return not self._strict(cells or {})

    def _is_broken_off(self, row: int, cells: Mapping[str, object], texts: TextColumns) -> bool:
        """Whether words stand where only times, choices and numbers may, and nothing right does.

        In the cells after the text, it goes on there; in all, the row is a piece of a text.
        """
        given = [
            column.name
            for column in self.contract.landed_columns
            if column.kind in _STRICT_KINDS
            and column.name != "body_length"  # the body's own by now
            and cells.get(column.name) is not None
        ]
        after = [name for name in given if name in texts.after]
        return any(
            bool(names)
            and all(row in self.failures[name] for name in names)
            and any(_reads_as_words(str(cells[name])) for name in names)
            for names in (after, given)
        )

    def failed(self, failed: Mapping[int, tuple[str | None, Failure]]) -> Iterator[RejectedRow]:
        """The rows at these positions, set aside."""
        line_numbers = self.block.line_numbers(np.array(list(failed), dtype=np.int64))
        for (row, cells), line_number in zip(self._cells(list(failed)), line_numbers, strict=True):
            column_name, failure = failed[row]
            shown = self._shown(row, cells)
            value = ""
            if shown is not None and failure.value is not None and self._may_show(column_name):
                value = f"{shorten(str(failure.value), _SHOWN_CHARACTERS)!r} "
            yield RejectedRow(
                int(self.block.row_numbers[row]),
                line_number,
                column_name,
                f"{value}{failure.words}",
                row_text(shown) if shown else None,
                self._record_key(row, cells) if shown else None,
                self._record_version(row),
            )

    def unparsed(self, row: UnparsedRow) -> RejectedRow:
        """A row that could not be taken apart, set aside."""
        cells: Mapping[str, object] = row.cells or {}
        if self.block.texts is not None:
            cells = self._strict(cells) if not self._is_after_break(row.row_number) else {}
        elif self.block.may_hold_text and not self._strict(cells):
            cells = {}
        if not cells:
            return RejectedRow(row.row_number, row.line_number, None, row.reason, None)
        key = hash_of_key((row.cells or {}).get(self.contract.key))  # never one after a text
        return RejectedRow(row.row_number, row.line_number, None, row.reason, row_text(cells), key)

    def _record_key(self, row: int, cells: Mapping[str, object]) -> str | None:
        name = self.contract.key
        if row in self._failures_of(name) or name in (self.block.texts or _NO_TEXTS).after:
            return None
        return hash_of_key(cells.get(name))

    def _record_version(self, row: int) -> datetime | None:
        """How new the record is; None where that cannot be read."""
        for name in self.contract.version_columns:
            if row in self._failures_of(name):
                return None
            if (moment := self.values[name][row].as_py()) is not None:
                return moment  # type: ignore[no-any-return]
        return None

    def _cells(self, rows: list[int]) -> Iterator[tuple[int, dict[str, object]]]:
        """Rows by their positions, with the cells of their known columns."""
        names = [c.name for c in self.contract.landed_columns if c.name in self.block.columns]
        places = np.array(rows, dtype=np.int64)
        columns = (python_values(self.block.columns[name], places) for name in names)
        for row, values in zip(rows, zip(*columns, strict=True), strict=True):
            yield row, dict(zip(names, values, strict=True))

    def _shown(self, row: int, cells: Mapping[str, object]) -> Mapping[str, object] | None:
        """The cells of a row that may be shown; None for a row of which nothing may be told."""
        if row in self.in_texts:
            return None
        if self.block.texts is None:
            is_surely_a_row = not self.block.may_hold_text or self._strict(cells)
            return cells if is_surely_a_row else None
        if self._is_after_break(int(self.block.row_numbers[row])):
            return None
        return self._strict(self._right(row, cells))

    def _right(self, row: int, cells: Mapping[str, object]) -> dict[str, object]:
        """The cells that passed their checks."""
        return {name: cell for name, cell in cells.items() if row not in self._failures_of(name)}

    def _strict(self, cells: Mapping[str, object]) -> dict[str, object]:
        """The cells that are a time, a choice or a boolean, as a piece of a text would not be."""
        return {
            name: value for name, value in cells.items() if _is_no_prose(value, self.contract, name)
        }

    def _failures_of(self, name: str) -> Failures:
        return self.failures.get(name, {})

    def _is_after_break(self, row_number: int) -> bool:
        texts = self.block.texts
        return texts is not None and texts.broke_at is not None and row_number > texts.broke_at

    def _may_show(self, column_name: str | None) -> bool:
        """Whether the value that failed may be told: it names no user and is no piece of a text."""
        if self.block.texts is not None or column_name is None:
            return False
        return not self.contract.by_name[column_name].names_user


def _is_no_prose(value: object, contract: Contract, name: str) -> bool:
    """Whether a cell has a form that a piece of somebody's text has not; a number might be one."""
    column = contract.by_name[name]
    if not isinstance(value, str):
        return False
    return (
        (column.kind is Kind.TIMESTAMP and _TIME.fullmatch(value) is not None)
        or (column.kind is Kind.CHOICE and value in column.choices)
        or (column.kind is Kind.BOOLEAN and value.lower() in ("true", "false"))
    )


def _may_end_in(cells: Mapping[str, object], texts: TextColumns, contract: Contract) -> bool:
    """Whether a row may end in a piece of a text, and hold it where any text is right."""
    kinds = {contract.by_name[name].kind for name in texts.after if cells.get(name) is not None}
    return not kinds & {*_STRICT_KINDS} and bool(kinds)


def _reads_as_words(value: str) -> bool:
    """Whether a cell looks less like a mistaken time or number than like somebody's words."""
    if value.strip().lower() in _NULL_WORDS or _YEAR.search(value):
        return False
    return _WORD.search(value) is not None
