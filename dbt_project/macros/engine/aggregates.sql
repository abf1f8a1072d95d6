{#- The value, null included, of the first row in the given order among the rows that meet the condition. -#}
{% macro earliest_value(value, order_by, condition) -%}
    {{ return(adapter.dispatch('earliest_value', 'inbox_warehouse')(value, order_by, condition)) }}
{%- endmacro %}

{% macro duckdb__earliest_value(value, order_by, condition) -%}
    arg_min_null({{ value }}, row({{ order_by | join(', ') }})) filter (where {{ condition }})
{%- endmacro %}
