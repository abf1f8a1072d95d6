{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_thread_events_orphaned'}}}) }}
-- A warning: an orphan is counted once its conversation arrives, so many of them for long mean a missing export.
select
    event_id,
    thread_id
from {{ ref('int_thread_events_orphaned') }}
