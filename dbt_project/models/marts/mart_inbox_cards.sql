with {{ periods_of_cards('cast(' ~ dbt.dateadd('day', -29, 'as_of_date') ~ ' as date)', 'as_of_date') }},

sums as (
    select
        {%- for name in numbers_of(['sum']) %}
        sum(agent_days.{{ name }}) as {{ name }},
        {%- endfor %}
        periods.from_date
    from {{ ref('fct_agent_days') }} as agent_days
    inner join periods on agent_days.activity_date between periods.from_date and periods.to_date
    group by periods.from_date
),

users as (
    select
        periods.from_date,
        sum(
            case when {{ is_first_since('periods.from_date', 'user_days.previous_active_date') }} then 1 else 0 end
        ) as unique_users
    from {{ ref('fct_user_days') }} as user_days
    inner join periods on user_days.active_date between periods.from_date and periods.to_date
    group by periods.from_date
),

{{ card_numbers() }}
