with source as (
    select * from {{ source('raw', 'zone_offsets') }}
)

select * from source
