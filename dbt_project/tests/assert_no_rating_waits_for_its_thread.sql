{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_ratings'}}}) }}
-- A warning: the rating counts, but cannot be given to an agent by its conversation.
with ratings as (
    select * from {{ ref('fct_ratings') }}
    where thread_created_date is null
),

threads as (
    select * from {{ ref('int_threads_versioned') }}
)

select
    rating_id,
    thread_id
from ratings
where not exists (
    select 1 from threads
    where threads.thread_id = ratings.thread_id
)
