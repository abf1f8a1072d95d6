{{ config(materialized='changed_rows', unique_key=['period_start_date', 'period_grain', 'scope', 'scope_value']) }}

{%- set durations = ref('fct_durations') -%}
{%- set timed_columns = scope_columns() + ['measure', 'seconds', 'business_seconds'] %}
{#- Read anew for each grain: a day touches periods of years, whose timings, kept, fill the memory of a large inbox. #}

with
{%- if is_apply() %}
touched_days as (
    select distinct
        timing_date,
        {{ scope_columns() | join(',\n        ') }}
    from (
        select
            {{ timing_date() }} as timing_date,
            {{ scope_columns() | join(',\n            ') }}
        from {{ changes_of(durations) }}
        where seconds is not null
        group by duration_id, {{ timing_date() }}, {{ timed_columns | join(', ') }}
        having count(*) = 1
    ) as changed_timings
),

touched_periods as (
    {%- for grain in grains() %}
    {%- set outer_last = loop.last %}
    {%- for scope in scopes() %}
    select distinct
        '{{ grain }}' as period_grain,
        {{ period_start('timing_date', grain) }} as period_start_date,
        '{{ scope }}' as scope,
        {{ scope_value(scope) }} as scope_value
    from touched_days
    {{ 'union all' if not (outer_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),
{%- endif %}

-- By the columns as they are stored, so that the days that are asked for tell which blocks to read.
timings as {{ inlined() }} (
    {%- for day, measures in {'thread_created_date': "<> 'reply'", 'ended_date': "= 'reply'"}.items() %}
    select
        {{ day }} as timing_date,
        {{ timed_columns | join(',\n        ') }}
    from {{ durations }}
    where seconds is not null and measure {{ measures }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{%- if is_apply() %}

-- The days of touched periods are told to the scan of durations.
timing_days as (
    select distinct timing_date from timings
),
{%- endif %}

{%- for grain in grains() %}

{{ grain }}_timings as {{ inlined() }} (
    select
        {{ period_start('timing_date', grain) }} as period_start_date,
        {{ timed_columns | join(',\n        ') }}
    from timings
    {%- if is_apply() %}
    where timing_date in (
        select timing_days.timing_date
        from timing_days
        inner join touched_periods
            on touched_periods.period_grain = '{{ grain }}' and touched_periods.scope = 'inbox'
            and {{ period_start('timing_days.timing_date', grain) }} = touched_periods.period_start_date
    )
    {%- endif %}
),

{%- for scope, column in scopes().items() %}
{#- Where no record has a value, as in an inbox without teams, nobody's quantiles are the inbox's: worked out once. #}
{%- set has_values = 'exists (select 1 from ' ~ durations ~ ' where ' ~ column ~ ' is not null)' %}
{%- set is_touched %}
 in (
            select
                period_start_date,
                coalesce(scope_value, '')
            from touched_periods
            where period_grain = '{{ grain }}' and scope = '{{ scope }}'
        )
{%- endset %}

{{ grain }}_{{ scope }}_quantiles as (
    select
        '{{ grain }}' as period_grain,
        period_start_date,
        '{{ scope }}' as scope,
        {{ scope_value(scope) }} as scope_value,
        measure,
        {{- measure_quantiles() }}
    from {{ grain }}_timings
    {%- if column %}
    where
        {{ has_values ~ (' and (period_start_date, coalesce(' ~ column ~ ", ''))" ~ is_touched if is_apply() else '') }}
    {%- endif %}
    group by {{ 'period_start_date, measure, ' ~ column if column else 'period_start_date, measure' }}
    {%- if column %}
    union all
    select
        period_grain,
        period_start_date,
        '{{ scope }}' as scope,
        scope_value,
        measure,
        seconds_quantiles,
        business_seconds_quantiles
    from {{ grain }}_inbox_quantiles
    where
        {{ 'not ' ~ has_values ~ (" and (period_start_date, '')" ~ is_touched if is_apply() else '') }}
    {%- endif %}
),
{%- endfor %}
{%- endfor %}

all_quantiles as (
    {%- for grain in grains() %}
    {%- set outer_last = loop.last %}
    {%- for scope in scopes() %}
    select * from {{ grain }}_{{ scope }}_quantiles
    {{ 'union all' if not (outer_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

final as (
    select
        period_grain,
        period_start_date,
        scope,
        scope_value,
        {{- quantiles() }}
    from all_quantiles
    group by period_grain, period_start_date, scope, scope_value
)

{{ final_rows(
    'exists (select 1 from touched_periods where ' ~ same_key(
        'touched_periods', 'existing', ['period_grain', 'period_start_date', 'scope', 'scope_value']
    ) ~ ')',
    order_by='period_grain, scope, period_start_date, scope_value nulls first'
) }}
