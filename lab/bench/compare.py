"""Whether a competitor's marts are the warehouse's, value by value; a comparison is void if not."""

from __future__ import annotations

from pathlib import Path

import duckdb

from lab.bench.landed import GRAINS

MARTS = (
    *(f"mart_{subject}_{mart}" for subject in ("inbox", "agents", "labels") for mart in GRAINS),
    "mart_inbox_cards",
)
# What every competitor computes. Later numbers are the warehouse's alone, and in its cost.
REQUIRED = {
    *("new_threads", "messages", "unique_users", "ratings", "average_rating", "open_threads"),
    *("first_response_seconds_median", "first_response_seconds_p90", "threads_closed"),
    *("closing_seconds_median", "closing_seconds_p90", "unanswered_threads"),
}
KEYS = {
    "inbox": ("period_start_date",),
    "agents": ("period_start_date", "agent_id"),
    "labels": ("period_start_date", "label"),
    "cards": ("card_order",),
}


class Different(AssertionError):
    """A competitor computed something else."""


def assert_same_marts(warehouse: str, competitor: str) -> dict[str, int]:
    """Rows compared by mart. competitor: a DuckDB file, or a folder of Parquet files.

    A competitor may leave out numbers that are not in REQUIRED; the warehouse computes all. Which
    periods are complete hangs on the export days that have come, which competitors do not read.
    Whole numbers, dates and texts must be equal; of doubles the last digits may differ, as sums
    are taken in any order. Raises Different.
    """
    connection = duckdb.connect()
    connection.execute(f"attach '{warehouse}' as ours (read_only)")
    is_file = Path(competitor).is_file()
    if is_file:
        connection.execute(f"attach '{competitor}' as theirs (read_only)")
    rows = {}
    for mart in MARTS:
        other = f"theirs.main.{mart}" if is_file else f"read_parquet('{competitor}/{mart}.parquet')"
        rows[mart] = _assert_same(connection, mart, f"ours.main.{mart}", other)
    return rows


def _assert_same(connection: duckdb.DuckDBPyConnection, mart: str, ours: str, theirs: str) -> int:
    keys = KEYS["cards" if mart.endswith("cards") else mart.split("_")[1]]
    columns = connection.execute(
        f"select column_name, column_type from (describe {ours})"
    ).fetchall()
    computed = {name for name, *_ in connection.execute(f"describe from {theirs}").fetchall()}
    missing = REQUIRED & {name for name, _ in columns} - computed
    if missing:
        raise Different(f"{mart} lacks {', '.join(sorted(missing))}")
    matches = " and ".join(f"o.{key} is not distinct from t.{key}" for key in keys)
    differences = [
        f"abs(o.{name} - t.{name}) > 1e-9 * greatest(abs(o.{name}), 1) "
        f"or (o.{name} is null) <> (t.{name} is null)"
        if kind == "DOUBLE"
        else f"o.{name} is distinct from cast(t.{name} as {kind})"
        for name, kind in columns
        if name in computed and name not in (*keys, "is_complete")
    ]
    # A row that has only numbers which the competitor does not compute is no row of its.
    counts = [name for name, kind in columns if kind == "BIGINT" and name in computed - {*keys}]
    is_counted = " or ".join(f"o.{name} > 0" for name in counts) or "true"
    found = connection.execute(
        f"""
        with o as (select *, true as is_there from {ours}),
        t as (select *, true as is_there from {theirs})
        select o.is_there, t.is_there, {", ".join(f"coalesce(o.{k}, t.{k})" for k in keys)}
        from o full join t on {matches}
        where o.is_there is null or (t.is_there is null and ({is_counted}))
            or (t.is_there and ({" or ".join(differences)}))
        limit 5
        """
    ).fetchall()
    if found:
        raise Different(f"{mart} differs (in ours, in theirs, key): {found}")
    counted = connection.execute(f"select count(*) from {ours}").fetchone()
    return int(counted[0]) if counted else 0
