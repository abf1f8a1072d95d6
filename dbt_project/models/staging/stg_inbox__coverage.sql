with source as (
    select * from {{ source('raw', 'coverage') }}
)

select * from source
