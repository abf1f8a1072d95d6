{{ config(arguments=['start_date', 'end_date', 'top', 'agent']) }}

with report as (
    select
        {{ range_start() }} as first_date,
        {{ range_end() }} as last_date
    from {{ ref('dim_report').include(database=false) }}
),

label_counts as (
    select
        thread_labels.label,
        count(*) as new_threads
    from {{ ref('fct_thread_labels').include(database=false) }} as thread_labels
    inner join report on thread_labels.created_date between report.first_date and report.last_date
    where agent is null or thread_labels.assigned_agent_id = agent
    group by thread_labels.label
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
