{#-
The quantiles of the CTE `periods`, as the CTE `quantiles`. Of whole periods of a grain they lie ready in
fct_period_timings, for everyone and for an agent; all others are worked out from durations: those of chosen threads
(`is_slow`), and those by the day of the event (`day_of`).
-#}
{% macro range_timings(is_slow, by_agent=false, dimension=none, grain=none) -%}
{%- set is_computed = '(' ~ is_slow ~ ' or ' ~ of_known_day() ~ " = 'ended'" ~ (' or periods.is_cut)' if grain else ' or true)') %}
timings as (
    select
        periods.from_date,
        {{ value_key('timed', by_agent, dimension) }} as value_key,
        timed.measure,
        timed.seconds,
        timed.business_seconds
    from (
        select
            durations.*,
            {%- if dimension %}
            chosen_threads.thread_value,
            {%- endif %}
            case
                when durations.measure = 'reply' or {{ of_known_day() }} = 'ended' then durations.ended_date
                else durations.thread_created_date
            end as timing_date
        from {{ ref('fct_durations').include(database=false) }} as durations
        {{- thread_values('durations', dimension) }}
        where durations.seconds is not null and {{ is_chosen('durations.thread_id') }} and {{ is_of_agent('durations.agent_id') }}
    ) as timed
    inner join periods on timed.timing_date between periods.from_date and periods.to_date
    where {{ is_computed }}
),

timing_quantiles as (
    select
        from_date,
        value_key,
        measure,
        {%- for clock in ('seconds', 'business_seconds') %}
        {{ exact_quantile(clock, 0.5) }} as {{ clock }}_median,
        {{ exact_quantile(clock, 0.9) }} as {{ clock }}_p90{{ ',' if not loop.last }}
        {%- endfor %}
    from timings
    group by from_date, value_key, measure
),

quantiles as (
    select
        from_date,
        value_key,
        {%- for name in numbers_of(['quantile']) %}
        {%- set number = numbers()[name] %}
        max(case when measure = '{{ number.measure }}' then {{ number.clock }}_{{ 'median' if number.fraction == 0.5 else 'p90' }} end) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from timing_quantiles
    group by from_date, value_key
    {%- if grain %}
    union all
    select
        periods.from_date,
        '' as value_key,
        {%- for name in numbers_of(['quantile']) %}
        period_timings.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('fct_period_timings').include(database=false) }} as period_timings
    inner join periods on period_timings.period_start_date = periods.period_start_date
    where
        period_timings.period_grain = {{ grain_name(grain) }}
        and period_timings.is_inbox = (agent is null)
        and {{ is_of_agent('period_timings.agent_id') }}
        and not {{ is_computed }}
    {%- endif %}
)
{%- endmacro %}
