{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_messages_deduplicated'}}}) }}
-- A warning: an orphan is counted once its conversation arrives, so many of them for long mean a missing export.
with messages as (
    select * from {{ ref('int_messages_deduplicated') }}
),

threads as (
    select * from {{ ref('stg_inbox__threads') }}
)

select
    message_id,
    thread_id
from messages
where not exists (
    select 1 from threads
    where threads.thread_id = messages.thread_id
)
