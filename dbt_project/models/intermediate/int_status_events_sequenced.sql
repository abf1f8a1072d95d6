{{ config(materialized='changed_rows', unique_key='thread_id') }}

{%- set versioned_events = ref('int_thread_events_versioned') -%}
{%- set is_touched = 'thread_id in (select thread_id from ' ~ changes_of(versioned_events) ~ ')' %}

with events as (
    {%- if is_apply() %}
    select * from ({{ few_rows(versioned_events, [is_touched]) }}) as touched_events
    where is_current and event_type = 'status'
    {%- else %}
    select * from {{ ref('int_thread_events_deduplicated') }}
    where event_type = 'status'
    {%- endif %}
),

final as (
    select
        event_id,
        thread_id,
        case when actor_type = 'agent' then actor_id end as agent_id,
        event_value as status,
        coalesce(
            lag(event_value) over (partition by thread_id order by occurred_at, event_id), 'open'
        ) as previous_status,
        occurred_at
    from events
)

{{ final_rows(is_touched) }}
