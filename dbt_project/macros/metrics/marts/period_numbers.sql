{#-
Every number of every whole period, for each value of a scope: what the marts at each grain show. Sums are added up from
days, quantiles and users lie ready. It ends with the CTE `period_numbers`, whose columns are the period's, the scope's
value and the numbers. (Of periods that a reader's range cuts: macros/metrics/ranges.)
-#}
{% macro period_numbers(scope, grain) -%}
{#- Of what is open at the end of a day, ages are worked out for the whole inbox alone. -#}
{%- set has_ages = scope == 'inbox' and grain == 'day' -%}
with report as (
    select
        as_of_date,
        covered_from,
        first_date,
        last_date,
        least(last_date, as_of_date) as balance_date
    from {{ ref('dim_report') }}
),

days as (
    {{ days_between('first_date', 'balance_date', 'report') }}
),

-- After the last export day, periods in which anything but the backlog lies.
period_starts as (
    select {{ period_start('date', grain) }} as period_start_date
    from days
    union
    select {{ period_start('activity_date', grain) }} as period_start_date
    from {{ ref('fct_scope_days') }}
    where scope = 'inbox'
),

{{ missing_days_of(grain) }},

periods as (
    select
        period_starts.period_start_date,
        {{ period_end('period_starts.period_start_date', grain) }} as period_end_date,
        report.as_of_date,
        report.covered_from,
        coalesce(missing_days.days_missing, 0) as days_missing
    from period_starts
    cross join report
    left join missing_days on period_starts.period_start_date = missing_days.period_start_date
),

-- Nobody's rows are one group; no identifier is empty, so the empty text can stand for them.
scope_days as (
    select
        *,
        coalesce(scope_value, '') as scope_key
    from {{ ref('fct_scope_days') }}
    where scope = '{{ scope }}'
),

scope_users as (
    select
        *,
        coalesce(scope_value, '') as scope_key
    from {{ ref('fct_scope_users') }}
    where scope = '{{ scope }}'
),

quantiles as (
    select
        *,
        coalesce(scope_value, '') as scope_key
    from {{ ref('fct_scope_timings') }}
    where scope = '{{ scope }}' and period_grain = '{{ grain }}'
),

first_days as (
    select
        scope_key,
        min(first_date) as first_date
    from (
        select scope_key, activity_date as first_date from scope_days
        union all
        select scope_key, period_start_date as first_date from quantiles
    ) as scope_dates
    group by scope_key
),

scope_periods as (
    select
        periods.*,
        first_days.scope_key
    from periods
    inner join first_days on periods.period_end_date >= first_days.first_date
),

sums as (
    select
        scope_days.scope_key,
        {%- for name in numbers_of(['sum']) %}
        {{ summed('scope_days.' ~ name, grain) }} as {{ name }},
        {%- endfor %}
        {%- for name in numbers_of(['balance']) %}
        {%- set change = 'scope_days.' ~ numbers()[name].comes ~ ' - scope_days.' ~ numbers()[name].goes %}
        {{ summed('case when scope_days.activity_date <= report.balance_date then ' ~ change ~ ' else 0 end', grain) }} as {{ name }},
        {%- endfor %}
        {{ period_start('scope_days.activity_date', grain) }} as period_start_date
    from scope_days
    cross join report
    {%- if grain != 'day' %}
    group by scope_days.scope_key, {{ period_start('scope_days.activity_date', grain) }}
    {%- endif %}
),

users as (
    select
        scope_key,
        {{ summed(period_users(grain), grain) }} as unique_users,
        {{ summed('new_users', grain) }} as new_users,
        {{ period_start('active_date', grain) }} as period_start_date
    from scope_users
    {%- if grain != 'day' %}
    group by scope_key, {{ period_start('active_date', grain) }}
    {%- endif %}
),

period_numbers as (
    select
        scope_periods.period_start_date,
        scope_periods.period_end_date,
        {{ is_complete(
            'scope_periods.period_start_date', 'scope_periods.period_end_date', 'scope_periods', 'scope_periods.days_missing'
        ) }} as is_complete,
        cast(scope_periods.days_missing as bigint) as days_missing,
        nullif(scope_periods.scope_key, '') as scope_value,
        {%- for name in numbers_of(['sum', 'users']) %}
        cast(coalesce({{ name }}, 0) as bigint) as {{ name }},
        {%- endfor %}
        {%- for name in numbers_of(['ratio']) %}
        {{ ratio('sums.' ~ numbers()[name].over, 'sums.' ~ numbers()[name].under) }} as {{ name }},
        {%- endfor %}
        {%- for name in numbers_of(['quantile']) %}
        quantiles.{{ name }},
        {%- endfor %}
        {%- for name in numbers_of(['age']) %}
        {{ 'day_ages.' ~ name if has_ages else 'cast(null as ' ~ column_type('double precision') ~ ')' }} as {{ name }},
        {%- endfor %}
        {%- for name in numbers_of(['balance']) %}
        cast(coalesce(sum(sums.{{ name }}) over (
            partition by scope_periods.scope_key
            order by scope_periods.period_start_date
            rows between unbounded preceding and current row
        ), 0) as bigint) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from scope_periods
    {%- for relation in ('sums', 'users', 'quantiles') %}
    left join {{ relation }}
        on scope_periods.scope_key = {{ relation }}.scope_key
        and scope_periods.period_start_date = {{ relation }}.period_start_date
    {%- endfor %}
    {%- if has_ages %}
    left join {{ ref('fct_day_ages') }} as day_ages
        on day_ages.date = least(scope_periods.period_end_date, scope_periods.as_of_date)
    {%- endif %}
)
{%- endmacro %}

{#- A number of a value's days, added up to a period: of days it is their own, as each has one row. -#}
{% macro summed(number, grain) -%}
    {{ number if grain == 'day' else 'sum(' ~ number ~ ')' }}
{%- endmacro %}

{#- Whether any number that a scope shows is above zero: else the scope's value has no row for the period. -#}
{% macro has_any_number(scope, relation='period_numbers') -%}
    {%- for name in numbers_of(['sum', 'balance', 'users'], scope) -%}
        {{ relation }}.{{ name }} > 0
        or {% endfor -%}
    coalesce({{ relation }}.{{ numbers_of(['quantile']) | join(', ' ~ relation ~ '.') }}) is not null
{%- endmacro %}
