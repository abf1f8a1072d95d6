{{ config(meta={'dagster': {'ref': {'name': 'int_export_days_counted'}}}) }}
-- Rows in = rows loaded + rows rejected for every file, and every loaded row is there to be read.
with files as (
    select * from {{ ref('stg_inbox__export_files') }}
),

staged as (
    {%- for entity in ('threads', 'messages', 'ratings', 'agents') %}
    select
        '{{ entity }}' as entity,
        export_date,
        file_name,
        count(*) as rows_staged
    from {{ ref('stg_inbox__' ~ entity) }}
    group by export_date, file_name
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    coalesce(files.export_date, staged.export_date) as export_date,
    coalesce(files.file_name, staged.file_name) as file_name,
    files.rows_read,
    files.rows_loaded,
    files.rows_rejected,
    staged.rows_staged
from files
full outer join staged
    on files.entity = staged.entity
    and files.export_date = staged.export_date
    and files.file_name = staged.file_name
where
    files.entity is null
    or files.rows_loaded <> coalesce(staged.rows_staged, 0)
    or files.rows_read <> files.rows_loaded + files.rows_rejected
