with records as (
    select * from {{ ref('int_agents_deduplicated') }}
),

mentioned as (
    select * from {{ ref('int_agents_mentioned') }}
),

named as (
    select agent_id from records
    union
    select agent_id from mentioned
),

final as (
    select
        named.agent_id,
        coalesce(records.name, named.agent_id) as name,
        records.team,
        coalesce(records.is_active, true) as is_active
    from named
    left join records on named.agent_id = records.agent_id
)

select * from final
order by agent_id
