{{ latest_records(ref('stg_inbox__threads'), 'thread_id', 'version_at') }},

final as (
    select
        thread_id,
        user_id,
        assigned_agent_id,
        closed_by_agent_id,
        channel,
        status,
        labels,
        reopen_count,
        created_at,
        {{ local_date('created_at') }} as created_date,
        closed_at,
        {{ local_date('closed_at') }} as closed_date,
        first_closed_at
    from latest_records
    where deleted_at is null
)

select * from final
