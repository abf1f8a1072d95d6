with source as (
    select * from {{ source('raw', 'changed_threads') }}
),

renamed as (
    select
        {{ staged_threads() }},

        is_incoming
    from source
)

select * from renamed
