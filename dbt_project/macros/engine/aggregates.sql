{#- The value, null included, of the first row in the given order among the rows that meet the condition. -#}
{% macro earliest_value(value, order_by, condition) -%}
    {{ return(adapter.dispatch('earliest_value', 'inbox_warehouse')(value, order_by, condition)) }}
{%- endmacro %}

{% macro duckdb__earliest_value(value, order_by, condition) -%}
    arg_min_null({{ value }}, row({{ order_by | join(', ') }})) filter (where {{ condition }})
{%- endmacro %}

{% macro spark__earliest_value(value, order_by, condition) -%}
    min_by({{ value }}, struct({{ order_by | join(', ') }})) filter (where {{ condition }})
{%- endmacro %}

{% macro postgres__earliest_value(value, order_by, condition) -%}
    (array_agg({{ value }} order by {{ order_by | join(', ') }}) filter (where {{ condition }}))[1]
{%- endmacro %}

{#- An exact quantile, interpolated between the two middle values; null over no values. -#}
{% macro exact_quantile(value, fraction) -%}
    {{ return(adapter.dispatch('exact_quantile', 'inbox_warehouse')(value, fraction)) }}
{%- endmacro %}

{% macro default__exact_quantile(value, fraction) -%}
    percentile_cont({{ fraction }}) within group (order by {{ value }})
{%- endmacro %}

{#- Exact quantiles as a list, which an engine may find in one go; a list of nulls, or null, over no values. -#}
{% macro exact_quantiles(value, fractions) -%}
    {{ return(adapter.dispatch('exact_quantiles', 'inbox_warehouse')(value, fractions)) }}
{%- endmacro %}

{% macro duckdb__exact_quantiles(value, fractions) -%}
    quantile_cont({{ value }}, {{ fractions }})
{%- endmacro %}

{% macro spark__exact_quantiles(value, fractions) -%}
    percentile({{ value }}, array({{ fractions | join(', ') }}))
{%- endmacro %}

{% macro postgres__exact_quantiles(value, fractions) -%}
    percentile_cont(array{{ fractions }}) within group (order by {{ value }})
{%- endmacro %}
