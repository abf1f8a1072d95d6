{{ config(meta={'dagster': {'ref': {'name': 'fct_messages'}}}) }}
-- Joins neither lose nor double a record between the deduplicated records and the facts. In a batch, the messages of
-- the conversations that it touched are looked at.
{%- set is_tested = is_to_be_tested(ref('fct_threads'), 'thread_id', ref('int_threads_touched')) %}
with counts as (
    select
        'threads' as record,
        (select count(*) from {{ ref('int_threads_deduplicated') }}) as expected_rows,
        (select count(*) from {{ ref('fct_threads') }}) as actual_rows
    union all
    select
        'messages' as record,
        (
            select count(*) from {{ ref('int_messages_deduplicated') }} as messages
            where
                {{ is_tested }}
                and exists (
                    select 1 from {{ ref('int_threads_deduplicated') }} as threads
                    where threads.thread_id = messages.thread_id
                )
        ) as expected_rows,
        (
            select count(*) from {{ ref('fct_messages') }}
            where {{ is_tested }}
        ) as actual_rows
    union all
    select
        'ratings' as record,
        (select count(*) from {{ ref('int_ratings_deduplicated') }}) as expected_rows,
        (select count(*) from {{ ref('fct_ratings') }}) as actual_rows
    union all
    select
        'counted messages of threads' as record,
        (
            select count(*) from {{ ref('fct_messages') }}
            where is_counted
        ) as expected_rows,
        (select coalesce(sum(messages), 0) from {{ ref('fct_threads') }}) as actual_rows
)

select * from counts
where expected_rows <> actual_rows
