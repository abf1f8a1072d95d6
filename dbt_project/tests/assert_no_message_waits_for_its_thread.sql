{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_messages_orphaned'}}}) }}
-- A warning: an orphan is counted once its conversation arrives, so many of them for long mean a missing export.
select
    message_id,
    thread_id
from {{ ref('int_messages_orphaned') }}
