{#-
Every number of the days of a reader's range, by period, and with `dimension` by its values: what inbox_series and
inbox_breakdown show. It reads the CTEs `report` and `periods` and ends with the CTE `range_numbers`. (Of whole periods
alone: macros/metrics/marts/period_numbers.sql.)

is_slow: whether the records of threads are added up, instead of the tables that are kept for everyone and for agents
grain: the grain of the periods, where whole ones may be taken from what lies ready
-#}
{% macro range_numbers(is_slow, dimension=none, grain=none) -%}
{{ labeled_records() }},

{{ thread_values() if dimension else scope_periods(grain) }},

{{ range_sums(is_slow, dimension=dimension, grain=grain) }},

{{ range_balances(dimension, grain) }},

{{ range_users(is_slow, dimension=dimension, grain=grain) }},

{{ range_timings(is_slow, dimension=dimension, grain=grain) }},

{{ range_ages(is_slow, dimension=dimension) }},

range_values as (
    {%- if dimension %}
    {%- for relation in ('sums', 'balances', 'users', 'quantiles', 'period_ages') %}
    select
        from_date,
        value_key
    from {{ relation }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
    {%- else %}
    select
        periods.from_date,
        '' as value_key
    from periods
    {%- endif %}
),

range_numbers as (
    select
        range_values.from_date,
        range_values.value_key,
        {%- for name in numbers_of(['sum', 'users']) if name != 'new_users' %}
        cast(coalesce({{ name }}, 0) as bigint) as {{ name }},
        {%- endfor %}
        cast(case when {{ is_filtered() }} or agent is not null then null else coalesce(users.new_users, 0) end as bigint) as new_users,
        {%- for name in numbers_of(['ratio']) %}
        {{ ratio('sums.' ~ numbers()[name].over, 'sums.' ~ numbers()[name].under) }} as {{ name }},
        {%- endfor %}
        {%- for name in numbers_of(['quantile']) %}
        quantiles.{{ name }},
        {%- endfor %}
        {%- for name in numbers_of(['age']) %}
        period_ages.{{ name }},
        {%- endfor %}
        {%- for name in numbers_of(['balance']) %}
        cast(coalesce(balances.{{ name }}, 0) as bigint) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from range_values
    {%- for relation in ('sums', 'balances', 'users', 'quantiles', 'period_ages') %}
    left join {{ relation }}
        on range_values.from_date = {{ relation }}.from_date
        and range_values.value_key = {{ relation }}.value_key
    {%- endfor %}
)
{%- endmacro %}

{#-
The CTEs `asked_agent`, `report` and `periods`: the agent and the range that are asked for, and the periods of a grain that it
touches, cut to it.
What many CTEs read is materialized: DuckDB before 1.4 works it out for each.
-#}
{% macro range_of_report() -%}
{{ asked_agent() }},

report as materialized (
    select
        as_of_date,
        covered_from,
        timezone,
        {{ of_right_arguments(range_start()) }} as first_date,
        {{ range_end() }} as last_date,
        least({{ range_end() }}, as_of_date) as balance_date
    from {{ ref('dim_report').include(database=false) }}
)
{%- endmacro %}

{% macro periods_of_range(grain) -%}
days as (
    {{ days_between('first_date', 'last_date', 'report') }}
),

period_starts as (
    select distinct {{ period_start('date', grain) }} as period_start_date
    from days
),

whole_periods as (
    select
        period_start_date,
        {{ period_end('period_start_date', grain) }} as period_end_date
    from period_starts
),

periods as materialized (
    select
        whole_periods.period_start_date,
        whole_periods.period_end_date,
        greatest(whole_periods.period_start_date, report.first_date) as from_date,
        least(whole_periods.period_end_date, report.last_date) as to_date,
        whole_periods.period_start_date < report.first_date or whole_periods.period_end_date > report.last_date as is_cut,
        report.covered_from,
        report.as_of_date
    from whole_periods
    inner join report on true
),

period_days as materialized (
    select
        days.date,
        periods.period_start_date,
        periods.from_date,
        periods.is_cut
    from days
    inner join periods on days.date between periods.from_date and periods.to_date
),

{{ days_missing() }}
{%- endmacro %}

{#-
The join of a record with its one of the CTE `periods`, by a day of it. Periods of a grain are many: they are joined by equal days,
which is much cheaper than by ranges.
-#}
{% macro in_period(day, grain) -%}
    {%- if grain -%}
        inner join period_days as periods on {{ day }} = periods.date
    {%- else -%}
        inner join periods on {{ day }} between periods.from_date and periods.to_date
    {%- endif -%}
{%- endmacro %}

{#- Whether all of a period lies in the range, has been exported, and has come. -#}
{% macro is_complete_period() -%}
    not periods.is_cut and {{ is_complete('periods.period_start_date', 'periods.period_end_date', 'periods', 'missing_days.days_missing') }}
{%- endmacro %}
