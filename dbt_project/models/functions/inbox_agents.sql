{{ config(arguments=['start_date', 'end_date'], named=named_arguments(['agent', 'day_of'])) }}

with {{ range_of_report() }},

periods as materialized (
    select
        first_date as from_date,
        last_date as to_date
    from report
),

{{ range_sums(is_filtered(), by_agent=true, names=['new_threads', 'messages_sent', 'ratings', 'score_sum']) }},

{{ range_timings(is_filtered(), by_agent=true, measures=['first_response', 'resolution']) }},

agent_keys as (
    select value_key from sums
    where ratings > 0 or new_threads > 0 or messages_sent > 0
    union
    select value_key from quantiles
    where first_response_seconds_median is not null or closing_seconds_median is not null
),

final as (
    select
        nullif(agent_keys.value_key, '') as agent_id,
        {{ name_of_value('agents') }} as agent_name,
        {{ ratio('sums.score_sum', 'sums.ratings') }} as average_rating,
        cast(coalesce(sums.ratings, 0) as bigint) as ratings,
        quantiles.first_response_seconds_median,
        quantiles.closing_seconds_median,
        cast(coalesce(sums.new_threads, 0) as bigint) as new_threads,
        cast(coalesce(sums.messages_sent, 0) as bigint) as messages_sent
    from agent_keys
    left join sums on agent_keys.value_key = sums.value_key
    left join quantiles on agent_keys.value_key = quantiles.value_key
    left join {{ ref('dim_agents').include(database=false) }} as agents on agent_keys.value_key = agents.agent_id
)

{{ rows_or_error('new_threads') }}
order by new_threads desc, agent_id asc nulls last
