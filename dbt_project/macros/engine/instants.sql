{#- The exact number of seconds from one instant to another, as a double. -#}
{% macro seconds_between(start_at, end_at) -%}
    {{ return(adapter.dispatch('seconds_between', 'inbox_warehouse')(start_at, end_at)) }}
{%- endmacro %}

{% macro duckdb__seconds_between(start_at, end_at) -%}
    cast((epoch_us({{ end_at }}) - epoch_us({{ start_at }})) / 1000000 as double)
{%- endmacro %}

{#- One row a day, as `date`, from one date of a one-row relation to another, both included. -#}
{% macro days_between(first_date, last_date, relation) -%}
    {{ return(adapter.dispatch('days_between', 'inbox_warehouse')(first_date, last_date, relation)) }}
{%- endmacro %}

{% macro duckdb__days_between(first_date, last_date, relation) -%}
    select cast(unnest(generate_series(
        cast({{ first_date }} as timestamp), cast({{ last_date }} as timestamp), interval 1 day
    )) as date) as date
    from {{ relation }}
{%- endmacro %}
