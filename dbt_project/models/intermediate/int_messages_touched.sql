{%- set messages = ref('int_messages_versioned') -%}
{%- set threads_touched = ref('int_threads_touched') -%}
with messages as (
    {%- if has_changes(messages) %}
    {{ few_rows(messages, ['thread_id in (select thread_id from ' ~ threads_touched ~ ')']) }}
    {%- else %}
    select * from {{ messages }}
    where false
    {%- endif %}
),

final as (
    select
        message_id,
        thread_id,
        author_type,
        author_id,
        is_private,
        sent_at,
        thread_created_date,
        {{ is_counted_message('author_type', 'is_private') }} as is_counted
    from messages
    where is_current
)

select * from final
