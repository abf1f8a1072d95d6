{{ config(materialized='changed_rows', unique_key='message_id') }}

{%- set messages = ref('int_messages_deduplicated') -%}
{%- set threads = ref('int_threads_versioned') -%}
{%- set changed_messages = changes_of(ref('int_messages_versioned')) -%}
{%- set changed_threads = changes_of(threads) %}

with
{%- if is_apply() %}
changed_keys as (
    select distinct message_id from {{ changed_messages }}
),

-- Threads that have arrived, or that were taken back with the export that brought them.
changed_threads as (
    select thread_id
    from {{ changed_threads }}
    where is_latest
    group by thread_id
    having count(*) = 1
),

messages as (
    select * from {{ messages }}
    where message_id in (select message_id from changed_keys)
    union all
    select * from {{ messages }}
    where
        thread_id in (select thread_id from changed_threads)
        and message_id not in (select message_id from changed_keys)
),
{%- else %}
messages as (
    select * from {{ messages }}
),
{%- endif %}

final as (
    select
        message_id,
        thread_id,
        sent_at,
        export_date,
        file_name
    from messages
    where not exists (
        select 1 from {{ threads }} as threads
        where threads.thread_id = messages.thread_id
    )
)

{{ final_rows(
    'message_id in (select message_id from changed_keys) or thread_id in (select thread_id from changed_threads)'
) }}
