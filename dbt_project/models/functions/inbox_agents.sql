{{ config(arguments=['start_date', 'end_date']) }}

with report as (
    select
        {{ range_start() }} as first_date,
        {{ range_end() }} as last_date
    from {{ ref('dim_report').include(database=false) }}
),

sums as (
    select
        coalesce(agent_days.agent_id, '') as agent_key,
        {{ ratio('sum(agent_days.score_sum)', 'sum(agent_days.ratings)') }} as average_rating,
        sum(agent_days.ratings) as ratings,
        sum(agent_days.new_threads) as new_threads,
        sum(agent_days.messages_sent) as messages_sent
    from {{ ref('fct_agent_days').include(database=false) }} as agent_days
    inner join report on agent_days.activity_date between report.first_date and report.last_date
    group by 1
),

timings as (
    select
        coalesce(timings.agent_id, '') as agent_key,
        {{ quantiles() }}
    from {{ ref('fct_agent_timings').include(database=false) }} as timings
    inner join report on timings.created_date between report.first_date and report.last_date
    group by 1
),

agent_keys as (
    select agent_key from sums
    where ratings > 0 or new_threads > 0 or messages_sent > 0
    union
    select agent_key from timings
    where first_response_seconds_median is not null or closing_seconds_median is not null
),

final as (
    select
        nullif(agent_keys.agent_key, '') as agent_id,
        {{ agent_name() }} as agent_name,
        sums.average_rating,
        cast(coalesce(sums.ratings, 0) as bigint) as ratings,
        timings.first_response_seconds_median,
        timings.closing_seconds_median,
        cast(coalesce(sums.new_threads, 0) as bigint) as new_threads,
        cast(coalesce(sums.messages_sent, 0) as bigint) as messages_sent
    from agent_keys
    left join sums on agent_keys.agent_key = sums.agent_key
    left join timings on agent_keys.agent_key = timings.agent_key
    left join {{ ref('dim_agents').include(database=false) }} as agents on agent_keys.agent_key = agents.agent_id
)

select * from final
order by new_threads desc, agent_id asc nulls last
