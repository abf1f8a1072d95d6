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
    {%- set catalog = duckdb__path_texts([env_var('INBOX_RAW_CATALOG', '../data/warehouse/raw_catalog.json')]) -%}
    {#- A reader of JSON takes twice of this at once. A power of two, so that a catalog that has grown leads to the same SQL. -#}
    {%- set catalog_bytes = run_query("select size from read_text(" ~ catalog ~ ")").rows[0][0] | int -%}
    {%- set object_bytes = [16777216, 2 ** catalog_bytes.bit_length()] | max -%}
    {%- set files = {'landed_files': {}, 'incoming_files': {}, 'replaced_files': {}} -%}
    {%- for kind, paths in files.items() -%}
        {%- set query -%}
            with files as (
                select unnest({{ kind }}) as file
                from read_json({{ catalog }}, columns = {
                    {{ kind }}: 'struct(entity varchar, export_date date, path varchar, format_version bigint)[]'
                }, maximum_object_size = {{ object_bytes }})
            )

            select file.entity, file.path, coalesce(file.format_version, 1)
            from files
            order by file.entity, file.export_date
        {%- endset -%}
        {%- for row in run_query(query).rows -%}
            {%- do paths.setdefault(row[0], {}).setdefault(row[2] | int, []).append(raw_folder() ~ '/' ~ row[1]) -%}
        {%- endfor -%}
    {%- endfor -%}
    create schema if not exists raw;
    {#- Read once for all tables: it is one line of JSON, a megabyte for three years of days. -#}
    {%- set lists = duckdb__catalog_types() %}
    create or replace temporary table raw_catalog as
    select {{ lists.keys() | join(', ') }}
    from read_json({{ catalog }}, columns = {
        {%- for list, type in lists.items() %}{{ list }}: '{{ type }}'{{ ', ' if not loop.last }}{% endfor -%}
    }, maximum_object_size = {{ object_bytes }});
    {% for list, type in lists.items() -%}
    create or replace table raw.{{ list }} as
    select {{ 'unnest(line)' if type.startswith('struct') else 'line as export_date' }}
    from (select unnest({{ list }}) as line from raw_catalog) as lines;
    {% endfor -%}
    drop table raw_catalog;
    {% for entity, columns in raw_columns().items() -%}
    create or replace view raw.{{ entity }} as
    {{ duckdb__raw_rows(entity, files['landed_files'].get(entity), columns) }};
    create or replace view raw.changed_{{ entity }} as
    select *, true as is_incoming from ({{ duckdb__raw_rows(entity, files['incoming_files'].get(entity), columns) }})
    union all
    select *, false as is_incoming from ({{ duckdb__raw_rows(entity, files['replaced_files'].get(entity), columns) }});
    {% endfor %}
{%- endmacro %}

{#- The lists of the catalog that become tables of their name, with their types. -#}
{% macro duckdb__catalog_types() -%}
    {%- set types = {
        'export_days': 'date[]',
        'export_files': 'struct(export_date date, entity varchar, file_name varchar, rows_read bigint, rows_loaded bigint, rows_rejected bigint, rows_superseded bigint)[]'
    } -%}
    {%- for list, columns in catalog_lists().items() -%}
        {%- do types.update({list: 'struct(' ~ columns.items() | map('join', ' ') | join(', ') ~ ')[]'}) -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}

{#- Where the landed files lie; the catalog's paths go on from there, so that a home may be moved. -#}
{% macro raw_folder() -%}
    {{ return(env_var('INBOX_RAW_FOLDER', '../data/raw')) }}
{%- endmacro %}

{#-
A select of the rows of landed files, given by the form that they have; without files, of none. Files of one form have
the same columns: to ask each which it has would take longer than to read a day.
-#}
{% macro duckdb__raw_rows(entity, paths_by_form, columns) -%}
    {%- if paths_by_form -%}
    {%- set columns_since = raw_columns_since().get(entity, {}) -%}
    {%- for form, paths in paths_by_form.items() %}
    {{ 'union all' if not loop.first }}
    select
        {%- for column, type in columns.items() %}
        {{ 'cast(null as ' ~ type ~ ') as ' if columns_since.get(column, 1) > form }}{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from read_parquet([{{ duckdb__path_texts(paths) }}])
    {%- endfor %}
    {%- else -%}
    select {% for column, type in columns.items() %}cast(null as {{ type }}) as {{ column }}{{ ', ' if not loop.last }}{% endfor %}
    where false
    {%- endif -%}
{%- endmacro %}

{#-
Paths as DuckDB is to read them, to which each is a pattern: a character of one stands for itself in brackets. There are
thousands, and a macro for each would take seconds.
-#}
{% macro duckdb__path_texts(paths) -%}
    '{{ paths | map('replace', "'", "''") | map('replace', '[', '[[]') | map('replace', '*', '[*]') | map('replace', '?', '[?]') | join("', '") }}'
{%- endmacro %}

{#-
On Spark a relation reads the folder of an entity, less the files that the catalog does not name: a list of thousands
of paths is no relation that can be planned. Its columns are told, so that no file is asked for them. A day's folder is
a partition, so that a batch reads its days only. The folder's table is an external one: to drop it deletes no file.
-#}
{% macro spark__register_raw_records() -%}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set path = spark__file_url(env_var('INBOX_RAW_CATALOG', '../data/warehouse/raw_catalog.json')) -%}
    {%- set catalog = 'text.`' ~ path | replace('`', '``') ~ '`' -%}
    {%- set raw = generate_schema_name('raw', none) | trim -%}
    {%- do run_query('create schema if not exists ' ~ raw) -%}
    {%- for table in ('export_days', 'export_files', 'landed_files') -%}
        {%- do run_query('drop table if exists ' ~ raw ~ '.' ~ table) -%}
    {%- endfor -%}
    {%- do run_query(
        'create table ' ~ raw ~ ".export_days using parquet as select explode(from_json(value, "
        ~ "'export_days array<date>').export_days) as export_date from " ~ catalog
    ) -%}
    {%- do run_query(
        'create table ' ~ raw ~ ".export_files using parquet as select file.* from (select explode(from_json(value, "
        ~ "'export_files array<struct<export_date: date, entity: string, file_name: string, rows_read: bigint, "
        ~ "rows_loaded: bigint, rows_rejected: bigint, rows_superseded: bigint>>').export_files) as file from "
        ~ catalog ~ ') as files'
    ) -%}
    {%- for table, columns in catalog_lists().items() -%}
        {%- set fields = [] -%}
        {%- for column, type in columns.items() -%}
            {%- do fields.append(column ~ ': ' ~ column_type(type)) -%}
        {%- endfor -%}
        {%- do run_query('drop table if exists ' ~ raw ~ '.' ~ table) -%}
        {%- do run_query(
            'create table ' ~ raw ~ '.' ~ table ~ ' using parquet as select line.* from (select explode(from_json(value, '
            ~ "'" ~ table ~ ' array<struct<' ~ fields | join(', ') ~ ">>')." ~ table ~ ') as line from ' ~ catalog ~ ') as lines'
        ) -%}
    {%- endfor -%}
    {%- set kinds = [] -%}
    {%- for kind in ('landed', 'incoming', 'replaced') -%}
        {%- do kinds.append(
            "select '" ~ kind ~ "' as kind, file.entity, file.export_date, "
            ~ "regexp_extract(file.path, '[^/]+$', 0) as landed_name, "
            ~ "concat(" ~ sql_text(raw_folder() ~ '/') ~ ", file.entity) as folder from "
            ~ "(select explode(from_json(value, '" ~ kind
            ~ "_files array<struct<entity: string, export_date: date, path: string>>')." ~ kind ~ '_files) as file from '
            ~ catalog ~ ') as files'
        ) -%}
    {%- endfor -%}
    {%- do run_query('create table ' ~ raw ~ '.landed_files using parquet as ' ~ kinds | join(' union all ')) -%}
    {%- set folders = {} -%}
    {%- for row in run_query('select distinct entity, folder from ' ~ raw ~ '.landed_files').rows -%}
        {%- do folders.update({row[0]: row[1]}) -%}
    {%- endfor -%}
    {%- for entity, columns in raw_columns().items() -%}
        {%- set typed_columns = [] -%}
        {%- for column, type in columns.items() -%}
            {%- do typed_columns.append(column ~ ' ' ~ column_type(type)) -%}
        {%- endfor -%}
        {%- do run_query('drop table if exists ' ~ raw ~ '.' ~ entity ~ '_folder') -%}
        {#- Without a single landed file there is no folder, but an empty table. -#}
        {%- do run_query(
            'create table ' ~ raw ~ '.' ~ entity ~ '_folder (' ~ typed_columns | join(', ') ~ ') using parquet'
            ~ (' location ' ~ sql_text(spark__file_url(folders[entity])) if entity in folders else '')
        ) -%}
        {%- do run_query(
            'create or replace view ' ~ raw ~ '.' ~ entity ~ ' as ' ~ spark__raw_rows(raw, entity, columns, 'landed')
        ) -%}
        {%- do run_query(
            'create or replace view ' ~ raw ~ '.changed_' ~ entity
            ~ ' as select *, true as is_incoming from (' ~ spark__raw_rows(raw, entity, columns, 'incoming') ~ ')'
            ~ ' union all select *, false as is_incoming from (' ~ spark__raw_rows(raw, entity, columns, 'replaced') ~ ')'
        ) -%}
    {%- endfor -%}
    {{ return('') }}
{%- endmacro %}

{#- A select of the rows of the landed files of an entity and a kind. -#}
{% macro spark__raw_rows(raw, entity, columns, kind) -%}
    select records.{{ columns.keys() | join(', records.') }}
    from {{ raw }}.{{ entity }}_folder as records
    left semi join {{ raw }}.landed_files as landed
        on landed.kind = '{{ kind }}' and landed.entity = '{{ entity }}'
        and landed.export_date = records.export_date and landed.landed_name = records._metadata.file_name
{%- endmacro %}

{#- A path as Spark is to read it: a path of the machine is a file, whatever the cluster's default is. -#}
{% macro spark__file_url(path) -%}
    {{ 'file://' ~ path if path.startswith('/') else path }}
{%- endmacro %}

{#- PostgreSQL reads no Parquet: whoever builds there has filled the schema raw. -#}
{% macro postgres__register_raw_records() -%}
{%- endmacro %}

{#- What the catalog has beside files and days, each a list of rows: the tables' columns. -#}
{% macro catalog_lists() -%}
    {{ return({
        'coverage': dict(covered_from='date'),
        'missing_days': dict(export_date='date'),
        'unresolved_rows': dict(export_date='date', entity='varchar', rows_unresolved='bigint'),
        'schedules': dict(
            schedule_id='varchar', zone='varchar', weekday='bigint', date='date', opens_second='bigint',
            closes_second='bigint', valid_from='date'
        ),
        'zone_offsets': dict(
            zone='varchar', wall_second='bigint', starts_second='bigint', offset_seconds='bigint'
        )
    }) }}
{%- endmacro %}

{#- The landed columns of each entity, with DuckDB's types: what an inbox without a single such record still has. -#}
{% macro raw_columns() -%}
    {%- set origin = {'export_date': 'date', 'file_name': 'varchar', 'row_number': 'bigint'} -%}
    {{ return({
        'threads': dict(
            thread_id='varchar', created_at='timestamptz', updated_at='timestamptz', status='varchar',
            user_id='varchar', channel='varchar', assigned_agent_id='varchar', closed_at='timestamptz',
            first_closed_at='timestamptz', closed_by_agent_id='varchar', reopen_count='bigint',
            labels='varchar[]', deleted_at='timestamptz', team_id='varchar', priority='varchar',
            merged_into_thread_id='varchar', **origin
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
        ),
        'thread_events': dict(
            event_id='varchar', thread_id='varchar', occurred_at='timestamptz', type='varchar', value='varchar',
            actor_type='varchar', actor_id='varchar', updated_at='timestamptz', deleted_at='timestamptz', **origin
        ),
        'teams': dict(
            team_id='varchar', name='varchar', updated_at='timestamptz', **origin
        )
    }) }}
{%- endmacro %}

{#- By entity and column: the first form of landed files that has it, as in orchestration/exports/reading/schema.py. -#}
{% macro raw_columns_since() -%}
    {{ return({'threads': {'team_id': 3, 'priority': 3, 'merged_into_thread_id': 3}}) }}
{%- endmacro %}
