"""What is kept of a source past its time: superseded versions of records go, as they do in raw.

A version that is superseded among some imports stands in no set of imports that holds those, so the
folds stay what they were.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb

from orchestration.machine.sql import literal, literal_path, quoted

from . import keeping
from .keeping import SourceState
from .language import literal_paths
from .model import Kept, Kind


def close_imports(
    folder: Path, kind: Kind, state: SourceState, retention_days: int | None
) -> SourceState:
    """Drop what imports of days past their time superseded among themselves; the state after."""
    if retention_days is None or state.last_day is None:
        return state
    closed = _last_closed(state, state.last_day - timedelta(days=retention_days))
    if closed <= state.closed:
        return state
    with duckdb.connect() as connection:
        for kept in kind.kept:
            _drop_superseded(connection, kept, keeping.kept_files(folder, kept, closed))
    days = {number: day for number, day in state.days.items() if number > closed}
    return state.model_copy(update={"closed": closed, "days": days})


def _last_closed(state: SourceState, first_kept: date) -> int:
    return max((n for n, day in state.days.items() if day < first_kept), default=0)


def _drop_superseded(connection: duckdb.DuckDBPyConnection, kept: Kept, files: list[Path]) -> None:
    if len(files) < 2:
        return
    key = ", ".join(quoted(column) for column in kept.key)
    rows = f"read_parquet({literal_paths(files)}, filename = true, file_row_number = true)"
    connection.execute(
        f"""
        create or replace temp table superseded as
        with record as (select * from {rows} where {quoted(kept.key[0])} is not null),
        repeated as (select {key} from record group by {key} having count(*) > 1)

        select filename, file_row_number
        from record
        semi join repeated using ({key})
        qualify row_number() over (partition by {key} order by {keeping.newest_first(kept)}) > 1
        """
    )
    named = connection.execute("select distinct filename from superseded").fetchall()
    for name in sorted(str(row[0]) for row in named):
        keeping.replace_file(
            connection,
            Path(name),
            f"""
            select * exclude (file_row_number)
            from read_parquet({literal_path(name)}, file_row_number = true)
            where file_row_number not in (
                select file_row_number from superseded where filename = {literal(name)}
            )
            """,
        )
