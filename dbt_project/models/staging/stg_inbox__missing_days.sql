with source as (
    select * from {{ source('raw', 'missing_days') }}
)

select * from source
