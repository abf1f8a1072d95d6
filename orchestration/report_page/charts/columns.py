"""What is drawn, as columns of plain values: a chart has thirty rows, of which frames cost most.

Belongs here: columns of a frame, and what the browser is sent of columns. Does not: what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

import pandas as pd
import pyarrow as pa

Columns = dict[str, list[Any]]
TEXT, NUMBER, FLAG = pa.string(), pa.float64(), pa.bool_()


def columns_of(table: pd.DataFrame) -> Columns:
    """The columns of a frame; what is not known may be None, NaN or NaT, as it is there."""
    return {str(name): table[name].tolist() for name in table}


def is_known(value: Any) -> TypeGuard[Any]:
    """Whether there is a value: NaN and NaT are not even themselves."""
    return value is not None and value == value


def texts_of(columns: Columns) -> pa.Table:
    """The columns that are texts, to be sent: all else of a row is drawn from other tables."""
    return pa.table(
        {
            name: pa.array([value if is_known(value) else None for value in values], TEXT)
            for name, values in columns.items()
            if any(isinstance(value, str) for value in values)
        }
    )


def table_of(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table to be sent."""
    return pa.Table.from_pylist(list(rows), schema)
