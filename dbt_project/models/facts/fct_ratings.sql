{{ config(materialized='changed_rows', unique_key='rating_id', partition_by='rated_date') }}

{%- set versioned_ratings = ref('int_ratings_versioned') -%}
{%- set versioned_threads = ref('int_threads_versioned') -%}
{%- set is_touched = [
    'rating_id in (select rating_id from ' ~ changes_of(versioned_ratings) ~ ')',
    'thread_id in (select thread_id from ' ~ changes_of(versioned_threads) ~ ')'
] %}

with ratings as (
    {%- if is_apply() %}
    select * from ({{ few_rows(versioned_ratings, is_touched) }}) as touched_ratings
    where is_current
    {%- else %}
    select * from {{ ref('int_ratings_deduplicated') }}
    {%- endif %}
),

threads as (
    {%- if is_apply() %}
    select * from ({{ few_rows(versioned_threads, ['thread_id in (select thread_id from ratings)']) }}) as rated_threads
    where is_current
    {%- else %}
    select * from {{ ref('int_threads_deduplicated') }}
    {%- endif %}
),

final as (
    select
        ratings.rating_id,
        ratings.thread_id,
        threads.user_id,
        coalesce(ratings.agent_id, threads.closed_by_agent_id, threads.assigned_agent_id) as agent_id,
        ratings.score,
        ratings.rated_at,
        ratings.rated_date,
        threads.created_date as thread_created_date,
        threads.channel,
        threads.team_id
    from ratings
    left join threads on ratings.thread_id = threads.thread_id
)

{{ final_rows(is_touched) }}
