{{ config(materialized='changed_rows', unique_key='rating_id', partition_by='rated_date') }}

{%- set changed_ratings = changes_of(ref('int_ratings_versioned')) -%}
{%- set changed_threads = changes_of(ref('int_threads_versioned')) %}

with
{%- if is_apply() %}
touched_ratings as (
    select rating_id from {{ changed_ratings }}
    union
    select rating_id from {{ ref('int_ratings_deduplicated') }}
    where thread_id in (select thread_id from {{ changed_threads }})
),
{%- endif %}

ratings as (
    select * from {{ ref('int_ratings_deduplicated') }}
    {%- if is_apply() %}
    where rating_id in (select rating_id from touched_ratings)
    {%- endif %}
),

threads as (
    select * from {{ ref('int_threads_deduplicated') }}
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
        threads.created_date as thread_created_date
    from ratings
    left join threads on ratings.thread_id = threads.thread_id
)

{{ final_rows('rating_id in (select rating_id from touched_ratings)') }}
