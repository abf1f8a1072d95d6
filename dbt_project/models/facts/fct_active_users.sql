{{ config(materialized='changed_rows', unique_key=['active_date', 'is_inbox', 'agent_id']) }}

with agent_user_days as (
    {{ signed_rows(ref('fct_agent_user_days')) }}
),

user_days as (
    {{ signed_rows(ref('fct_user_days')) }}
),

active_users as (
    select
        active_date,
        false as is_inbox,
        agent_id,
        previous_active_date,
        row_sign
    from agent_user_days
    union all
    select
        active_date,
        true as is_inbox,
        cast(null as {{ dbt.type_string() }}) as agent_id,
        previous_active_date,
        row_sign
    from user_days
),

differences as (
    select
        active_date,
        is_inbox,
        agent_id,
        {%- for grain, mart in grains().items() %}
        sum(case
            when {{ is_first_since(period_start('active_date', grain)) }} then row_sign
            else 0
        end) as {{ mart }}_users,
        {%- endfor %}
        sum(case when previous_active_date is null then row_sign else 0 end) as new_users
    from active_users
    group by active_date, is_inbox, agent_id
),

{{ accumulated_rows(
    ['active_date', 'is_inbox', 'agent_id'],
    ['daily_users', 'weekly_users', 'monthly_users', 'yearly_users', 'new_users'],
    order_by='is_inbox, active_date, agent_id nulls first'
) }}
