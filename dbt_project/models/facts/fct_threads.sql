{{ config(materialized='changed_rows', unique_key='thread_id', partition_by='created_date') }}

{%- set versioned_threads = ref('int_threads_versioned') -%}
{%- set sequenced_events = ref('int_status_events_sequenced') -%}
{%- set touched_messages = ref('int_messages_touched') -%}
{%- set is_touched = 'thread_id in (select thread_id from ' ~ ref('int_threads_touched') ~ ')' %}

with threads as (
    {%- if is_apply() %}
    select * from ({{ few_rows(versioned_threads, [is_touched]) }}) as touched_threads
    where is_current
    {%- else %}
    select * from {{ ref('int_threads_deduplicated') }}
    {%- endif %}
),

messages as (
    {%- if is_apply() %}
    select * from {{ touched_messages }}
    where is_counted
    {%- else %}
    select * from {{ ref('int_messages_deduplicated') }}
    where is_counted
    {%- endif %}
),

status_events as (
    {%- if is_apply() %}
    {{ few_rows(sequenced_events, [is_touched]) }}
    {%- else %}
    select * from {{ sequenced_events }}
    {%- endif %}
),

reopenings as (
    select distinct thread_id
    from status_events
    where previous_status = 'closed' and status <> 'closed'
),

messages_aggregated as (
    select
        thread_id,
        count(*) as messages,
        sum(case when author_type = 'user' then 1 else 0 end) as user_messages,
        sum(case when author_type = 'agent' then 1 else 0 end) as agent_messages,
        min(case when author_type = 'user' then sent_at end) as first_user_message_at,
        min(case when author_type = 'agent' then sent_at end) as first_agent_message_at,
        max(case when author_type = 'user' then sent_at end) as last_user_message_at,
        max(case when author_type = 'agent' then sent_at end) as last_agent_message_at,
        {{ earliest_value('author_id', ['sent_at', 'message_id'], "author_type = 'agent'") }} as first_agent_id
    from messages
    group by thread_id
),

-- At the same instant a user's message comes before an agent's, so only an earlier agent's message starts a thread.
thread_messages as (
    select
        *,
        first_agent_message_at is not null
        and (first_user_message_at is null or first_agent_message_at < first_user_message_at) as is_agent_started
    from messages_aggregated
),

joined as (
    select
        threads.*,
        coalesce(thread_messages.messages, 0) as messages,
        coalesce(thread_messages.user_messages, 0) as user_messages,
        coalesce(thread_messages.agent_messages, 0) as agent_messages,
        thread_messages.first_user_message_at,
        thread_messages.last_user_message_at,
        thread_messages.last_agent_message_at,
        coalesce(thread_messages.is_agent_started, false) as is_agent_started,
        case
            when not thread_messages.is_agent_started then thread_messages.first_agent_message_at
        end as first_response_at,
        case
            when not thread_messages.is_agent_started then thread_messages.first_agent_id
        end as first_responder_id,
        threads.status = 'closed' as is_closed,
        threads.status = 'closed' and threads.closed_at < threads.created_at as is_time_inconsistent,
        threads.reopen_count > 0 or reopenings.thread_id is not null as is_reopened
    from threads
    left join thread_messages on threads.thread_id = thread_messages.thread_id
    left join reopenings on threads.thread_id = reopenings.thread_id
),

final as (
    select
        thread_id,
        channel,
        user_id,
        assigned_agent_id,
        case when is_closed then coalesce(closed_by_agent_id, assigned_agent_id) end as closer_agent_id,
        first_responder_id,
        status,
        created_at,
        created_date,
        closed_at,
        closed_date,
        first_closed_at,
        first_user_message_at,
        first_response_at,
        {{ seconds_between('first_user_message_at', 'first_response_at') }} as first_response_seconds,
        case
            when is_closed and not is_time_inconsistent then {{ seconds_between('created_at', 'closed_at') }}
        end as closing_seconds,
        cast(reopen_count as bigint) as reopen_count,
        cast(messages as bigint) as messages,
        cast(user_messages as bigint) as user_messages,
        cast(agent_messages as bigint) as agent_messages,
        cast({{ list_length('labels') }} as bigint) as labels_count,
        {{ list_length('labels') }} > 0 as is_labeled,
        is_agent_started,
        user_messages > 0 and not is_agent_started and first_response_at is null as is_unanswered,
        is_time_inconsistent,
        team_id,
        priority,
        is_reopened,
        last_user_message_at,
        last_agent_message_at,
        {{ local_hour('created_at') }} as created_hour
    from joined
)

{{ final_rows(is_touched) }}
