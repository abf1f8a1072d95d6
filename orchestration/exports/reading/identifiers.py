"""One spelling for one identifier, whatever wrote the file: 12, 12.0 and 12.000000000 are 12.

Whatever compares identifiers that were delivered uses these functions; how long one may be, and
what becomes of a user's, does not belong here.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

_WHOLE = re.compile(r"(-?[0-9]+)\.0+", re.ASCII)
_WHOLE_IN_COLUMN = r"^-?[0-9]+\.0+$"
_FRACTION = r"\.0+$"
_MINUS_ZERO = r"^-(0+)$"
# What programs write for no value; as text they may be identifiers, so they are only told.
_WORDS_FOR_NOTHING = pa.array(["NULL", "Null", "null", "None", "none", "nan", "NaN", "NAN", "<NA>"])


def one_spelling(identifier: str) -> str:
    """An identifier as it lands: a whole number without the fraction that a program gave it."""
    match = _WHOLE.fullmatch(identifier)
    if match is None:
        return identifier
    return match[1].removeprefix("-") if not match[1].strip("-0") else match[1]


def in_one_spelling(identifiers: pa.ChunkedArray) -> tuple[pa.ChunkedArray, int]:
    """The same for a column, and how many of its values were spelled otherwise."""
    if not pc.any(pc.match_substring(identifiers, ".0")).as_py():
        return identifiers, 0
    is_whole = pc.match_substring_regex(identifiers, _WHOLE_IN_COLUMN)
    changed = pc.sum(is_whole).as_py() or 0
    if not changed:
        return identifiers, 0
    whole = pc.replace_substring_regex(identifiers, _FRACTION, "")
    whole = pc.replace_substring_regex(whole, _MINUS_ZERO, r"\1")
    return pc.if_else(pc.fill_null(is_whole, False), whole, identifiers), changed


def count_words_for_nothing(identifiers: pa.ChunkedArray) -> int:
    """How many are a program's word for no value, such as NULL or nan."""
    return pc.sum(pc.is_in(identifiers, value_set=_WORDS_FOR_NOTHING)).as_py() or 0
