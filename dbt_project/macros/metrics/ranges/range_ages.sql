{#-
How long what is open at the end of each of the CTE `periods` has been so, as the CTE `period_ages`. Of everyone it is in
mart_inbox_daily, by the period's last day; of an agent or of chosen threads it is worked out.
-#}
{% macro range_ages(is_slow, dimension=none) -%}
{%- set is_computed = '(' ~ is_slow ~ ' or agent is not null' ~ (" or " ~ dimension ~ " = 'agent'" if dimension else '') ~ ')' %}
balance_days as (
    select
        periods.from_date,
        least(periods.to_date, report.as_of_date) as date
    from periods
    inner join report on true
),

ends as (
    select distinct
        balance_days.date,
        next_days.starts_at as ends_at
    from balance_days
    inner join {{ ref('dim_dates').include(database=false) }} as next_days
        on next_days.date = cast({{ dbt.dateadd('day', 1, 'balance_days.date') }} as date)
    where {{ is_computed }}
),

-- What was over before the first of those days, or began after the last, is of no age on any.
bounds_of_ends as (
    select
        min(date) as first_date,
        max(date) as last_date
    from ends
),

aged_threads as (
    select
        threads.created_at,
        threads.created_date,
        {{ record_kinds().threads.columns.left_backlog_date }} as left_backlog_date,
        {{ value_key('threads', 'assigned_agent_id', dimension=dimension) }} as value_key
    from {{ chosen('fct_threads', is_shared=true) }} as threads
    {{- with_thread_values('threads', dimension) }}
    inner join bounds_of_ends
        on
            threads.created_date <= bounds_of_ends.last_date
            and (threads.closed_date is null or greatest(threads.closed_date, threads.created_date) > bounds_of_ends.first_date)
    where {{ is_computed }} and {{ is_of_agent('threads.assigned_agent_id') }}
),

aged_waits as (
    select
        durations.started_at,
        durations.started_date,
        durations.ended_date,
        {{ value_key('durations', 'assigned_agent_id', dimension=dimension) }} as value_key
    from {{ chosen('fct_durations', is_shared=true) }} as durations
    {{- with_thread_values('durations', dimension) }}
    inner join bounds_of_ends
        on
            durations.started_date <= bounds_of_ends.last_date
            and (durations.ended_date is null or durations.ended_date > bounds_of_ends.first_date)
    where
        {{ is_computed }} and durations.{{ record_kinds().waits.where }}
        and {{ is_of_agent('durations.assigned_agent_id') }}
),

{{ age_ctes() }},

period_ages as (
    select
        balance_days.from_date,
        ages.value_key,
        {%- for name in numbers_of(['age']) %}
        ages.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from balance_days
    inner join ages on balance_days.date = ages.date
    {%- if not dimension %}
    union all
    select
        balance_days.from_date,
        '' as value_key,
        {%- for name in numbers_of(['age']) %}
        mart.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from balance_days
    inner join {{ ref('mart_inbox_daily').include(database=false) }} as mart on balance_days.date = mart.period_start_date
    where not {{ is_computed }}
    {%- endif %}
)
{%- endmacro %}
