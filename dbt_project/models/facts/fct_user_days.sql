{{ config(materialized='changed_view', unique_key=['user_id', 'active_date']) }}

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
        user_id,
        previous_inbox_date as previous_active_date
    from user_activities
    where {{ is_first_since('active_date', 'previous_inbox_date') }}
)

select * from final
