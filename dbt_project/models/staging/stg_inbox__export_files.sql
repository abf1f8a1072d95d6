with source as (
    select * from {{ source('raw', 'export_files') }}
)

select * from source
