with ratings as (
    select * from {{ ref('int_ratings_deduplicated') }}
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

select * from final
