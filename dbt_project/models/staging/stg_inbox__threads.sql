with source as (
    select * from {{ source('raw', 'threads') }}
),

renamed as (
    select
        thread_id,
        user_id,
        assigned_agent_id,
        closed_by_agent_id,

        coalesce(channel, 'unknown') as channel,
        status,
        labels,

        coalesce(reopen_count, 0) as reopen_count,

        created_at,
        updated_at as version_at,
        case when status = 'closed' then closed_at end as closed_at,
        first_closed_at,
        deleted_at,

        export_date,
        file_name,
        row_number
    from source
)

select * from renamed
