with source as (
    select * from {{ source('raw', 'messages') }}
),

renamed as (
    select
        {{ staged_messages() }}
    from source
)

select * from renamed
