with messages as (
    select * from {{ ref('int_messages_deduplicated') }}
    where is_counted
),

aggregated as (
    select
        thread_id,
        count(*) as messages,
        sum(case when author_type = 'user' then 1 else 0 end) as user_messages,
        sum(case when author_type = 'agent' then 1 else 0 end) as agent_messages,
        min(case when author_type = 'user' then sent_at end) as first_user_message_at,
        min(case when author_type = 'agent' then sent_at end) as first_agent_message_at,
        {{ earliest_value('author_id', ['sent_at', 'message_id'], "author_type = 'agent'") }} as first_agent_id
    from messages
    group by thread_id
),

-- At the same instant a user's message comes before an agent's, so only an earlier agent's message starts a thread.
final as (
    select
        *,
        first_agent_message_at is not null
        and (first_user_message_at is null or first_agent_message_at < first_user_message_at) as is_agent_started
    from aggregated
)

select * from final
