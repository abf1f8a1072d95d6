{#- The number of entries of a list column; 0 for null. -#}
{% macro list_length(list) -%}
    {{ return(adapter.dispatch('list_length', 'inbox_warehouse')(list)) }}
{%- endmacro %}

{% macro duckdb__list_length(list) -%}
    coalesce(len({{ list }}), 0)
{%- endmacro %}

{% macro spark__list_length(list) -%}
    coalesce(array_size({{ list }}), 0)
{%- endmacro %}

{% macro postgres__list_length(list) -%}
    coalesce(cardinality({{ list }}), 0)
{%- endmacro %}

{#- The entries of a list column, as rows. -#}
{% macro list_entries(list) -%}
    {{ return(adapter.dispatch('list_entries', 'inbox_warehouse')(list)) }}
{%- endmacro %}

{% macro default__list_entries(list) -%}
    unnest({{ list }})
{%- endmacro %}

{% macro spark__list_entries(list) -%}
    explode({{ list }})
{%- endmacro %}
