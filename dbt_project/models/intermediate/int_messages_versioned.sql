{{ config(materialized='changed_rows', unique_key='message_id', partition_by='sent_date') }}

{%- set threads = ref('int_threads_versioned') -%}

{{ versioned_records('messages', 'message_id', also_touched=is_of_changed_thread(threads)) }},

threads as (
    select
        thread_id,
        case when is_current then created_date end as created_date,
        {{ thread_columns_while_current() }}
    {%- if is_apply() %}
    from ({{ few_rows(threads, ['thread_id in (select thread_id from versioned_records)']) }}) as touched_threads
    {%- else %}
    from {{ threads }}
    {%- endif %}
    where is_latest
),

messages as (
    select
        message_id,
        thread_id,
        author_id,
        author_type,
        body_length,
        is_private,
        sent_at,
        {{ local_date('sent_at') }} as sent_date,
        {{ version_columns() }}
    from versioned_records
),

final as (
    select
        messages.*,
        threads.thread_id is not null as is_thread_known,
        threads.created_date as thread_created_date,
        threads.{{ thread_columns() | join(',\n        threads.') }}
    from messages
    left join threads on messages.thread_id = threads.thread_id
)

{{ final_rows() }}
