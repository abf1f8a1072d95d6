{{ config(meta={'dagster': {'ref': {'name': 'fct_messages'}}}) }}
-- Joins neither lose nor double a record between the deduplicated records and the facts. In a batch, the messages of
-- the conversations that it touched are looked at.
{%- set is_tested = is_to_be_tested(ref('fct_threads'), 'thread_id', ref('int_threads_touched')) %}
with current_messages as (
    select thread_id from {{ ref('int_messages_deduplicated') }}
    where {{ is_tested }}
),

current_threads as (
    select thread_id from {{ ref('int_threads_deduplicated') }}
    where {{ is_tested }}
),

messages as (
    select
        count(*) as records,
        coalesce(sum(case when is_counted then 1 else 0 end), 0) as messages,
        coalesce(sum(case when is_counted and author_type = 'user' then 1 else 0 end), 0) as user_messages,
        coalesce(sum(case when is_counted and author_type = 'agent' then 1 else 0 end), 0) as agent_messages
    from {{ ref('fct_messages') }}
    where {{ is_tested }}
),

threads as (
    select
        coalesce(sum(messages), 0) as messages,
        coalesce(sum(user_messages), 0) as user_messages,
        coalesce(sum(agent_messages), 0) as agent_messages
    from {{ ref('fct_threads') }}
    where {{ is_tested }}
),

counts as (
    select
        'threads' as record,
        (select count(*) from {{ ref('int_threads_deduplicated') }}) as expected_rows,
        (select count(*) from {{ ref('fct_threads') }}) as actual_rows
    union all
    select
        'messages' as record,
        (
            select count(*) from current_messages
            where thread_id in (select thread_id from current_threads)
        ) as expected_rows,
        (select records from messages) as actual_rows
    union all
    select
        'ratings' as record,
        (select count(*) from {{ ref('int_ratings_deduplicated') }}) as expected_rows,
        (select count(*) from {{ ref('fct_ratings') }}) as actual_rows
    {%- for number in ('messages', 'user_messages', 'agent_messages') %}
    union all
    select
        '{{ number }} of threads' as record,
        (select {{ number }} from messages) as expected_rows,
        (select {{ number }} from threads) as actual_rows
    {%- endfor %}
)

select * from counts
where expected_rows <> actual_rows
