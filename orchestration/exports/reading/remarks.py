"""What is legal, or was mended, and still has to be told: counted while a file is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum


class Remark(StrEnum):
    """What was remarked of a value, as manifests keep it."""

    REPAIRED = "repaired"
    WORD_FOR_NOTHING = "word_for_nothing"
    LIST_AS_LABEL = "list_as_label"
    EPOCH = "epoch"
    ESCAPED_QUOTES = "escaped_quotes"


WORDS = {
    Remark.REPAIRED: "whole numbers written with .0, read without it",
    Remark.WORD_FOR_NOTHING: "identifiers that are NULL, None or nan, kept as text",
    Remark.LIST_AS_LABEL: "labels that look like a list",
    Remark.EPOCH: "times of 1970-01-01T00:00:00Z, read as no time",
    Remark.ESCAPED_QUOTES: "quotes escaped by a backslash, read as they stand; write two instead",
}
"""For people; the column stands before them."""

Remarks = Counter[tuple[str, Remark]]
"""How many values of a column were remarked upon."""


def as_json(remarks: Remarks) -> dict[str, dict[str, int]]:
    """Remarks by column, as a manifest keeps them."""
    by_column: dict[str, dict[str, int]] = {}
    for (column_name, remark), count in sorted(remarks.items()):
        if count:
            by_column.setdefault(column_name, {})[remark.value] = count
    return by_column


def from_json(by_column: Mapping[str, Mapping[str, int]]) -> Remarks:
    """The remarks of a manifest; those of another version are left out."""
    known = {remark.value for remark in Remark}
    return Counter(
        {
            (column_name, Remark(remark)): count
            for column_name, counts in by_column.items()
            for remark, count in counts.items()
            if remark in known
        }
    )
