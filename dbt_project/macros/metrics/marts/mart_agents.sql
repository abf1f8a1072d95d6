{#- One row per period of a grain and agent with any number above zero: the body of mart_agents_<grain>. -#}
{% macro mart_agents(grain) -%}
{{ period_numbers('agent', grain) }},

final as (
    select
        period_numbers.period_start_date,
        period_numbers.period_end_date,
        period_numbers.is_complete,
        period_numbers.scope_value as agent_id,
        {{ agent_name() }} as agent_name,
        {%- for name in shown_numbers('agent') %}
        period_numbers.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from period_numbers
    left join {{ ref('dim_agents') }} as agents on period_numbers.scope_value = agents.agent_id
    where
        {{ has_any_number('agent') }}
)

select * from final
order by period_start_date, agent_id nulls first
{%- endmacro %}

{#- What readers see of an agent; nobody's numbers are shown as Unassigned. -#}
{% macro agent_name() -%}
    coalesce(agents.name, 'Unassigned')
{%- endmacro %}
