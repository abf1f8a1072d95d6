{#- Timings: the numbers about seconds, which are quantiles over the durations of a period. -#}

{#- The measures of fct_durations that numbers are made of. -#}
{% macro timed_measures() -%}
    {%- set names = [] -%}
    {%- for name in numbers_of(['quantile']) if numbers()[name].measure not in names -%}
        {%- do names.append(numbers()[name].measure) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- The day that a duration counts on: a reply's is that of the reply, any other's that of its thread. -#}
{% macro timing_date(durations='') -%}
    case when {{ durations }}measure = 'reply' then {{ durations }}ended_date else {{ durations }}thread_created_date end
{%- endmacro %}

{#- The quantiles of durations of one measure, by either clock: what quantiles() takes the numbers from. -#}
{% macro measure_quantiles() -%}
    {%- for clock in ('seconds', 'business_seconds') %}
        {{ exact_quantiles(clock, [0.5, 0.9]) }} as {{ clock }}_quantiles{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Every quantile as a column over rows of measure_quantiles() of all measures. -#}
{% macro quantiles() -%}
    {%- for name in numbers_of(['quantile']) %}
        {%- set number = numbers()[name] %}
        max(case
            when measure = '{{ number.measure }}'
                then {{ list_item(number.clock ~ '_quantiles', [0.5, 0.9].index(number.fraction) + 1) }}
        end) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
