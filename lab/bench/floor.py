"""The floor: the same facts and marts by SQL written by hand, straight on the landed Parquet.

No window and no self-join over messages; messages meet the conversations once, and from then on
conversations, agents and users are small integers. It keeps the warehouse's rules (versions, ties,
tombstones, local days), but none of its means: no incremental state, no tests, no contracts.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import duckdb

from lab.bench.floor_facts import facts
from lab.bench.floor_marts import ADDITIVE, cards, marts
from lab.bench.landed import GRAINS, Landed, landed, output_folder
from lab.bench.worker import cpu_seconds

# Beyond what the marts need: what the functions for any range read.
RANGE_TABLES = ("fct_agent_user_days", "fct_user_days")


def rebuild(home: str, target: str, threads: int = 2, memory: str = "14GB") -> dict[str, Any]:
    """Builds every table into target/floor.duckdb; what the marts and the range tables cost."""
    folder = output_folder(target)
    connection = duckdb.connect(str(folder / "floor.duckdb"))
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"set threads = {threads}")
    connection.execute(f"set memory_limit = '{memory}'")
    connection.execute(f"set temp_directory = '{folder / 'spill'}'")
    connection.execute("set preserve_insertion_order = true")
    steps: dict[str, float] = {}
    for name, sql in _statements(landed(home)):
        cpu, wall = cpu_seconds(), time.perf_counter()
        connection.execute(sql)
        for key, cost in (
            (name, cpu_seconds() - cpu),
            (f"{name}_wall", time.perf_counter() - wall),
        ):
            steps[key] = round(steps.get(key, 0.0) + cost, 3)
    connection.close()
    return {
        "range_tables_cpu_seconds": round(sum(steps[name] for name in RANGE_TABLES), 3),
        "range_tables_wall_seconds": round(sum(steps[f"{name}_wall"] for name in RANGE_TABLES), 3),
        "cpu_seconds_by_step": {k: v for k, v in steps.items() if not k.endswith("_wall")},
    }


def _statements(files: Landed) -> list[tuple[str, str]]:
    start = files.as_of_date - timedelta(days=366 * 30)
    statements = [*facts(files, start), *_days(files)]
    for mart, grain in GRAINS.items():
        statements += marts(mart, grain)
    return [*statements, *cards(), *_range_tables()]


def _days(files: Landed) -> list[tuple[str, str]]:
    parts = {
        "select created_date as activity_date, assigned_agent_id as agent_id, "
        "count(*) as new_threads, sum(messages) as thread_messages, "
        "count(*) filter (is_labeled) as labeled_threads, "
        "count(*) filter (is_unanswered) as unanswered_threads, "
        "count(*) filter (is_agent_started) as agent_started_threads, "
        "count(*) filter (status = 'closed') as closed_threads "
        "from fct_threads group by 1, 2": (
            "new_threads", "thread_messages", "labeled_threads", "unanswered_threads",
            "agent_started_threads", "closed_threads",
        ),
        "select created_date as activity_date, first_responder_id as agent_id, "
        "count(*) as responded_threads "
        "from fct_threads where first_response_seconds is not null group by 1, 2": (
            "responded_threads",
        ),
        "select closed_date as activity_date, assigned_agent_id as agent_id, "
        "count(*) as threads_closed from fct_threads where closed_date is not null group by 1, 2": (
            "threads_closed",
        ),
        "select greatest(closed_date, created_date) as activity_date, "
        "assigned_agent_id as agent_id, count(*) as threads_settled "
        "from fct_threads where closed_date is not null group by 1, 2": ("threads_settled",),
        "select sent_date as activity_date, assigned_agent_id as agent_id, count(*) as messages, "
        "count(*) filter (author_type = 'user') as user_messages, "
        "count(*) filter (author_type = 'agent') as agent_messages "
        "from fct_messages where is_counted group by 1, 2": (
            "messages", "user_messages", "agent_messages",
        ),
        "select sent_date as activity_date, agent_id, count(*) as messages_sent "
        "from fct_messages where is_counted and author_type = 'agent' group by 1, 2": (
            "messages_sent",
        ),
        "select rated_date as activity_date, agent_id, count(*) as ratings, "
        "sum(score) as score_sum from fct_ratings group by 1, 2": ("ratings", "score_sum"),
    }  # fmt: skip
    everything = (*ADDITIVE, "score_sum", "threads_settled")
    unioned = " union all ".join(
        "select activity_date, agent_id, "
        + ", ".join(f"{n if n in numbers else 0} as {n}" for n in everything)
        + f" from ({select})"
        for select, numbers in parts.items()
    )
    sums = ", ".join(f"sum({n})::bigint as {n}" for n in everything)
    return [
        (
            "fct_agent_days",
            f"create table fct_agent_days as select activity_date, agent_id, {sums} "
            f"from ({unioned}) group by 1, 2 order by 1, 2",
        ),
        (
            # Users who write in others' conversations are numbered after those of conversations.
            "user_days",
            """
            create temp table other_messages as
            select assigned_agent_id, user_id, sent_date from fct_messages
            where is_counted and user_id is not null and agent_user_day is null
            """,
        ),
        (
            "user_days",
            """
            insert into users
            select user_id, (select coalesce(max(user_number), 0) from users) + row_number() over ()
            from (select distinct user_id from other_messages anti join users using (user_id))
            """,
        ),
        (
            "user_days",
            """
            create temp table agent_user_days as
            with packed as (
                select distinct agent_user_day from (
                    select agent_user_day from fct_messages where agent_user_day is not null
                    union all
                    select agent_user_key + (created_date - date '1900-01-01')
                    from fct_threads where agent_user_key is not null
                    union all
                    select agent_number * 562949953421312 + user_number * 131072
                        + (sent_date - date '1900-01-01')
                    from other_messages
                    join users using (user_id)
                    join assignees
                        on other_messages.assigned_agent_id
                            is not distinct from assignees.assigned_agent_id
                )
            )
            select
                cast(agent_user_day >> 49 as smallint) as agent_number,
                cast((agent_user_day >> 17) & 4294967295 as integer) as user_number,
                date '1900-01-01' + cast(agent_user_day & 131071 as integer) as active_date
            from packed
            """,
        ),
        (
            "user_days",
            "create temp table user_days as "
            "select distinct user_number, active_date from agent_user_days",
        ),
        (
            "user_days",
            "create temp table new_users as select min(active_date) as active_date "
            "from user_days group by user_number",
        ),
        (
            "dim_report",
            f"""
            create table dim_report as
            select date '{files.as_of_date}' as as_of_date, min(activity_date) as first_date,
                greatest(max(activity_date), date '{files.as_of_date}') as last_date
            from fct_agent_days
            """,
        ),
        ("fct_messages", "alter table fct_messages drop column agent_user_day"),
        ("fct_messages", "alter table fct_messages drop column thread_number"),
        ("fct_threads", "alter table fct_threads drop column agent_user_key"),
    ]


def _range_tables() -> list[tuple[str, str]]:
    return [
        (
            "fct_agent_user_days",
            """
            create table fct_agent_user_days as
            select active_date, assigned_agent_id as agent_id, user_id,
                lag(active_date) over (partition by user_number, agent_number order by active_date)
                    as previous_active_date
            from agent_user_days join users using (user_number) join assignees using (agent_number)
            order by active_date
            """,
        ),
        (
            "fct_user_days",
            """
            create table fct_user_days as
            select active_date, user_id,
                lag(active_date) over (partition by user_number order by active_date)
                    as previous_active_date
            from user_days join users using (user_number)
            order by active_date
            """,
        ),
    ]
