with source as (
    select * from {{ source('raw', 'thread_events') }}
),

renamed as (
    select
        {{ staged_thread_events() }}
    from source
)

select * from renamed
