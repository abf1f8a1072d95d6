with source as (
    select * from {{ source('raw', 'changed_messages') }}
),

renamed as (
    select
        {{ staged_messages() }},

        is_incoming
    from source
)

select * from renamed
