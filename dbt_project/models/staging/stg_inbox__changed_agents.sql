with source as (
    select * from {{ source('raw', 'changed_agents') }}
),

renamed as (
    select
        {{ staged_agents() }},

        is_incoming
    from source
)

select * from renamed
