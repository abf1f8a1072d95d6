{#- An expression that ends the query with a message, a text or an expression of one, when it is reached. -#}
{% macro raise_error(message, is_literal=true) -%}
    {{ return(adapter.dispatch('raise_error', 'inbox_warehouse')(sql_text(message) if is_literal else message)) }}
{%- endmacro %}

{% macro duckdb__raise_error(message) -%}
    error({{ message }})
{%- endmacro %}

{% macro spark__raise_error(message) -%}
    raise_error({{ message }})
{%- endmacro %}

{#-
PostgreSQL's SQL has no such expression: a cast that cannot succeed says the message in its own error. Not of a literal,
which would be cast before the query runs. Where a date may stand, as all of them do.
-#}
{% macro postgres__raise_error(message) -%}
    cast(concat({{ message }}) as date)
{%- endmacro %}
