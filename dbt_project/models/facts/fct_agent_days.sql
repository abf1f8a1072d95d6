{{ config(materialized='changed_rows', unique_key=['activity_date', 'agent_id']) }}

with threads as (
    {{ signed_rows(ref('fct_threads')) }}
),

messages as (
    {{ signed_rows(ref('fct_messages')) }}
    where is_counted
),

ratings as (
    {{ signed_rows(ref('fct_ratings')) }}
),

{#- Each CTE below holds some of the numbers, by the day and the agent that they belong to. -#}
{%- set parts = {
    'threads_created': ['new_threads', 'thread_messages', 'labeled_threads', 'unanswered_threads', 'agent_started_threads', 'closed_threads'],
    'threads_responded': ['responded_threads'],
    'threads_closed': ['threads_closed'],
    'threads_settled': ['threads_left_backlog'],
    'thread_messages_sent': ['messages', 'user_messages', 'agent_messages'],
    'agent_messages_sent': ['messages_sent'],
    'threads_rated': ['ratings', 'score_sum'],
} %}

threads_created as (
    select
        created_date as activity_date,
        assigned_agent_id as agent_id,
        sum(row_sign) as new_threads,
        sum(messages * row_sign) as thread_messages,
        sum(case when is_labeled then row_sign else 0 end) as labeled_threads,
        sum(case when is_unanswered then row_sign else 0 end) as unanswered_threads,
        sum(case when is_agent_started then row_sign else 0 end) as agent_started_threads,
        sum(case when status = 'closed' then row_sign else 0 end) as closed_threads
    from threads
    group by created_date, assigned_agent_id
),

threads_responded as (
    select
        created_date as activity_date,
        first_responder_id as agent_id,
        sum(row_sign) as responded_threads
    from threads
    where first_response_seconds is not null
    group by created_date, first_responder_id
),

threads_closed as (
    select
        closed_date as activity_date,
        assigned_agent_id as agent_id,
        sum(row_sign) as threads_closed
    from threads
    where closed_date is not null
    group by closed_date, assigned_agent_id
),

-- A thread closed before it was created leaves the backlog on the day on which it would have entered.
threads_settled as (
    select
        greatest(closed_date, created_date) as activity_date,
        assigned_agent_id as agent_id,
        sum(row_sign) as threads_left_backlog
    from threads
    where closed_date is not null
    group by greatest(closed_date, created_date), assigned_agent_id
),

thread_messages_sent as (
    select
        sent_date as activity_date,
        assigned_agent_id as agent_id,
        sum(row_sign) as messages,
        sum(case when author_type = 'user' then row_sign else 0 end) as user_messages,
        sum(case when author_type = 'agent' then row_sign else 0 end) as agent_messages
    from messages
    group by sent_date, assigned_agent_id
),

agent_messages_sent as (
    select
        sent_date as activity_date,
        agent_id,
        sum(row_sign) as messages_sent
    from messages
    where author_type = 'agent'
    group by sent_date, agent_id
),

threads_rated as (
    select
        rated_date as activity_date,
        agent_id,
        sum(row_sign) as ratings,
        sum(score * row_sign) as score_sum
    from ratings
    group by rated_date, agent_id
),

differences as (
    {% for part, numbers in parts.items() %}
    select
        activity_date,
        agent_id,
        {{ day_numbers_or_zero(numbers) }}
    from {{ part }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

{{ accumulated_rows(['activity_date', 'agent_id'], day_numbers(), order_by='activity_date, agent_id nulls first') }}
