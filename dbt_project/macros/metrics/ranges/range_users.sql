{#-
The distinct users of the CTE `periods`, as the CTE `users`. Users of everyone or of an agent are the rows of user days that
are the first since the period's first day; of whole periods of a grain they lie ready. Where threads are chosen
(`is_slow`), the users who were active in them are counted.
-#}
{% macro range_users(is_slow, dimension=none, grain=none, is_of_cards=false) -%}
active_records as (
    {%- for fact, day in {'fct_threads': 'created_date', 'fct_messages': 'sent_date'}.items() %}
    select
        periods.from_date,
        records.user_id,
        {{ value_key('records', 'assigned_agent_id', dimension=dimension) }} as value_key
    from {{ chosen(fact, is_shared=grain or dimension) }} as records
    {{- with_thread_values('records', dimension) }}
    {{ in_period('records.' ~ day, grain) }}
    where
        {{ is_slow }}
        {%- if grain %}
        and (periods.is_cut or not {{ is_only_value() }})
        {%- endif %}
        and records.user_id is not null{{ ' and records.is_counted' if fact == 'fct_messages' }}
        and {{ is_in_range('records.' ~ day, first_day_of_range(is_of_cards)) }}
        and {{ is_of_agent('records.assigned_agent_id') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
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
        {{ "coalesce(days.agent_id, '')" if dimension else "''" }} as value_key
    from {{ ref('fct_agent_user_days').include(database=false) }} as days
    where not {{ is_slow }} and {{ '' if dimension else 'agent is not null and ' }}{{ is_of_agent('days.agent_id') }}
),

users as (
    select
        active_records.from_date,
        active_records.value_key,
        count(distinct active_records.user_id) as unique_users,
        cast(null as bigint) as new_users
    from active_records
    group by 1, 2
    union all
    select
        periods.from_date,
        user_days.value_key,
        sum(case when {{ is_first_since('periods.from_date', 'user_days.previous_active_date') }} then 1 else 0 end) as unique_users,
        sum(case when user_days.previous_active_date is null then 1 else 0 end) as new_users
    from user_days
    {{ in_period('user_days.active_date', grain) }}
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
    union all
    select
        periods.from_date,
        '' as value_key,
        scope_periods.unique_users,
        cast(null as bigint) as new_users
    from scope_periods
    inner join periods on scope_periods.period_start_date = periods.period_start_date
    where not periods.is_cut
    {%- endif %}
)
{%- endmacro %}
