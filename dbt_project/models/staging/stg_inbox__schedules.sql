with source as (
    select * from {{ source('raw', 'schedules') }}
)

select * from source
