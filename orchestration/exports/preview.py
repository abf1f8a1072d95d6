"""A short look at a day's rejected rows that anybody may see: where they are and why.

It goes into Dagster's metadata, which outlives retention and erasures: no value, no text.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet

from orchestration.exports.manifest import DayManifest
from orchestration.exports.quarantine import reason_kind

PREVIEW_ROWS = 20
PREVIEW_COLUMNS = ("file_name", "row_number", "line_number", "column_name", "reason")


def preview_rejected(
    raw: Path, manifest: DayManifest, entity: str | None = None
) -> list[dict[str, str | int | None]]:
    """The first 20 rejected rows of a day, of one entity or of all: PREVIEW_COLUMNS of each.

    The row's own text is not read, and of its reason the value is left out.
    """
    if manifest.quarantine is None:
        return []
    table = pyarrow.parquet.read_table(
        raw / manifest.quarantine, columns=["entity", *PREVIEW_COLUMNS]
    )
    if entity is not None:
        table = table.filter(pc.equal(table["entity"], entity))
    rows: list[dict[str, str | int | None]] = (
        table.select(list(PREVIEW_COLUMNS)).slice(0, PREVIEW_ROWS).to_pylist()
    )
    return [{**row, "reason": reason_kind(str(row["reason"]))} for row in rows]
