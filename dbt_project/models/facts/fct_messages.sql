with messages as (
    select * from {{ ref('int_messages_deduplicated') }}
),

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

select * from final
