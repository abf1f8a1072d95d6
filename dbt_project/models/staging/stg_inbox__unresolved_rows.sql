with source as (
    select * from {{ source('raw', 'unresolved_rows') }}
)

select * from source
