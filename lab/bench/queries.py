"""The report's queries on the published file, and distinct users with and without previous days."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from lab.bench.landed import GRAINS

_REPETITIONS = 5


def report_queries(published: str, threads: int = 2) -> list[dict[str, Any]]:
    """Wall milliseconds of each query, warm: the median of five after one that is not counted."""
    connection = _open(published, threads)
    first, last, agent, channel, label = _one(
        connection,
        "select first_date, as_of_date, (select agent_id from mart_agents_yearly "
        "where agent_id is not null order by new_threads desc limit 1), "
        "(select channel from mart_channels_yearly order by new_threads desc limit 1), "
        "(select label from mart_labels_yearly order by new_threads desc limit 1) from dim_report",
    )
    filters = {
        "one channel": f"channels := ['{channel}']",
        "one label": f"labels := ['{label}']",
    }
    ranges = {
        "30 days": (last - timedelta(days=29), last),
        "a year": (last - timedelta(days=364), last),
        "all": (first, last),
    }
    measured = []
    for name, (start, end) in ranges.items():
        between = f"date '{start}', date '{end}'"
        calls = {"cards": f"from inbox_cards({between})"}
        for grain in GRAINS.values():
            calls[f"series by {grain}"] = f"from inbox_series('{grain}', {between}, null)"
            calls[f"series by {grain}, one agent"] = (
                f"from inbox_series('{grain}', {between}, '{agent}')"
            )
        calls["agents"] = f"from inbox_agents({between})"
        calls["top labels"] = f"from inbox_top_labels({between}, 10, null)"
        for dimension in ("channel", "agent"):
            calls[f"by {dimension}"] = f"from inbox_breakdown('{dimension}', {between})"
        for filtered, named in filters.items():
            of_filter = {
                "cards": f"inbox_cards({between}, {named})",
                "series by day": f"inbox_series('day', {between}, null, {named})",
                "series by week": f"inbox_series('week', {between}, null, {named})",
                "agents": f"inbox_agents({between}, {named})",
                "top labels": f"inbox_top_labels({between}, 10, null, {named})",
            }
            calls |= {f"{query}, {filtered}": f"from {sql}" for query, sql in of_filter.items()}
        for query, sql in calls.items():
            seconds = _median(time.perf_counter, connection, sql, _REPETITIONS)
            measured.append(
                {"query": query, "range": name, "milliseconds": round(seconds * 1e3, 1)}
            )
    return measured


def distinct_users(published: str, threads: int = 2, repetitions: int = 3) -> list[dict[str, Any]]:
    """CPU seconds of exact distinct users by period over all days, from the published facts.

    previous_days: by each user's previous active day. count_distinct: by count(distinct) over
    conversations and counted messages. Raises ValueError where the two differ.
    """
    connection = _open(published, threads)
    measured = []
    for by_agent in (False, True):
        for grain in (*GRAINS.values(), "all"):
            ours, theirs = _previous_days(grain, by_agent), _count_distinct(grain, by_agent)
            _assert_equal(connection, ours, theirs)
            costs = [
                _median(time.process_time, connection, sql, repetitions) for sql in (ours, theirs)
            ]
            measured.append(
                {
                    "grain": "the whole range" if grain == "all" else grain,
                    "by_agent": by_agent,
                    "previous_days": round(costs[0], 4),
                    "count_distinct": round(costs[1], 4),
                }
            )
    return measured


def _previous_days(grain: str, by_agent: bool) -> str:
    period = _period("active_date", grain)
    agent = "agent_id, " if by_agent else ""
    table = "fct_agent_user_days" if by_agent else "fct_user_days"
    return f"""
        select {agent}{period} as period, count(*) as users from {table}
        where previous_active_date is null or previous_active_date < {period}
        group by all
    """


def _count_distinct(grain: str, by_agent: bool) -> str:
    agent = "assigned_agent_id as agent_id, " if by_agent else ""
    return f"""
        select {"agent_id, " if by_agent else ""}{_period("day", grain)} as period,
            count(distinct user_id) as users
        from (
            select {agent}user_id, created_date as day from fct_threads where user_id is not null
            union all
            select {agent}user_id, sent_date as day from fct_messages
            where is_counted and user_id is not null
        )
        group by all
    """


def _period(day: str, grain: str) -> str:
    if grain == "all":
        return "date '1900-01-01'"
    return day if grain == "day" else f"cast(date_trunc('{grain}', {day}) as date)"


def _assert_equal(connection: duckdb.DuckDBPyConnection, ours: str, theirs: str) -> None:
    different = _one(
        connection,
        f"select count(*) from (({ours} except {theirs}) union all ({theirs} except {ours}))",
    )[0]
    if different:
        raise ValueError(f"{different} counts of distinct users differ: {ours}")


def _median(
    clock: Callable[[], float], connection: duckdb.DuckDBPyConnection, sql: str, repetitions: int
) -> float:
    connection.execute(sql).fetchall()
    costs = []
    for _ in range(repetitions):
        started = clock()
        connection.execute(sql).fetchall()
        costs.append(clock() - started)
    return statistics.median(costs)


def _open(published: str, threads: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(Path(published)), read_only=True, config={"threads": threads})
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = connection.execute(sql).fetchone()
    if row is None:
        raise ValueError(f"No row: {sql}")
    return tuple(row)
