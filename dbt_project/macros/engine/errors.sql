{#- An expression that ends the query with a message when it is reached. -#}
{% macro raise_error(message) -%}
    {{ return(adapter.dispatch('raise_error', 'inbox_warehouse')(message)) }}
{%- endmacro %}

{% macro duckdb__raise_error(message) -%}
    error({{ sql_text(message) }})
{%- endmacro %}
