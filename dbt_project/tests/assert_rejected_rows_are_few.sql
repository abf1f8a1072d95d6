{{ config(meta={'dagster': {'ref': {'name': 'stg_inbox__export_files'}}}) }}
-- More bad rows than allowed mean that an export is broken: readers keep what they have until it is mended.
with files as (
    select * from {{ ref('stg_inbox__export_files') }}
)

select
    export_date,
    entity,
    sum(rows_read) as rows_read,
    sum(rows_rejected) as rows_rejected
from files
group by export_date, entity
having sum(rows_rejected) >= 10 and sum(rows_rejected) > {{ var('inbox_max_rejected') }} * sum(rows_read)
