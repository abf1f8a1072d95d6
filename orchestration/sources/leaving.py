"""Groups of a desk that are never imported: what of their conversations was read goes again.

Of such a conversation nothing stays but that it is there, in which version and in which group: a
connector may bring its messages later and without it, and it may leave that group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from orchestration.machine.sql import literal_path, quoted

from . import keeping
from .language import literals
from .model import Kept, Kind


def find_left_out(
    connection: duckdb.DuckDBPyConnection, kind: Kind, names: Sequence[str], schema: str
) -> bool:
    """Table `left_out`: the threads that are in a group of these, by their newest records.

    Whether there is one.
    """
    selects = ["select null::varchar as thread_id where false"]
    if kind.leaves_out is not None and names:
        kept = {kept.name: kept for kept in kind.kept}
        selects = [
            _in_groups(kind, kept[stream], names, schema) for stream in kind.leaves_out.streams
        ]
    connection.execute(f"create or replace temp table left_out as {' union '.join(selects)}")
    return connection.execute("select 1 from left_out limit 1").fetchone() is not None


def _in_groups(kind: Kind, kept: Kept, names: Sequence[str], schema: str) -> str:
    assert kind.leaves_out is not None
    key = quoted(kept.key[0])
    chosen = literals(name.lower() for name in names)
    return f"""
        select thread_id
        from (
            select {key} as thread_id, {quoted(kind.leaves_out.column)} as group_id
            from {schema}.{quoted(kept.name)}
            qualify row_number() over (partition by {key} order by {keeping.newest_first(kept)}) = 1
        )
        where list_contains({chosen}, lower(group_id))
            or group_id in (
                select id
                from {schema}.{quoted(kind.leaves_out.groups)}
                where list_contains({chosen}, lower(name))
            )
    """


def strip_left_out(
    connection: duckdb.DuckDBPyConnection, kind: Kind, files: Iterable[tuple[Kept, Path]]
) -> None:
    """Take the threads of `left_out` out of kept files; files that have none are left alone."""
    for kept, path in files:
        if kept.thread is None:
            continue
        scan = f"read_parquet({literal_path(path)})"
        is_out = f"{quoted(kept.thread)} in (select thread_id from left_out)"
        select = _stripped(kind, kept, scan, is_out)
        found = f"select 1 from {scan} where {is_out} limit 1"
        if connection.execute(found).fetchone() is not None:
            keeping.replace_file(connection, path, select)


def _stripped(kind: Kind, kept: Kept, scan: str, is_out: str) -> str:
    assert kind.leaves_out is not None
    if kept.name not in kind.leaves_out.streams:
        return f"select * from {scan} where coalesce(not {is_out}, true)"
    stays = {*kept.key, *kept.newest, kind.leaves_out.column}
    emptied = ", ".join(
        f"case when not {is_out} then {quoted(name)} end as {quoted(name)}"
        for name in kept.columns
        if name not in stays
    )
    return f"select * replace ({emptied}) from {scan}"


def strip_kept(folder: Path, kind: Kind, names: Sequence[str], number: int) -> None:
    """The same for all that is kept of a source, up to an import."""
    if kind.leaves_out is None or not names:
        return
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        keeping.make_views(connection, kind, folder, number + 1, folder / "none")
        if not find_left_out(connection, kind, names, "before"):
            return
        strip_left_out(
            connection,
            kind,
            [
                (kept, path)
                for kept in kind.kept
                for path in keeping.kept_files(folder, kept, number)
            ],
        )
