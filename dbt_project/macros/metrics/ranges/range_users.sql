{#-
The distinct users of the CTE `periods`, as the CTE `users`. Users of everyone or of an agent are the rows of user days that
are the first since the period's first day; of whole periods of a grain they lie ready. Where threads are chosen
(`is_slow`), the users who were active in them are counted.
-#}
{% macro range_users(is_slow, dimension=none, grain=none) -%}
active_records as (
    select
        threads.created_date as active_date,
        threads.user_id,
        {{ value_key('threads', false, dimension, 'assigned_agent_id') }} as value_key
    from threads
    where threads.user_id is not null and {{ is_of_agent('threads.assigned_agent_id') }}
    union all
    select
        messages.sent_date as active_date,
        messages.user_id,
        {{ value_key('messages', false, dimension, 'assigned_agent_id') }} as value_key
    from messages
    where messages.user_id is not null and {{ is_of_agent('messages.assigned_agent_id') }}
),

user_days as (
    {%- if not dimension %}
    select
        days.active_date,
        days.previous_active_date,
        '' as value_key
    from {{ ref('fct_user_days').include(database=false) }} as days
    where not {{ is_slow }} and agent is null
    union all
    {%- endif %}
    select
        days.active_date,
        days.previous_active_date,
        {{ value_key('days', dimension, none) }} as value_key
    from {{ ref('fct_agent_user_days').include(database=false) }} as days
    where not {{ is_slow }} and {{ '' if dimension else 'agent is not null and ' }}{{ is_of_agent('days.agent_id') }}
),

users as (
    select
        periods.from_date,
        active_records.value_key,
        count(distinct active_records.user_id) as unique_users,
        cast(null as bigint) as new_users
    from active_records
    inner join periods on active_records.active_date between periods.from_date and periods.to_date
    group by 1, 2
    union all
    select
        periods.from_date,
        user_days.value_key,
        sum(case when {{ is_first_since('periods.from_date', 'user_days.previous_active_date') }} then 1 else 0 end) as unique_users,
        sum(case when user_days.previous_active_date is null then 1 else 0 end) as new_users
    from user_days
    inner join periods on user_days.active_date between periods.from_date and periods.to_date
    {%- if grain %}
    where periods.from_date > periods.period_start_date
    {%- endif %}
    group by 1, 2
    {%- if grain %}
    union all
    -- First activities of a period's users sum to its users, unless its first days are cut off.
    select
        periods.from_date,
        '' as value_key,
        sum(active_users.period_users) as unique_users,
        sum(active_users.new_users) as new_users
    from (
        select
            ready.active_date,
            ready.new_users,
            {{ period_users(grain, 'ready.') }} as period_users
        from {{ ref('fct_active_users').include(database=false) }} as ready
        where
            not {{ is_slow }}
            and ready.is_inbox = (agent is null)
            and {{ is_of_agent('ready.agent_id') }}
    ) as active_users
    inner join periods on active_users.active_date between periods.from_date and periods.to_date
    where periods.from_date = periods.period_start_date
    group by 1, 2
    {%- endif %}
)
{%- endmacro %}
