{#- A column type by its name in DuckDB, as models and contracts have it. -#}
{% macro column_type(type) -%}
    {{ return(adapter.dispatch('column_type', 'inbox_warehouse')(type)) }}
{%- endmacro %}

{% macro duckdb__column_type(type) -%}
    {{ return(type) }}
{%- endmacro %}

{#- Spark's text has no length, and its timestamps are instants. -#}
{% macro spark__column_type(type) -%}
    {{ return({
        'varchar': 'string', 'varchar[]': 'array<string>', 'double precision': 'double',
        'timestamptz': 'timestamp', 'timestamp with time zone': 'timestamp'
    }.get(type, type)) }}
{%- endmacro %}

{% macro postgres__column_type(type) -%}
    {{ return({'double': 'double precision'}.get(type, type)) }}
{%- endmacro %}

{#- What a contract's columns are compared with: its types are DuckDB's names. -#}
{% macro spark__get_empty_schema_sql(columns) -%}
    select
    {%- for column in columns.values() %}
        cast(null as {{ column_type(column['data_type']) }}) as {{ column['name'] }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- A text as an SQL literal. -#}
{% macro sql_text(value) -%}
    {{ return(adapter.dispatch('sql_text', 'inbox_warehouse')(value)) }}
{%- endmacro %}

{% macro default__sql_text(value) -%}
    '{{ value | replace("'", "''") }}'
{%- endmacro %}

{% macro spark__sql_text(value) -%}
    '{{ value | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}
