{{ config(materialized='changed_rows', unique_key=['period_grain', 'period_start_date', 'is_inbox', 'agent_id']) }}

{%- set agent_timings = ref('fct_agent_timings') -%}
{%- set timing_columns = ['thread_id', 'agent_id', 'created_date', 'first_response_seconds', 'closing_seconds'] %}

with
{%- if is_apply() %}
touched_days as (
    select distinct
        created_date,
        agent_id
    from (
        select
            agent_id,
            created_date
        from {{ changes_of(agent_timings) }}
        group by {{ timing_columns | join(', ') }}
        having count(*) = 1
    ) as changed_timings
),

touched_periods as (
    {%- for grain in grains() %}
    select distinct
        '{{ grain }}' as period_grain,
        {{ period_start('created_date', grain) }} as period_start_date,
        agent_id
    from touched_days
    {{ 'union all' if not loop.last }}
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
        agent_id,
        first_response_seconds,
        closing_seconds
    from {{ agent_timings }}
    {%- if is_apply() %}
    where created_date in (
        select timing_days.created_date
        from timing_days
        inner join touched_periods
            on touched_periods.period_grain = '{{ grain }}'
            and {{ period_start('timing_days.created_date', grain) }} = touched_periods.period_start_date
    )
    {%- endif %}
),

{%- for is_inbox in (false, true) %}

{{ grain }}_{{ 'inbox' if is_inbox else 'agent' }}_numbers as (
    select
        '{{ grain }}' as period_grain,
        period_start_date,
        {{ 'true' if is_inbox else 'false' }} as is_inbox,
        {{ 'cast(null as ' ~ dbt.type_string() ~ ')' if is_inbox else 'agent_id' }} as agent_id,
        {{ timing_aggregates() }}
    from {{ grain }}_timings
    {%- if is_apply() and not is_inbox %}
    where (period_start_date, coalesce(agent_id, '')) in (
        select
            period_start_date,
            coalesce(agent_id, '')
        from touched_periods
        where period_grain = '{{ grain }}'
    )
    {%- endif %}
    group by {{ 'period_start_date' if is_inbox else 'period_start_date, agent_id' }}
),
{%- endfor %}
{%- endfor %}

final as (
    {%- for grain in grains() %}
    {%- set outer_last = loop.last %}
    {%- for scope in ('agent', 'inbox') %}
    select * from {{ grain }}_{{ scope }}_numbers
    where first_response_seconds_median is not null or closing_seconds_median is not null
    {{ 'union all' if not (outer_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
)

{{ final_rows(
    'exists (select 1 from touched_periods where touched_periods.period_grain = standing.period_grain'
    ~ ' and touched_periods.period_start_date = standing.period_start_date'
    ~ ' and (standing.is_inbox or touched_periods.agent_id is not distinct from standing.agent_id))',
    order_by='period_grain, is_inbox, period_start_date, agent_id nulls first'
) }}
