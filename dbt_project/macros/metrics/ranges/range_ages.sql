{#-
How long what is open at the end of each of the CTE `periods` has been so, as the CTE `ages`. Of everyone it is in
mart_inbox_daily, by the period's last day; of an agent or of chosen threads it is worked out.
-#}
{% macro range_ages(is_slow, dimension=none) -%}
{%- set is_computed = '(' ~ is_slow ~ ' or agent is not null' ~ (" or " ~ dimension ~ " = 'agent'" if dimension else '') ~ ')' %}
ends as (
    select
        periods.from_date,
        balance_days.date as balance_date,
        next_days.starts_at as ends_at
    from periods
    inner join report on true
    inner join {{ ref('dim_dates').include(database=false) }} as balance_days
        on balance_days.date = least(periods.to_date, report.as_of_date)
    inner join {{ ref('dim_dates').include(database=false) }} as next_days
        on next_days.date = cast({{ dbt.dateadd('day', 1, 'balance_days.date') }} as date)
),

open_threads as (
    select
        ends.from_date,
        {{ value_key('threads', false, dimension, 'assigned_agent_id', 'chosen_threads.thread_value') }} as value_key,
        {{ seconds_between('threads.created_at', 'ends.ends_at') }} as age
    from {{ ref('fct_threads').include(database=false) }} as threads
    {{- thread_values('threads', dimension) }}
    inner join ends
        on threads.created_date <= ends.balance_date
        and (threads.closed_date is null or greatest(threads.closed_date, threads.created_date) > ends.balance_date)
    where {{ is_computed }} and {{ is_chosen('threads.thread_id') }} and {{ is_of_agent('threads.assigned_agent_id') }}
),

running_waits as (
    select
        ends.from_date,
        {{ value_key('durations', false, dimension, 'assigned_agent_id', 'chosen_threads.thread_value') }} as value_key,
        {{ seconds_between('durations.started_at', 'ends.ends_at') }} as age
    from {{ ref('fct_durations').include(database=false) }} as durations
    {{- thread_values('durations', dimension) }}
    inner join ends
        on durations.started_date <= ends.balance_date
        and (durations.ended_date is null or durations.ended_date > ends.balance_date)
    where
        {{ is_computed }} and durations.measure = 'reply'
        and {{ is_chosen('durations.thread_id') }} and {{ is_of_agent('durations.assigned_agent_id') }}
),

ages as (
    select
        coalesce(open_ages.from_date, wait_ages.from_date) as from_date,
        coalesce(open_ages.value_key, wait_ages.value_key) as value_key,
        wait_ages.longest_wait_seconds,
        open_ages.backlog_age_seconds_median,
        open_ages.backlog_age_seconds_p90
    from (
        select
            from_date,
            value_key,
            {{ exact_quantile('age', 0.5) }} as backlog_age_seconds_median,
            {{ exact_quantile('age', 0.9) }} as backlog_age_seconds_p90
        from open_threads
        group by from_date, value_key
    ) as open_ages
    full outer join (
        select
            from_date,
            value_key,
            max(age) as longest_wait_seconds
        from running_waits
        group by from_date, value_key
    ) as wait_ages
        on open_ages.from_date = wait_ages.from_date and open_ages.value_key = wait_ages.value_key
    {%- if not dimension %}
    union all
    select
        ends.from_date,
        '' as value_key,
        mart.longest_wait_seconds,
        mart.backlog_age_seconds_median,
        mart.backlog_age_seconds_p90
    from ends
    inner join {{ ref('mart_inbox_daily').include(database=false) }} as mart on mart.period_start_date = ends.balance_date
    where not {{ is_computed }}
    {%- endif %}
)
{%- endmacro %}
