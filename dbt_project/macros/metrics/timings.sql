{#- Timings: the numbers about seconds, which are quantiles over the timings of a period. -#}

{#- The columns of fct_agent_timings whose quantiles are numbers. -#}
{% macro timings() -%}
    {%- set names = [] -%}
    {%- for name in numbers_of(['quantile']) -%}
        {%- if numbers()[name].seconds not in names -%}{%- do names.append(numbers()[name].seconds) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- Every quantile as a column over rows of timings. -#}
{% macro quantiles() -%}
    {%- for name in numbers_of(['quantile']) %}
        {{ exact_quantile(numbers()[name].seconds, numbers()[name].fraction) }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Whether a row of quantiles holds any. -#}
{% macro has_any_quantile() -%}
    coalesce({{ numbers_of(['quantile']) | join(', ') }}) is not null
{%- endmacro %}
