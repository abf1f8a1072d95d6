with source as (
    select * from {{ source('raw', 'ratings') }}
),

renamed as (
    select
        {{ staged_ratings() }}
    from source
)

select * from renamed
