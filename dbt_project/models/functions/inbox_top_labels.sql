{{ config(arguments=['start_date', 'end_date', 'top', 'agent']) }}

with report as (
    select
        {{ range_start() }} as first_date,
        {{ range_end() }} as last_date
    from {{ ref('dim_report').include(database=false) }}
),

label_counts as (
    select
        label_days.label,
        cast(sum(label_days.new_threads) as bigint) as new_threads
    from {{ ref('fct_label_days').include(database=false) }} as label_days
    inner join report on label_days.created_date between report.first_date and report.last_date
    where agent is null or coalesce(label_days.assigned_agent_id, '') = agent
    group by label_days.label
),

final as (
    select
        label,
        new_threads,
        {{ label_rank() }} as rank
    from label_counts
)

select * from final
where top is null or rank <= top
order by rank
