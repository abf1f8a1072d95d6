{{ config(materialized='changed_rows', unique_key='agent_id') }}

with threads as (
    {{ signed_rows(ref('int_threads_versioned')) }}
    where is_standing
),

messages as (
    {{ signed_rows(ref('int_messages_versioned')) }}
    where is_standing and author_type = 'agent'
),

ratings as (
    {{ signed_rows(ref('int_ratings_versioned')) }}
    where is_standing
),

events as (
    {{ signed_rows(ref('int_thread_events_versioned')) }}
    where is_standing and actor_type = 'agent'
),

mentions as (
    select
        assigned_agent_id as agent_id,
        row_sign
    from threads
    union all
    select
        closed_by_agent_id as agent_id,
        row_sign
    from threads
    union all
    select
        author_id as agent_id,
        row_sign
    from messages
    union all
    select
        agent_id,
        row_sign
    from ratings
    union all
    select
        actor_id as agent_id,
        row_sign
    from events
),

differences as (
    select
        agent_id,
        sum(row_sign) as mentions
    from mentions
    where agent_id is not null
    group by agent_id
),

{{ accumulated_rows(['agent_id'], ['mentions']) }}
