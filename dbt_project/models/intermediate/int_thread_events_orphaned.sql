{{ config(materialized='view') }}

with events as (
    select * from {{ ref('int_thread_events_deduplicated') }}
),

final as (
    select
        event_id,
        thread_id,
        occurred_at,
        export_date,
        file_name
    from events
    where not is_thread_known
)

select * from final
