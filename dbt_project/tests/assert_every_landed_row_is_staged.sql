{{ config(meta={'dagster': {'ref': {'name': 'stg_inbox__export_files'}}}) }}
-- Rows in = rows loaded + rows rejected for every file, and every loaded row is there to be read, but for those
-- that retention has dropped. In a batch, the files of the entities and days that it brought are read.
{%- set is_batch = has_changes(ref('int_messages_versioned')) %}
with staged as (
    {% for entity in ('threads', 'messages', 'ratings', 'agents', 'thread_events', 'teams') %}
    {%- set records = ref('stg_inbox__' ~ entity) -%}
    {%- set changed_records = source('raw', 'changed_' ~ entity) %}
    select
        '{{ entity }}' as entity,
        export_date,
        file_name
    {%- if is_batch %}
    from {{ changed_records }}
    where is_incoming
    {%- else %}
    from {{ records }}
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

counts as (
    select
        entity,
        export_date,
        file_name,
        rows_read - rows_rejected as rows_accepted,
        rows_loaded,
        rows_loaded - coalesce(rows_superseded, 0) as rows_kept,
        0 as rows_staged
    from {{ ref('stg_inbox__export_files') }}
    {%- if is_batch %}
    where (entity, export_date) in (select entity, export_date from staged)
    {%- endif %}
    union all
    select
        entity,
        export_date,
        file_name,
        0 as rows_accepted,
        0 as rows_loaded,
        0 as rows_kept,
        1 as rows_staged
    from staged
)

select
    entity,
    export_date,
    file_name,
    sum(rows_accepted) as rows_accepted,
    sum(rows_loaded) as rows_loaded,
    sum(rows_kept) as rows_kept,
    sum(rows_staged) as rows_staged
from counts
group by entity, export_date, file_name
having sum(rows_accepted) <> sum(rows_loaded) or sum(rows_kept) <> sum(rows_staged)
