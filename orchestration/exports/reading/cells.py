"""What the checks of all kinds of columns share: failures by row, and cells as they were read."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.exports.reading.blocks import Failure

Failures = dict[int, Failure]  # by the row's position in its block
Checked = tuple[pa.ChunkedArray, Failures]
Mask = npt.NDArray[np.bool_]


def series(values: pa.ChunkedArray) -> pd.Series[Any]:
    """A column in pandas, on the same memory."""
    return pd.Series(pd.arrays.ArrowExtensionArray(values))


def mask(flags: Any) -> Mask:
    """Flags of Arrow or pandas as NumPy's; an unknown one is False."""
    if isinstance(flags, pd.Series):
        return flags.fillna(False).to_numpy(dtype=bool)
    return pc.fill_null(flags, False).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def any_of(flags: pa.ChunkedArray) -> bool:
    """Whether a flag is true; unknown ones are not."""
    return bool(pc.any(flags).as_py())


def failures_where(flags: Any, raw: pa.ChunkedArray, words: str) -> Failures:
    """A failure in the given words for each flagged row, with the cell as it was read."""
    rows = np.flatnonzero(mask(flags))
    shown = python_values(raw, rows)
    return {int(row): Failure(words, value) for row, value in zip(rows, shown, strict=True)}


def python_values(raw: pa.ChunkedArray, rows: npt.NDArray[np.int64]) -> list[object]:
    """Some cells as they were read; times as text, which may be too far away for Python."""
    picked = raw.take(pa.array(rows))
    if pa.types.is_timestamp(raw.type):
        picked = pc.cast(picked, pa.string())
    return picked.to_pylist()  # type: ignore[no-any-return]
