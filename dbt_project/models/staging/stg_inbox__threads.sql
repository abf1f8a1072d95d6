with source as (
    select * from {{ source('raw', 'threads') }}
),

renamed as (
    select
        {{ staged_threads() }}
    from source
)

select * from renamed
