"""Tables as CSV that a spreadsheet shows and does not run.

A label, a name or an identifier is text that somebody outside may have chosen. A spreadsheet takes
a cell that begins like a formula for one, so such a text gets an apostrophe before it, which
spreadsheets show as text. Numbers and dates are left as they are.
"""

from __future__ import annotations

import re

import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

# What begins a cell: the text, and what follows a sign by which spreadsheets of other countries
# part cells, by which a paste does, or that breaks a line.
_START = r"(?:^|(?<=[;\t\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]))"
# Blanks, also those of no width, control characters and quotes, which a spreadsheet may drop.
_DROPPED = (
    r"[\s\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\"]*"
)
# The start of a formula, also in the full-width and small spellings.
_SIGN = r"[=+\-@＝＋－＠﹦﹢﹣﹫\u2212]"
_FORMULA = re.compile(rf"{_START}(?={_DROPPED}{_SIGN})|^(?=[\t\n])")


def harmless_cell(value: object) -> object:
    """A cell as it may stand in a CSV download: what begins like a formula is led by an apostrophe.

    A carriage return becomes a line feed: outside quotes it would begin a row, and pandas puts none
    around it.
    """
    if not isinstance(value, str):
        return value
    return _FORMULA.sub("'", value.replace("\r\n", "\n").replace("\r", "\n"))


def harmless_csv(table: pd.DataFrame) -> str:
    """A table as CSV with a header, without its index; dates as YYYY-MM-DD, texts harmless."""
    columns = {
        name: values
        if is_numeric_dtype(values) or is_datetime64_any_dtype(values)
        else values.astype(object).map(harmless_cell)
        for name, values in table.items()
    }
    safe = pd.DataFrame(columns, index=table.index)
    safe.columns = [str(harmless_cell(name)) for name in safe.columns]
    text: str = safe.to_csv(index=False, date_format="%Y-%m-%d")
    return text
