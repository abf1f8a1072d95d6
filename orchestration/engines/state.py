"""What batches the tables of a warehouse have had, as each engine notes it beside them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.engines.warehouse_file import looked_at


@dataclass(frozen=True)
class ModelState:
    """What a table has had: the fingerprint it was built by, the last batch, and how it got that.

    action: built (anew) or applied (only the changes). version: another one after each;
    previous_version: the one that the changes were applied to. rows_written: the table's, or those
    that changed, old and new.
    """

    fingerprint: str
    batch_number: int
    action: str
    version: str
    previous_version: str | None
    rows_written: int


STATE_COLUMNS = {
    "model_name": "varchar",
    "fingerprint": "varchar",
    "batch_number": "bigint",
    "action": "varchar",
    "version": "varchar",
    "previous_version": "varchar",
    "rows_written": "bigint",
}
"""The columns of `load_state.models`, as the macro `create_load_state` makes them."""


def read_states(database: Path) -> dict[str, ModelState]:
    """By model: what its table has had; of a missing or unreadable database, nothing."""
    if not database.exists():
        return {}
    try:
        with looked_at(database) as connection:
            rows = connection.execute(
                "select model_name, fingerprint, batch_number, action, version, previous_version, "
                "rows_written from load_state.models semi join ("
                "select table_name as model_name from duckdb_tables() "
                "union select view_name from duckdb_views()) using (model_name)"
            ).fetchall()
    except duckdb.CatalogException:
        return {}
    return {name: ModelState(*state) for name, *state in rows}
