with threads as (
    select * from {{ ref('fct_threads') }}
),

first_responses as (
    select
        thread_id,
        first_responder_id as agent_id,
        created_date,
        first_response_seconds,
        cast(null as {{ dbt.type_float() }}) as closing_seconds
    from threads
    where first_response_seconds is not null
),

closings as (
    select
        thread_id,
        closer_agent_id as agent_id,
        created_date,
        cast(null as {{ dbt.type_float() }}) as first_response_seconds,
        closing_seconds
    from threads
    where status = 'closed'
),

unioned as (
    select * from first_responses
    union all
    select * from closings
),

-- One agent who did both has one row; so has nobody.
final as (
    select
        thread_id,
        agent_id,
        created_date,
        cast(max(first_response_seconds) as double precision) as first_response_seconds,
        cast(max(closing_seconds) as double precision) as closing_seconds
    from unioned
    group by thread_id, agent_id, created_date
)

select * from final
