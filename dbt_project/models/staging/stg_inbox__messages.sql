with source as (
    select * from {{ source('raw', 'messages') }}
),

renamed as (
    select
        message_id,
        thread_id,
        author_id,

        author_type,

        body_length,

        coalesce(is_private, false) as is_private,

        sent_at,
        coalesce(updated_at, sent_at) as version_at,
        deleted_at,

        export_date,
        file_name,
        row_number
    from source
)

select * from renamed
