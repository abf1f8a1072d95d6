{#-
The quantiles of the CTE `periods`, as the CTE `quantiles`. Of whole periods of a grain they lie ready in
fct_period_timings, for everyone and for an agent, and in the marts of a channel or a team; all others are worked out from
durations: those of other chosen threads (`is_slow`), and those by the day of the event (`day_of`).

measures: those whose numbers are read
-#}
{% macro range_timings(is_slow, by_agent=false, dimension=none, grain=none, measures=timed_measures()) -%}
{%- set is_by_end = of_known_day() ~ " = 'ended'" %}
{%- set is_ready = 'not (' ~ is_by_end ~ ' or periods.is_cut)' %}
timings as (
    {%- for day in ('thread_created_date', 'ended_date') %}
    select
        periods.from_date,
        {{ value_key('durations', 'agent_id', by_agent, dimension) }} as value_key,
        durations.measure,
        durations.seconds,
        durations.business_seconds
    from {{ chosen('fct_durations', is_shared=grain or dimension) }} as durations
    {{- with_thread_values('durations', dimension) }}
    {{ in_period('durations.' ~ day, grain) }}
    where
        durations.seconds is not null
        and durations.measure in ('{{ measures | join("', '") }}')
        and {{ 'not ' if day == 'thread_created_date' }}(durations.measure = 'reply' or {{ is_by_end }})
        and {{ is_in_range('durations.' ~ day) }}
        {%- if grain %}
        and not ((not {{ is_slow }} or {{ is_only_value() }}) and {{ is_ready }})
        {%- endif %}
        and {{ is_of_agent('durations.agent_id') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
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
    {%- set ready = {
        'fct_period_timings': 'not ' ~ is_slow ~ ' and ready.period_grain = ' ~ grain_name(grain)
            ~ ' and ready.is_inbox = (agent is null) and ' ~ is_of_agent('ready.agent_id'),
        'scope_periods': 'true',
    } %}
    {%- for relation, condition in ready.items() %}
    union all
    select
        periods.from_date,
        '' as value_key,
        ready.{{ numbers_of(['quantile']) | join(',\n        ready.') }}
    from {{ ref(relation).include(database=false) if relation != 'scope_periods' else relation }} as ready
    inner join periods on ready.period_start_date = periods.period_start_date
    where {{ is_ready }} and {{ condition }}
    {%- endfor %}
    {%- endif %}
)
{%- endmacro %}
