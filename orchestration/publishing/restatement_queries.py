"""What a published file is asked of its log of restatements."""

from __future__ import annotations

HAS_LOG = "from duckdb_tables() where table_name = 'fct_restatements'"
HAS_ROWS = "from fct_restatements limit 1"
RESTATEMENTS = """
    with asked as (
        select ?::date as first, ?::date as last, ?::varchar as agent, ?::varchar as name
    )

    select restatements.*
    from fct_restatements as restatements, asked
    where (asked.last is null or period_start_date <= asked.last)
        and (
            asked.first is null
            or case when table_name like '%monthly'
                then last_day(period_start_date) else period_start_date end >= asked.first
        )
        and (
            asked.agent is null
            or (table_name like 'mart_agents%' and coalesce(agent_id, '') = asked.agent)
        )
        and (asked.name is null or publication_id = asked.name)
    order by
        published_at desc, threads_changed desc,
        abs(value_after - value_before) / greatest(abs(value_after), abs(value_before)) desc
            nulls last,
        table_name, period_start_date, agent_id nulls first, number
"""

# The grains whose cells are logged, with the word that their marts end with.
LOGGED = {"day": "daily", "month": "monthly"}

MOVED_DAYS = """
    with cells as (
        select
            period_start_date, number, agent_id, publication_id, table_name, as_of_date_before,
            value_before, value_after, published_at
        from fct_restatements
        where table_name = ? and agent_id is not distinct from ?
            and period_start_date between ?::date and ?::date
    ),

    days as (
        select
            number, period_start_date, min(as_of_date_before) as first_as_of_date,
            first(value_before order by published_at) as first_value,
            last(value_after order by published_at) as value
        from cells
        group by all
        having first_value is distinct from value
    ),

    threads as (
        select number, count(distinct thread_id) as threads
        from cells
        inner join days using (number, period_start_date)
        inner join restated_threads
            using (publication_id, table_name, period_start_date, number)
        where cells.agent_id is not distinct from restated_threads.agent_id
        group by all
    )

    select
        number, count(*) as days, sum(coalesce(value, 0) - coalesce(first_value, 0)) as change,
        max(first_as_of_date) as last_as_of_date, coalesce(any_value(threads), 0) as threads
    from days
    left join threads using (number)
    group by all
    order by number
"""

MOVES = """
    with cells as (
        from fct_restatements
        where table_name = ? and agent_id is not distinct from ?
    ),

    threads as (
        select
            period_start_date, number, count(distinct thread_id) as threads
        from cells
        inner join restated_threads
            using (publication_id, table_name, period_start_date, number)
        where cells.agent_id is not distinct from restated_threads.agent_id
        group by all
    )

    select
        cells.period_start_date, cells.number,
        first(value_before order by published_at) as first_value,
        last(value_after order by published_at) as value,
        min(as_of_date_before) as first_as_of_date, max(published_at) as moved_at,
        coalesce(any_value(threads.threads), 0) as threads
    from cells
    left join threads using (period_start_date, number)
    group by all
    having first_value is distinct from value
    order by period_start_date, number
"""
