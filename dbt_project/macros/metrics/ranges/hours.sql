{#- Quarters of an hour, numbered from 1970 in UTC: zones differ by whole ones, so that each is of one local hour. -#}
{% macro quarter_of(instant) -%}
    cast(floor(extract(epoch from {{ instant }}) / 900) as bigint)
{%- endmacro %}

{#- The first quarter of a day in UTC. -#}
{% macro quarter_of_day(date) -%}
    cast(extract(epoch from cast({{ date }} as timestamp)) / 900 as bigint)
{%- endmacro %}

{#- What clocks of a zone show when a quarter begins. -#}
{% macro local_time_of_quarter(quarter, zone) -%}
    timezone({{ zone }}, to_timestamp(({{ quarter }}) * 900))
{%- endmacro %}
