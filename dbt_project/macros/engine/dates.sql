{#- The day of the week of a date: 1 is Monday, 7 is Sunday. -#}
{% macro iso_day_of_week(date) -%}
    {{ return(adapter.dispatch('iso_day_of_week', 'inbox_warehouse')(date)) }}
{%- endmacro %}

{% macro default__iso_day_of_week(date) -%}
    extract(isodow from {{ date }})
{%- endmacro %}

{% macro spark__iso_day_of_week(date) -%}
    extract(dow_iso from {{ date }})
{%- endmacro %}

{#-
In place of the adapter's own, which take instants too: those write their argument three times and end the query where
it is null, so that a few of them inside each other grow beyond reading. Models have dates only.
-#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    {%- set date = 'cast(' ~ from_date_or_timestamp ~ ' as date)' -%}
    {%- set months = {'month': 1, 'quarter': 3, 'year': 12} -%}
    {%- if datepart in ('day', 'week') -%}
        date_add({{ date }}, cast(({{ interval }}) * {{ 7 if datepart == 'week' else 1 }} as int))
    {%- elif datepart in months -%}
        add_months({{ date }}, cast(({{ interval }}) * {{ months[datepart] }} as int))
    {%- else -%}
        {{ exceptions.raise_compiler_error('dateadd takes day, week, month, quarter or year on Spark, not ' ~ datepart) }}
    {%- endif -%}
{%- endmacro %}

{% macro spark__datediff(first_date, second_date, datepart) -%}
    {%- if datepart != 'day' -%}
        {{ exceptions.raise_compiler_error('datediff takes day on Spark, not ' ~ datepart) }}
    {%- endif -%}
    datediff(cast({{ second_date }} as date), cast({{ first_date }} as date))
{%- endmacro %}

{#- One row a whole number, as `number`, from one to another, both included. -#}
{% macro whole_numbers(first_number, last_number) -%}
    {{ return(adapter.dispatch('whole_numbers', 'inbox_warehouse')(first_number, last_number)) }}
{%- endmacro %}

{% macro duckdb__whole_numbers(first_number, last_number) -%}
    select unnest(generate_series({{ first_number }}, {{ last_number }})) as number
{%- endmacro %}

{% macro spark__whole_numbers(first_number, last_number) -%}
    select explode(sequence({{ first_number }}, {{ last_number }})) as number
{%- endmacro %}

{% macro postgres__whole_numbers(first_number, last_number) -%}
    select generate_series({{ first_number }}, {{ last_number }}) as number
{%- endmacro %}
