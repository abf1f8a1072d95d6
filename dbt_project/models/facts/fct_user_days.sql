{{ config(materialized='changed_rows', unique_key=['user_id', 'active_date'], partition_by='active_date') }}

{%- set agent_user_days = ref('fct_agent_user_days') -%}
{%- set is_touched = 'user_id in (select user_id from ' ~ changes_of(agent_user_days) ~ ')' %}

-- In a batch, all days of each user whose days it touched.
with agent_user_days as (
    {%- if is_apply() %}
    {{ few_rows(agent_user_days, [is_touched]) }}
    {%- else %}
    select * from {{ agent_user_days }}
    {%- endif %}
),

user_days as (
    select distinct
        user_id,
        active_date
    from agent_user_days
),

final as (
    select
        active_date,
        user_id,
        lag(active_date) over (partition by user_id order by active_date) as previous_active_date
    from user_days
)

{{ final_rows(is_touched, order_by='active_date', columns=['active_date', 'user_id', 'previous_active_date']) }}
