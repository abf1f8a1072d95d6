with source as (
    select * from {{ source('raw', 'agents') }}
),

renamed as (
    select
        {{ staged_agents() }}
    from source
)

select * from renamed
