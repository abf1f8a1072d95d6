with source as (
    select * from {{ source('raw', 'changed_ratings') }}
),

renamed as (
    select
        {{ staged_ratings() }},

        is_incoming
    from source
)

select * from renamed
