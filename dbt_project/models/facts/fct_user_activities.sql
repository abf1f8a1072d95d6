{{ config(
    materialized='changed_rows', unique_key=['user_id', 'active_date'] + scope_columns(), partition_by='active_date'
) }}

{%- set columns = scope_columns() | join(', ') -%}
{%- set other_columns = scope_columns() | reject('equalto', 'agent_id') | list %}
{%- set record_columns = ['assigned_agent_id as agent_id'] + other_columns %}

with threads as (
    {{ signed_rows(ref('fct_threads')) }}
    where user_id is not null
),

messages as (
    {{ signed_rows(ref('fct_messages')) }}
    where is_counted and user_id is not null
),

activities as (
    {%- for kind, day in {'threads': 'created_date', 'messages': 'sent_date'}.items() %}
    select
        {{ day }} as active_date,
        {{ record_columns | join(',\n        ') }},
        user_id,
        row_sign
    from {{ kind }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

differences as (
    select
        active_date,
        {{ scope_columns() | join(',\n        ') }},
        user_id,
        sum(row_sign) as activities
    from activities
    group by active_date, {{ columns }}, user_id
    having sum(row_sign) <> 0
),

{% if is_apply() -%}
touched_users as (
    select distinct user_id from differences
),

existing_rows as (
    {{ few_rows(this, ['user_id in (select user_id from touched_users)']) }}
),

user_days as (
    select
        active_date,
        {{ columns }},
        user_id,
        sum(activities) as activities
    from (
        select active_date, {{ columns }}, user_id, activities from differences
        union all
        select active_date, {{ columns }}, user_id, activities from existing_rows
    ) as all_user_days
    group by active_date, {{ columns }}, user_id
    having sum(activities) > 0
),
{%- else -%}
user_days as (
    select * from differences
),
{%- endif %}

-- Rows of one day come in one order, so that the same one is a scope's first whatever came when, with every engine.
final as (
    select
        active_date,
        {{ scope_columns() | join(',\n        ') }},
        user_id,
        {%- for scope, column in scopes().items() %}
        lag(active_date) over (
            partition by user_id{{ ', ' ~ column if column }}
            order by active_date, {{ scope_columns() | join(' nulls last, ') }} nulls last
        ) as {{ previous_date(scope) }},
        {%- endfor %}
        cast(activities as bigint) as activities,
        cast(sum(activities) over (partition by user_id, active_date, agent_id) as bigint) as agent_activities
    from user_days
)

{{ final_rows(
    order_by='active_date',
    columns=['active_date', 'user_id', 'activities', 'agent_activities'] + scope_columns() + previous_dates()
) }}
