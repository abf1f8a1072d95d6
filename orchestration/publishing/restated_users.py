"""The conversations by which users came to be counted in a cell, or no longer are."""

from __future__ import annotations

import duckdb

from orchestration.publishing.restated_moves import ChangedFacts, by_period


def find_activities(connection: duckdb.DuckDBPyConnection, facts: ChangedFacts) -> None:
    """Makes `activities`: the users of changed conversations by day and assignee, as `moves`."""
    queries = (
        f"select thread_id, user_id, {day} as day, assigned_agent_id as agent_id, "
        "case when is_after then 1 else -1 end as amount "
        f"from ({facts.rows(connection, fact)}) as changed where user_id is not null{counted}"
        for fact, day, counted in (
            ("fct_threads", "created_date", ""),
            ("fct_messages", "sent_date", " and is_counted"),
        )
    )
    connection.execute(
        "create or replace temp table activities as "
        "select thread_id, user_id, day, agent_id, sum(amount) as amount "
        f"from ({' union all '.join(queries)}) as added group by all having sum(amount) <> 0"
    )


def pair_unique_users(connection: duckdb.DuckDBPyConnection) -> None:
    """The conversations by which a user came to be one of a cell's, or no longer is."""
    connection.execute(
        f"""
        insert into restated_pairs
        with candidates as (
            select distinct
                cells.table_name, cells.period_start_date, cells.period_end_date, cells.is_agent,
                cells.agent_id, moved.user_id, moved.thread_id
            from restated_cells as cells
            inner join ({by_period("activities")}) as moved
                on cells.grain = moved.grain and cells.period_start_date = moved.period_start_date
                and cells.is_agent = moved.is_agent
                and cells.agent_id is not distinct from moved.agent_id
            where cells.number = 'unique_users'
        ),
        {_members("was", "before")},
        {_members("now", "warehouse")}
        select distinct table_name, period_start_date, agent_id, 'unique_users', thread_id
        from candidates
        where {_is_member("was")} <> {_is_member("now")}
        """
    )


def _members(name: str, database: str) -> str:
    """The candidates who are among the users of their cell in one of the two databases."""
    return f"""
        {name} as (
            select distinct
                table_name, period_start_date, coalesce(candidates.agent_id, '') as agent, user_id
            from candidates
            inner join (
                select active_date, user_id, agent_id, true as is_agent
                from {database}.main.fct_agent_user_days
                union all
                select active_date, user_id, null, false from {database}.main.fct_user_days
            ) as days using (user_id, is_agent)
            where candidates.agent_id is not distinct from days.agent_id
                and days.active_date between candidates.period_start_date
                    and candidates.period_end_date
        )
    """


def _is_member(name: str) -> str:
    return (
        "(table_name, period_start_date, coalesce(agent_id, ''), user_id) in "
        f"(select table_name, period_start_date, agent, user_id from {name})"
    )


def pair_new_users(connection: duckdb.DuckDBPyConnection) -> None:
    """The conversations that a user's first activity was in, or is in now, where its day moved."""
    firsts = ", ".join(
        f"""
        {name} as (
            select user_id, active_date as day from {database}.main.fct_user_days
            where previous_active_date is null
                and user_id in (select user_id from activities)
        )
        """
        for name, database in (("was", "before"), ("now", "warehouse"))
    )
    connection.execute(
        f"""
        insert into restated_pairs
        with {firsts},
        moved as (
            select
                user_id, was.day as was, now.day as now, least(was.day, now.day) as earlier
            from was full join now using (user_id)
            where was.day is distinct from now.day
        )
        select distinct cells.table_name, cells.period_start_date, null, cells.number, thread_id
        from restated_cells as cells
        inner join moved
            on coalesce(moved.was between cells.period_start_date and cells.period_end_date, false)
            <> coalesce(moved.now between cells.period_start_date and cells.period_end_date, false)
        inner join activities
            on moved.user_id = activities.user_id and moved.earlier = activities.day
        where cells.number = 'new_users'
        """
    )
