with source as (
    select * from {{ source('raw', 'export_days') }}
)

select * from source
