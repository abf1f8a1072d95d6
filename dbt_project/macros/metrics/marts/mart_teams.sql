{#- One row per period of a grain and team with any number above zero: the body of mart_teams_<grain>. -#}
{% macro mart_teams(grain) -%}
{{ period_numbers('team', grain) }},

final as (
    select
        period_numbers.period_start_date,
        period_numbers.period_end_date,
        period_numbers.is_complete,
        period_numbers.scope_value as team_id,
        {{ team_name() }} as team_name,
        {%- for name in shown_numbers('team') %}
        period_numbers.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from period_numbers
    left join {{ ref('dim_teams') }} as teams on period_numbers.scope_value = teams.team_id
    where
        {{ has_any_number('team') }}
)

select * from final
order by period_start_date, team_id nulls first
{%- endmacro %}

{#- What readers see of a team; nobody's numbers are shown as Unassigned. -#}
{% macro team_name() -%}
    coalesce(teams.name, 'Unassigned')
{%- endmacro %}
