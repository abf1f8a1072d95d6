{{ config(arguments=['dimension', 'start_date', 'end_date'], named=named_arguments(['agent', 'day_of'])) }}

{%- set is_slow = '(' ~ is_filtered() ~ " or " ~ of_known_dimension() ~ " <> 'agent')" %}

with {{ range_of_report() }},

periods as materialized (
    select
        first_date as from_date,
        last_date as to_date
    from report
),

{{ range_numbers(is_slow, dimension='dimension') }},

final as (
    select
        {{ of_known_dimension() }} as dimension,
        nullif(range_numbers.value_key, '') as value,
        coalesce(
            case {{ of_known_dimension() }} when 'agent' then agents.name when 'team' then teams.name end,
            nullif(range_numbers.value_key, ''),
            'Unassigned'
        ) as label,
        {{ of_known_dimension() }} = 'label' as is_overlapping,
        {%- for name in shown_numbers('agent') if name != 'days_missing' %}
        range_numbers.{{ name }},
        {%- endfor %}
        cast(null as bigint) as new_users
    from range_numbers
    left join {{ ref('dim_agents').include(database=false) }} as agents on range_numbers.value_key = agents.agent_id
    left join {{ ref('dim_teams').include(database=false) }} as teams on range_numbers.value_key = teams.team_id
    where
        {{ has_any_number('agent', 'range_numbers') }}
)

{{ rows_or_error('dimension') }}
order by value asc nulls last
