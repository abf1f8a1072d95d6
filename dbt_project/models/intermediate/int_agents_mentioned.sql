with threads as (
    select * from {{ ref('int_threads_versioned') }}
    where is_current
),

messages as (
    select author_id from {{ ref('int_messages_versioned') }}
    where is_current and author_type = 'agent'
),

ratings as (
    select * from {{ ref('int_ratings_versioned') }}
    where is_current
),

events as (
    select * from {{ ref('int_thread_events_versioned') }}
    where is_current and actor_type = 'agent'
),

mentions as (
    select assigned_agent_id as agent_id from threads
    union
    select closed_by_agent_id as agent_id from threads
    union
    select author_id as agent_id from messages
    union
    select agent_id from ratings
    union
    select actor_id as agent_id from events
),

final as (
    select agent_id from mentions
    where agent_id is not null
)

select * from final
