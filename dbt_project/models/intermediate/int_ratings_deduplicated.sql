{{ latest_records(ref('stg_inbox__ratings'), 'rating_id', 'version_at') }},

final as (
    select
        rating_id,
        thread_id,
        agent_id,
        score,
        rated_at,
        {{ local_date('rated_at') }} as rated_date
    from latest_records
    where deleted_at is null
)

select * from final
