{#-
One row per period of a grain and value of a scope with any number above zero: the body of mart_agents_<grain>,
mart_channels_<grain> and mart_teams_<grain>.

name: the column of the value's name, where it has one
-#}
{% macro mart_of_scope(scope, grain, name=none) -%}
{%- set column = scopes()[scope] %}
{{ period_numbers(scope, grain) }},

final as (
    select
        period_numbers.period_start_date,
        period_numbers.period_end_date,
        period_numbers.is_complete,
        period_numbers.scope_value as {{ column }},
        {%- if name %}
        {{ name_of_value(scope ~ 's') }} as {{ name }},
        {%- endif %}
        {%- for number in shown_numbers(scope) %}
        period_numbers.{{ number }}{{ ',' if not loop.last }}
        {%- endfor %}
    from period_numbers
    {%- if name %}
    left join {{ ref('dim_' ~ scope ~ 's') }} as {{ scope }}s on period_numbers.scope_value = {{ scope }}s.{{ column }}
    {%- endif %}
    where
        {{ has_any_number(scope) }}
)

select * from final
order by period_start_date, {{ column }} nulls first
{%- endmacro %}

{#- What readers see of a value with a name: `relation` is its dimension; nobody's numbers are shown as Unassigned. -#}
{% macro name_of_value(relation) -%}
    coalesce({{ relation }}.name, 'Unassigned')
{%- endmacro %}
