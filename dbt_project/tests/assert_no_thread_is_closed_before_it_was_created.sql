{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_threads'}}}) }}
-- A warning: a fault of the inbox's clocks; such conversations are left out of closing times.
select
    thread_id,
    created_at,
    closed_at
from {{ ref('fct_threads') }}
where is_time_inconsistent
