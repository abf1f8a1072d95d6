{{ config(materialized='changed_rows', unique_key='thread_id', partition_by='thread_created_date') }}

{%- set versioned_threads = ref('int_threads_versioned') -%}
{%- set sequenced_events = ref('int_status_events_sequenced') -%}
{%- set is_touched = 'thread_id in (select thread_id from ' ~ ref('int_threads_touched') ~ ')' %}

with versions as (
    {%- if is_apply() %}
    {{ few_rows(versioned_threads, [is_touched]) }}
    {%- else %}
    select * from {{ versioned_threads }}
    {%- endif %}
),

status_events as (
    {%- if is_apply() %}
    {{ few_rows(sequenced_events, [is_touched]) }}
    {%- else %}
    select * from {{ sequenced_events }}
    {%- endif %}
),

threads as (
    select * from versions
    where is_current
),

first_events as (
    select
        thread_id,
        min(occurred_at) as first_event_at
    from status_events
    group by thread_id
),

-- From the first event on, events alone tell when it was closed; before, what any version of it says.
told_by_versions as (
    select
        thread_id,
        first_closed_at as closed_at
    from versions
    where first_closed_at is not null
    union
    select
        thread_id,
        closed_at
    from versions
    where closed_at is not null
),

closings as (
    select
        told_by_versions.thread_id,
        told_by_versions.closed_at,
        cast(null as {{ dbt.type_string() }}) as event_id,
        cast(null as {{ dbt.type_string() }}) as event_agent_id
    from told_by_versions
    left join first_events on told_by_versions.thread_id = first_events.thread_id
    where first_events.thread_id is null or told_by_versions.closed_at < first_events.first_event_at
    union all
    select
        thread_id,
        occurred_at as closed_at,
        event_id,
        agent_id as event_agent_id
    from status_events
    where status = 'closed' and previous_status <> 'closed'
),

final as (
    select
        closings.thread_id,
        cast(
            row_number() over (partition by closings.thread_id order by closings.closed_at, closings.event_id) as bigint
        ) as number,
        closings.closed_at,
        {{ local_date('closings.closed_at') }} as closed_date,
        coalesce(
            closings.event_agent_id,
            case when closings.closed_at = threads.closed_at then threads.closed_by_agent_id end,
            threads.assigned_agent_id
        ) as agent_id,
        closings.event_agent_id,
        threads.assigned_agent_id,
        threads.channel,
        threads.team_id,
        threads.priority,
        threads.created_date as thread_created_date
    from closings
    inner join threads on closings.thread_id = threads.thread_id
)

{{ final_rows(is_touched) }}
