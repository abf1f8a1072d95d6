with source as (
    select * from {{ source('raw', 'ratings') }}
),

renamed as (
    select
        rating_id,
        thread_id,
        agent_id,

        score,

        rated_at,
        coalesce(updated_at, rated_at) as version_at,
        deleted_at,

        export_date,
        file_name,
        row_number
    from source
)

select * from renamed
