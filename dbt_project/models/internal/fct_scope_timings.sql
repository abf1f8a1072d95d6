{{ config(materialized='changed_rows', unique_key=['period_start_date', 'period_grain', 'scope', 'scope_value']) }}

{%- set agent_timings = ref('fct_agent_timings') -%}
{%- set timing_columns = ['thread_id', 'created_date'] + scope_columns() + timings() %}

with
{%- if is_apply() %}
touched_days as (
    select distinct
        created_date,
        {{ scope_columns() | join(',\n        ') }}
    from (
        select
            created_date,
            {{ scope_columns() | join(',\n            ') }}
        from {{ changes_of(agent_timings) }}
        group by {{ timing_columns | join(', ') }}
        having count(*) = 1
    ) as changed_timings
),

touched_periods as (
    {%- for grain in grains() %}
    {%- set outer_last = loop.last %}
    {%- for scope in scopes() %}
    select distinct
        '{{ grain }}' as period_grain,
        {{ period_start('created_date', grain) }} as period_start_date,
        '{{ scope }}' as scope,
        {{ scope_value(scope) }} as scope_value
    from touched_days
    {{ 'union all' if not (outer_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

-- The days of touched periods are told to the scan of timings, which lie in about their order.
timing_days as (
    select distinct created_date from {{ agent_timings }}
),
{%- endif %}

{%- for grain in grains() %}

{{ grain }}_timings as (
    select
        {{ period_start('created_date', grain) }} as period_start_date,
        {{ (scope_columns() + timings()) | join(',\n        ') }}
    from {{ agent_timings }}
    {%- if is_apply() %}
    where created_date in (
        select timing_days.created_date
        from timing_days
        inner join touched_periods
            on touched_periods.period_grain = '{{ grain }}' and touched_periods.scope = 'inbox'
            and {{ period_start('timing_days.created_date', grain) }} = touched_periods.period_start_date
    )
    {%- endif %}
),

{%- for scope, column in scopes().items() %}

{{ grain }}_{{ scope }}_quantiles as (
    select
        '{{ grain }}' as period_grain,
        period_start_date,
        '{{ scope }}' as scope,
        {{ scope_value(scope) }} as scope_value,
        {{- quantiles() }}
    from {{ grain }}_timings
    {%- if is_apply() and column %}
    where (period_start_date, coalesce({{ column }}, '')) in (
        select
            period_start_date,
            coalesce(scope_value, '')
        from touched_periods
        where period_grain = '{{ grain }}' and scope = '{{ scope }}'
    )
    {%- endif %}
    group by {{ 'period_start_date, ' ~ column if column else 'period_start_date' }}
),
{%- endfor %}
{%- endfor %}

final as (
    {%- for grain in grains() %}
    {%- set outer_last = loop.last %}
    {%- for scope in scopes() %}
    select * from {{ grain }}_{{ scope }}_quantiles
    where {{ has_any_quantile() }}
    {{ 'union all' if not (outer_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
)

{{ final_rows(
    'exists (select 1 from touched_periods where ' ~ same_key(
        'touched_periods', 'standing', ['period_grain', 'period_start_date', 'scope', 'scope_value']
    ) ~ ')',
    order_by='period_grain, scope, period_start_date, scope_value nulls first'
) }}
