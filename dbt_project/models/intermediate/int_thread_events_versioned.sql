{{ config(materialized='changed_rows', unique_key='event_id', partition_by='occurred_date') }}

{%- set threads = ref('int_threads_versioned') -%}

{{ versioned_records('thread_events', 'event_id', also_touched=is_of_arrived_thread(threads)) }},

known_threads as (
    select thread_id
    {%- if is_apply() %}
    from ({{ few_rows(threads, ['thread_id in (select thread_id from versioned_records)']) }}) as touched_threads
    {%- else %}
    from {{ threads }}
    {%- endif %}
    where is_latest
),

events as (
    select
        event_id,
        thread_id,
        event_type,
        event_value,
        actor_type,
        actor_id,
        occurred_at,
        {{ local_date('occurred_at') }} as occurred_date,
        {{ version_columns() }}
    from versioned_records
),

final as (
    select
        events.*,
        known_threads.thread_id is not null as is_thread_known
    from events
    left join known_threads on events.thread_id = known_threads.thread_id
)

{{ final_rows() }}
