"""Tables as CSV that a spreadsheet shows and does not run.

A label, a name or an identifier is text that somebody outside may have chosen. A spreadsheet takes
a cell that begins like a formula for one, so such a text gets an apostrophe before it, which
spreadsheets show as text. Numbers and dates are left as they are.
"""

from __future__ import annotations

import re

import pandas as pd

# What a spreadsheet may take for the start of a formula, also in its full-width spelling, also
# after spaces or control characters that it drops.
_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@＝＋－＠]|[\t\n]")


def harmless_cell(value: object) -> object:
    """A cell as it may stand in a CSV download: text that begins like a formula is quoted by '.

    A carriage return becomes a line feed: outside quotes it would begin a row, and pandas puts none
    around it.
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if _FORMULA.match(text) else text


def harmless_csv(table: pd.DataFrame) -> str:
    """A table as CSV with a header, without its index; dates as YYYY-MM-DD, texts harmless."""
    columns = {
        name: values.map(harmless_cell)
        if isinstance(values.dtype, pd.StringDtype) or values.dtype == object
        else values
        for name, values in table.items()
    }
    safe = pd.DataFrame(columns, index=table.index)
    safe.columns = [str(harmless_cell(name)) for name in safe.columns]
    text: str = safe.to_csv(index=False, date_format="%Y-%m-%d")
    return text
