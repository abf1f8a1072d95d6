{#- The grains, each with the word that ends the names of its marts; inbox_series takes either. -#}
{% macro grains() -%}
    {{ return({'day': 'daily', 'week': 'weekly', 'month': 'monthly', 'year': 'yearly'}) }}
{%- endmacro %}

{#- The first day of the period that holds a day. `grain` is day, week, month or year, or an expression of them. -#}
{% macro period_start(date, grain) -%}
    {%- if grain == 'day' -%}
        {{ date }}
    {%- elif grain == 'week' and var('inbox_week_start') == 'sunday' -%}
        cast({{ dbt.dateadd('day', -1, dbt.date_trunc('week', dbt.dateadd('day', 1, date))) }} as date)
    {%- elif grain in ('week', 'month', 'year') -%}
        cast({{ dbt.date_trunc(grain, date) }} as date)
    {%- else -%}
        case
            {%- for name, mart in grains().items() %}
            when {{ grain }} in ('{{ name }}', '{{ mart }}') then {{ period_start(date, name) }}
            {%- endfor %}
            else cast({{ raise_error('grain must be day, week, month or year (or daily, weekly, monthly, yearly)') }} as date)
        end
    {%- endif -%}
{%- endmacro %}

{#- The last day of the period that begins on a day. -#}
{% macro period_end(period_start_date, grain) -%}
    {%- if grain in grains() -%}
        cast({{ dbt.dateadd('day', -1, dbt.dateadd(grain, 1, period_start_date)) }} as date)
    {%- else -%}
        case
            {%- for name, mart in grains().items() %}
            when {{ grain }} in ('{{ name }}', '{{ mart }}') then {{ period_end(period_start_date, name) }}
            {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}

{#- The grain's name as a value, from a grain or an expression of them. -#}
{% macro grain_name(grain) -%}
    {%- if grain in grains() -%}
        '{{ grain }}'
    {%- else -%}
        case
            {%- for name, mart in grains().items() %}
            when {{ grain }} in ('{{ name }}', '{{ mart }}') then '{{ name }}'
            {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}
