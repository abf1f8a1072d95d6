with threads as (
    select * from {{ ref('fct_threads') }}
    where user_id is not null
),

messages as (
    select * from {{ ref('fct_messages') }}
    where is_counted and user_id is not null
),

agent_user_days as (
    select
        assigned_agent_id as agent_id,
        user_id,
        created_date as active_date
    from threads
    union
    select
        assigned_agent_id as agent_id,
        user_id,
        sent_date as active_date
    from messages
),

final as (
    select
        active_date,
        agent_id,
        user_id,
        lag(active_date) over (partition by user_id, agent_id order by active_date) as previous_active_date
    from agent_user_days
)

select * from final
order by active_date, agent_id nulls first, user_id
