{{ config(meta={'dagster': {'ref': {'name': 'stg_inbox__export_files'}}}) }}
-- More bad rows than allowed mean that an export is broken: readers keep what they have until it is mended, or its
-- records have come again, or somebody has accepted the day.
with files as (
    select
        export_date,
        entity,
        sum(rows_read) as rows_read,
        sum(rows_rejected) as rows_rejected
    from {{ ref('stg_inbox__export_files') }}
    group by export_date, entity
),

unresolved as (
    select * from {{ ref('stg_inbox__unresolved_rows') }}
)

select
    files.export_date,
    files.entity,
    files.rows_read,
    files.rows_rejected,
    unresolved.rows_unresolved
from files
inner join unresolved
    on
        files.export_date = unresolved.export_date
        and files.entity = unresolved.entity
where
    unresolved.rows_unresolved >= 10
    and unresolved.rows_unresolved > {{ var('inbox_max_rejected') }} * files.rows_read
