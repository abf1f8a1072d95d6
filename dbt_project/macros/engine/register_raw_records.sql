{#-
Makes the landed export files readable as the source `raw`: one relation an entity over all loaded days, one over just
the files that the batch brought (is_incoming) or replaced, and the files with their counts. The catalog, not a file
pattern, says what is loaded: a half-written or superseded file beside it is never read.
-#}
{% macro register_raw_records() -%}
    {{ return(adapter.dispatch('register_raw_records', 'inbox_warehouse')()) }}
{%- endmacro %}

{% macro duckdb__register_raw_records() -%}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set catalog = sql_text(env_var('INBOX_RAW_CATALOG', '../data/warehouse/raw_catalog.json')) -%}
    {#- A reader of JSON takes twice of this at once, so it is no more than what the catalog has. -#}
    {%- set catalog_bytes = run_query("select size from read_text(" ~ catalog ~ ")").rows[0][0] | int -%}
    {%- set object_bytes = [16777216, catalog_bytes + 1] | max -%}
    {%- set files = {'landed_files': {}, 'incoming_files': {}, 'replaced_files': {}} -%}
    {%- for kind, paths in files.items() -%}
        {%- set query -%}
            with files as (
                select unnest({{ kind }}) as file
                from read_json({{ catalog }}, columns = {
                    {{ kind }}: 'struct(entity varchar, export_date date, path varchar)[]'
                }, maximum_object_size = {{ object_bytes }})
            )

            select file.entity, file.path
            from files
            order by file.entity, file.export_date
        {%- endset -%}
        {%- for row in run_query(query).rows -%}
            {%- do paths.setdefault(row[0], []).append(row[1]) -%}
        {%- endfor -%}
    {%- endfor -%}
    create schema if not exists raw;
    create or replace table raw.export_days as
    select unnest(export_days) as export_date
    from read_json({{ catalog }}, columns = {export_days: 'date[]'}, maximum_object_size = {{ object_bytes }});
    create or replace table raw.export_files as
    with files as (
        select unnest(export_files) as file
        from read_json({{ catalog }}, columns = {
            export_files: 'struct(export_date date, entity varchar, file_name varchar, rows_read bigint, rows_loaded bigint, rows_rejected bigint, rows_superseded bigint)[]'
        }, maximum_object_size = {{ object_bytes }})
    )

    select unnest(file) from files;
    {% for entity, columns in raw_columns().items() -%}
    create or replace view raw.{{ entity }} as
    {{ duckdb__raw_rows(files['landed_files'].get(entity), columns) }};
    create or replace view raw.changed_{{ entity }} as
    select *, true as is_incoming from ({{ duckdb__raw_rows(files['incoming_files'].get(entity), columns) }})
    union all
    select *, false as is_incoming from ({{ duckdb__raw_rows(files['replaced_files'].get(entity), columns) }});
    {% endfor %}
{%- endmacro %}

{#- A select of the rows of landed files; without files, of none. -#}
{% macro duckdb__raw_rows(paths, columns) -%}
    {%- if paths -%}
    select {{ columns.keys() | join(', ') }}
    from read_parquet([{% for path in paths %}{{ sql_text(path) }}{{ ', ' if not loop.last }}{% endfor %}])
    {%- else -%}
    select {% for column, type in columns.items() %}cast(null as {{ type }}) as {{ column }}{{ ', ' if not loop.last }}{% endfor %}
    where false
    {%- endif -%}
{%- endmacro %}

{#- The landed columns of each entity, with DuckDB's types: what an inbox without a single such record still has. -#}
{% macro raw_columns() -%}
    {%- set origin = {'export_date': 'date', 'file_name': 'varchar', 'row_number': 'bigint'} -%}
    {{ return({
        'threads': dict(
            thread_id='varchar', created_at='timestamptz', updated_at='timestamptz', status='varchar',
            user_id='varchar', channel='varchar', assigned_agent_id='varchar', closed_at='timestamptz',
            first_closed_at='timestamptz', closed_by_agent_id='varchar', reopen_count='bigint',
            labels='varchar[]', deleted_at='timestamptz', **origin
        ),
        'messages': dict(
            message_id='varchar', thread_id='varchar', sent_at='timestamptz', author_type='varchar',
            author_id='varchar', is_private='boolean', body_length='bigint', updated_at='timestamptz',
            deleted_at='timestamptz', **origin
        ),
        'ratings': dict(
            rating_id='varchar', thread_id='varchar', rated_at='timestamptz', score='bigint',
            agent_id='varchar', updated_at='timestamptz', deleted_at='timestamptz', **origin
        ),
        'agents': dict(
            agent_id='varchar', name='varchar', team='varchar', is_active='boolean',
            updated_at='timestamptz', **origin
        )
    }) }}
{%- endmacro %}

{#- A text as an SQL literal. -#}
{% macro sql_text(value) -%}
    '{{ value | replace("'", "''") }}'
{%- endmacro %}
