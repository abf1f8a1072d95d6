{#- An expression that ends the query with a message when it is reached. -#}
{% macro raise_error(message) -%}
    {{ return(adapter.dispatch('raise_error', 'inbox_warehouse')(message)) }}
{%- endmacro %}

{% macro duckdb__raise_error(message) -%}
    error({{ sql_text(message) }})
{%- endmacro %}

{% macro spark__raise_error(message) -%}
    raise_error({{ sql_text(message) }})
{%- endmacro %}

{#-
PostgreSQL's SQL has no such expression: a cast that cannot succeed says the message in its own error. Not of a literal,
which would be cast before the query runs. Where a date may stand, as all of them do.
-#}
{% macro postgres__raise_error(message) -%}
    cast(concat({{ sql_text(message) }}) as date)
{%- endmacro %}
