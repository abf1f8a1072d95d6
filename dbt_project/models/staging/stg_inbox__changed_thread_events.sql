with source as (
    select * from {{ source('raw', 'changed_thread_events') }}
),

renamed as (
    select
        {{ staged_thread_events() }},

        is_incoming
    from source
)

select * from renamed
