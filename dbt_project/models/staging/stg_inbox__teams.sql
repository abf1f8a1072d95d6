with source as (
    select * from {{ source('raw', 'teams') }}
),

renamed as (
    select
        {{ staged_teams() }}
    from source
)

select * from renamed
