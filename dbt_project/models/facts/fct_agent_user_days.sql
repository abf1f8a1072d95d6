{{ config(materialized='changed_view', unique_key=['user_id', 'active_date', 'agent_id']) }}

{%- set activities = ref('fct_user_activities') %}

with user_activities as (
    select * from {{ rows_to_show(activities) }}
),

final as (
    select
        active_date,
        {%- if is_apply() %}
        is_after,
        {%- endif %}
        agent_id,
        user_id,
        previous_agent_date as previous_active_date,
        agent_activities as activities
    from user_activities
    where {{ is_first_since('active_date', 'previous_agent_date') }}
)

select * from final
