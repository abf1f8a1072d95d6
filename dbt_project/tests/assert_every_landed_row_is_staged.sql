{{ config(meta={'dagster': {'ref': {'name': 'stg_inbox__export_files'}}}) }}
-- Rows in = rows loaded + rows rejected for every file, and every loaded row is there to be read.
with counts as (
    select
        entity,
        export_date,
        file_name,
        rows_read - rows_rejected as rows_accepted,
        rows_loaded,
        0 as rows_staged
    from {{ ref('stg_inbox__export_files') }}
    {% for entity in ('threads', 'messages', 'ratings', 'agents') %}
    union all
    select
        '{{ entity }}' as entity,
        export_date,
        file_name,
        0 as rows_accepted,
        0 as rows_loaded,
        1 as rows_staged
    from {{ ref('stg_inbox__' ~ entity) }}
    {% endfor %}
)

select
    entity,
    export_date,
    file_name,
    sum(rows_accepted) as rows_accepted,
    sum(rows_loaded) as rows_loaded,
    sum(rows_staged) as rows_staged
from counts
group by entity, export_date, file_name
having sum(rows_accepted) <> sum(rows_loaded) or sum(rows_loaded) <> sum(rows_staged)
