with records as (
    select * from {{ ref('int_agents_deduplicated') }}
),

threads as (
    select * from {{ ref('int_threads_deduplicated') }}
),

messages as (
    select * from {{ ref('int_messages_deduplicated') }}
    where author_type = 'agent'
),

ratings as (
    select * from {{ ref('int_ratings_deduplicated') }}
),

named as (
    select agent_id from records
    union
    select assigned_agent_id as agent_id from threads
    union
    select closed_by_agent_id as agent_id from threads
    union
    select author_id as agent_id from messages
    union
    select agent_id from ratings
),

final as (
    select
        named.agent_id,
        coalesce(records.name, named.agent_id) as name,
        records.team,
        coalesce(records.is_active, true) as is_active
    from named
    left join records on named.agent_id = records.agent_id
    where named.agent_id is not null
)

select * from final
order by agent_id
