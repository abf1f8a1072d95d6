with source as (
    select * from {{ source('raw', 'agents') }}
),

renamed as (
    select
        agent_id,

        name,
        team,

        coalesce(is_active, true) as is_active,

        updated_at as version_at,

        export_date,
        file_name,
        row_number
    from source
)

select * from renamed
