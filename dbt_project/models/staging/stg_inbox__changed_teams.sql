with source as (
    select * from {{ source('raw', 'changed_teams') }}
),

renamed as (
    select
        {{ staged_teams() }},

        is_incoming
    from source
)

select * from renamed
