{{ latest_records(ref('stg_inbox__agents'), 'agent_id', 'version_at') }},

final as (
    select
        agent_id,
        name,
        team,
        is_active
    from latest_records
)

select * from final
