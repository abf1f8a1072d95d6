{{ config(materialized='changed_rows', unique_key='message_id') }}

{%- set messages = ref('int_messages_deduplicated') -%}
{%- set changed_messages = changes_of(ref('int_messages_versioned')) -%}
{%- set changed_threads = changes_of(ref('int_threads_versioned')) %}

with
{%- if is_apply() %}
changed_keys as (
    select distinct message_id from {{ changed_messages }}
),

-- Threads that came or went, or have another day or assignee: each of their messages has to say so.
changed_threads as (
    select thread_id
    from {{ changed_threads }}
    where is_standing
    group by thread_id
    having
        count(*) = 1
        or min(created_date) <> max(created_date)
        or count(assigned_agent_id) = 1
        or min(assigned_agent_id) <> max(assigned_agent_id)
),

-- By one key, so that a scan of all messages can pass over most of them.
replaced_keys as (
    select message_id from changed_keys
    union
    select message_id from {{ this }}
    where thread_id in (select thread_id from changed_threads)
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

threads as (
    select * from {{ ref('int_threads_deduplicated') }}
),

final as (
    select
        messages.message_id,
        messages.thread_id,
        case when messages.author_type = 'user' then messages.author_id end as user_id,
        case when messages.author_type = 'agent' then messages.author_id end as agent_id,
        messages.author_type,
        messages.sent_at,
        messages.sent_date,
        threads.created_date as thread_created_date,
        threads.assigned_agent_id,
        messages.is_private,
        messages.is_counted,
        messages.body_length
    from messages
    inner join threads on messages.thread_id = threads.thread_id
)

{{ final_rows('message_id in (select message_id from replaced_keys)') }}
