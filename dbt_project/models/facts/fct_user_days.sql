with agent_user_days as (
    select * from {{ ref('fct_agent_user_days') }}
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

select * from final
order by active_date, user_id
