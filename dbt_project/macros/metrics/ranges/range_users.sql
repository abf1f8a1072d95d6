{#-
The distinct users of the CTE `periods`, as the CTE `users`. Users of everyone, or of one value of a scope, are the rows of
user days that are the first since the period's first day; of whole periods of a grain they lie ready. Others are counted:
those of several values by their days of activity, and where threads are chosen that those do not tell, by records.
-#}
{% macro range_users(is_slow, dimension=none, grain=none, is_of_cards=false) -%}
{%- set activities = ref('fct_user_activities').include(database=false) %}
{%- set is_of_threads = "(labels is not null or priorities is not null" ~ (" or " ~ dimension ~ " in ('label', 'priority')" if dimension) ~ ")" %}
{%- set is_by_first_day = has_scope_days(dimension) if dimension else is_only_value() %}
active_users as (
    select
        periods.from_date,
        activities.user_id,
        {{ value_key('activities', 'agent_id', dimension=dimension, thread_value="''") }} as value_key
    from {{ activities }} as activities
    {{ in_period('activities.active_date', grain) }}
    where
        {{ is_slow }} and not {{ is_of_threads }} and not {{ is_by_first_day }}
        and {{ is_listed('channels', 'activities.channel') }}
        and {{ is_listed('teams', 'activities.team_id') }}
        and {{ is_in_range('activities.active_date', first_day_of_range(is_of_cards)) }}
        and {{ is_of_agent('activities.agent_id') }}
    {%- for fact, day in {'fct_threads': 'created_date', 'fct_messages': 'sent_date'}.items() %}
    union all
    select
        periods.from_date,
        records.user_id,
        {{ value_key('records', 'assigned_agent_id', dimension=dimension) }} as value_key
    from {{ chosen(fact, is_shared=grain or dimension) }} as records
    {{- with_thread_values('records', dimension) }}
    {{ in_period('records.' ~ day, grain) }}
    where
        {{ is_of_threads }}
        and records.user_id is not null{{ ' and records.is_counted' if fact == 'fct_messages' }}
        and {{ is_in_range('records.' ~ day, first_day_of_range(is_of_cards)) }}
        and {{ is_of_agent('records.assigned_agent_id') }}
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
    {%- for scope, list in filtered_scopes().items() %}
    union all
    select
        days.active_date,
        days.{{ previous_date(scope) }} as previous_active_date,
        {{ "coalesce(days." ~ scopes()[scope] ~ ", '')" if dimension else "''" }} as value_key
    from {{ activities }} as days
    where
        {{ is_only_scope(scope, dimension) if dimension else is_only_value_of(scope) }}
        and {{ is_listed(list, 'days.' ~ scopes()[scope]) }}
        and {{ is_in_range('days.active_date', first_day_of_range(is_of_cards)) }}
    {%- endfor %}
),

users as (
    select
        active_users.from_date,
        active_users.value_key,
        count(distinct active_users.user_id) as unique_users,
        cast(null as bigint) as new_users
    from active_users
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
    where periods.from_date > periods.period_start_date or ({{ is_only_value() }} and periods.is_cut)
    {%- endif %}
    group by 1, 2
    {%- if grain %}
    union all
    -- First activities of a period's users sum to its users, unless its first days are cut off.
    select
        periods.from_date,
        '' as value_key,
        sum(first_days.period_users) as unique_users,
        sum(first_days.new_users) as new_users
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
    ) as first_days
    inner join periods on first_days.active_date between periods.from_date and periods.to_date
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
