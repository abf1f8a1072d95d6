{#- The exact number of seconds from one instant to another, as a double. -#}
{% macro seconds_between(start_at, end_at) -%}
    {{ return(adapter.dispatch('seconds_between', 'inbox_warehouse')(start_at, end_at)) }}
{%- endmacro %}

{% macro duckdb__seconds_between(start_at, end_at) -%}
    cast((epoch_us({{ end_at }}) - epoch_us({{ start_at }})) / 1000000 as double)
{%- endmacro %}

{% macro spark__seconds_between(start_at, end_at) -%}
    (unix_micros({{ end_at }}) - unix_micros({{ start_at }})) / 1000000
{%- endmacro %}

{% macro postgres__seconds_between(start_at, end_at) -%}
    cast(extract(epoch from {{ end_at }}) - extract(epoch from {{ start_at }}) as double precision)
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

{#- A series that ends before it begins has no days; Spark's own would be an error. -#}
{% macro spark__days_between(first_date, last_date, relation) -%}
    select explode(case
        when cast({{ first_date }} as date) <= cast({{ last_date }} as date)
            then sequence(cast({{ first_date }} as date), cast({{ last_date }} as date), interval 1 day)
    end) as date
    from {{ relation }}
{%- endmacro %}

{% macro postgres__days_between(first_date, last_date, relation) -%}
    select cast(generate_series(
        cast({{ first_date }} as timestamp), cast({{ last_date }} as timestamp), interval '1 day'
    ) as date) as date
    from {{ relation }}
{%- endmacro %}
