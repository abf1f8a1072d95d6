{#-
Every number of the periods that a reader's range touches, of the days of the range alone: what inbox_series shows.
Sums and balances follow from days; whole periods have their quantiles and users ready, those that the range cuts are
computed from timings and user days. Of everyone, or of the agent of an expression that is not null ('' is nobody).
It ends with the CTE `series_numbers`. (Of whole periods alone: macros/metrics/marts/period_numbers.sql.)
-#}
{% macro series_numbers(grain, first_date, last_date, agent) -%}
{%- set is_chosen -%}
    is_inbox = ({{ agent }} is null) and ({{ agent }} is null or coalesce(agent_id, '') = {{ agent }})
{%- endset -%}
with report as (
    select
        as_of_date,
        {{ first_date }} as first_date,
        {{ last_date }} as last_date,
        least({{ last_date }}, as_of_date) as balance_date
    from {{ ref('dim_report').include(database=false) }}
),

days as (
    {{ days_between('first_date', 'last_date', 'report') }}
),

period_starts as (
    select distinct {{ period_start('date', grain) }} as period_start_date
    from days
),

periods as (
    select
        period_starts.period_start_date,
        {{ period_end('period_starts.period_start_date', grain) }} as period_end_date,
        greatest(period_starts.period_start_date, report.first_date) as from_date,
        least({{ period_end('period_starts.period_start_date', grain) }}, report.last_date) as to_date,
        report.as_of_date
    from period_starts
    cross join report
),

cut_periods as (
    select * from periods
    where from_date > period_start_date or to_date < period_end_date
),

agent_days as (
    select * from {{ ref('fct_agent_days').include(database=false) }}
    where {{ agent }} is null or coalesce(agent_id, '') = {{ agent }}
),

period_timings as (
    select * from {{ ref('fct_period_timings').include(database=false) }}
    where period_grain = {{ grain_name(grain) }} and {{ is_chosen }}
),

active_users as (
    select * from {{ ref('fct_active_users').include(database=false) }}
    where {{ is_chosen }}
),

{#- The timings of the first period and of the last, where the range cuts them. -#}
cut_timings as (
    select
        {{ period_start('timings.created_date', grain) }} as period_start_date,
        timings.{{ timings() | join(',\n        timings.') }}
    from {{ ref('fct_agent_timings').include(database=false) }} as timings
    inner join cut_periods on timings.created_date between cut_periods.from_date and cut_periods.to_date
    where {{ agent }} is null or coalesce(timings.agent_id, '') = {{ agent }}
),

{#- The user days of the first period, where the range cuts off its beginning. -#}
cut_user_days as (
    {%- for fact, is_of in {
        'fct_user_days': agent ~ ' is null',
        'fct_agent_user_days': "coalesce(user_days.agent_id, '') = " ~ agent,
    }.items() %}
    select
        cut_periods.period_start_date,
        cut_periods.from_date as first_date,
        user_days.active_date,
        user_days.previous_active_date
    from {{ ref(fact).include(database=false) }} as user_days
    inner join cut_periods on user_days.active_date between cut_periods.from_date and cut_periods.to_date
    where {{ is_of }} and cut_periods.period_start_date < cut_periods.from_date
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

sums as (
    select
        {{ period_start('agent_days.activity_date', grain) }} as period_start_date,
        {%- for name in numbers_of(['sum']) %}
        sum(agent_days.{{ name }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from agent_days
    inner join report on agent_days.activity_date between report.first_date and report.last_date
    group by 1
),

{#- What a balance was before the range begins enters with its first period. -#}
balance_changes as (
    select
        {{ period_start('greatest(agent_days.activity_date, report.first_date)', grain) }} as period_start_date,
        {%- for name in numbers_of(['balance']) %}
        sum(agent_days.{{ numbers()[name].comes }} - agent_days.{{ numbers()[name].goes }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from agent_days
    inner join report on agent_days.activity_date <= report.balance_date
    group by 1
),

quantiles as (
    select
        period_start_date,
        {{ numbers_of(['quantile']) | join(',\n        ') }}
    from period_timings
    inner join report
        on period_timings.period_start_date >= report.first_date
        and {{ period_end('period_timings.period_start_date', grain) }} <= report.last_date
    union all
    select
        period_start_date,
        {{- quantiles() }}
    from cut_timings
    group by period_start_date
),

{#- First activities of a period's users sum to its users; in a period whose first days are cut off, not all are there. -#}
users as (
    select
        {{ period_start('active_date', grain) }} as period_start_date,
        sum({{ period_users(grain) }}) as unique_users,
        sum(new_users) as new_users
    from active_users
    inner join report
        on active_users.active_date between report.first_date and report.last_date
        and {{ period_start('active_users.active_date', grain) }} >= report.first_date
    group by 1
    union all
    select
        period_start_date,
        {{ unique_users('first_date') }} as unique_users,
        sum(case when previous_active_date is null then 1 else 0 end) as new_users
    from cut_user_days
    group by period_start_date
),

series_numbers as (
    select
        periods.period_start_date,
        periods.period_end_date,
        periods.from_date,
        periods.to_date,
        periods.as_of_date,
        {%- for name in numbers_of(['sum', 'users']) %}
        cast(coalesce({{ name }}, 0) as bigint) as {{ name }},
        {%- endfor %}
        {%- for name in numbers_of(['ratio']) %}
        {{ ratio('sums.' ~ numbers()[name].over, 'sums.' ~ numbers()[name].under) }} as {{ name }},
        {%- endfor %}
        {%- for name in numbers_of(['quantile']) %}
        quantiles.{{ name }},
        {%- endfor %}
        {%- for name in numbers_of(['balance']) %}
        cast(coalesce(sum(balance_changes.{{ name }}) over (
            order by periods.period_start_date
            rows between unbounded preceding and current row
        ), 0) as bigint) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from periods
    {%- for relation in ('sums', 'users', 'quantiles', 'balance_changes') %}
    left join {{ relation }} on periods.period_start_date = {{ relation }}.period_start_date
    {%- endfor %}
)
{%- endmacro %}
