with threads as (
    select * from {{ ref('int_threads_deduplicated') }}
    where {{ list_length('labels') }} > 0
),

final as (
    select
        thread_id,
        {{ list_entries('labels') }} as label,
        assigned_agent_id,
        created_date
    from threads
)

select * from final
