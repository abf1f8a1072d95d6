{{ config(materialized='view') }}

with messages as (
    select * from {{ ref('int_messages_deduplicated') }}
),

final as (
    select
        message_id,
        thread_id,
        sent_at,
        export_date,
        file_name
    from messages
    where not is_thread_known
)

select * from final
