{{ config(materialized='changed_rows', unique_key='message_id') }}

{{ ranked_records('messages', 'message_id') }},

final as (
    select
        message_id,
        thread_id,
        author_id,
        author_type,
        body_length,
        is_private,
        {{ is_counted_message('author_type', 'is_private') }} as is_counted,
        sent_at,
        {{ local_date('sent_at') }} as sent_date,
        {{ version_columns() }}
    from ranked_records
)

{{ final_rows('message_id in (select message_id from changed_keys)') }}
