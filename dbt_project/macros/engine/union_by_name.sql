{#- All rows of two selects of the same columns, in whichever order each has them. -#}
{% macro union_by_name(first, second) -%}
    {{ return(adapter.dispatch('union_by_name', 'inbox_warehouse')(first, second)) }}
{%- endmacro %}

{% macro duckdb__union_by_name(first, second) -%}
{{ first }}
union all by name
{{ second }}
{%- endmacro %}

{#- Only a batch needs it, and only DuckDB builds by batches: other engines make each table anew. -#}
{% macro default__union_by_name(first, second) -%}
    {{ exceptions.raise_compiler_error('Batches are applied on DuckDB only') }}
{%- endmacro %}
