{{ config(arguments=['start_date', 'end_date', 'top', 'agent'], named=named_arguments()) }}

with {{ range_of_report() }},

label_counts as (
    select
        label_days.label,
        label_days.new_threads
    from {{ ref('fct_label_days').include(database=false) }} as label_days
    inner join report on label_days.created_date between report.first_date and report.last_date
    where not {{ is_filtered() }} and {{ is_of_agent('label_days.assigned_agent_id') }}
    union all
    select
        thread_labels.label,
        1 as new_threads
    from {{ ref('fct_thread_labels').include(database=false) }} as thread_labels
    inner join report on thread_labels.created_date between report.first_date and report.last_date
    inner join {{ chosen('fct_threads') }} as threads on thread_labels.thread_id = threads.thread_id
    where
        {{ is_filtered() }}
        and {{ is_of_agent('thread_labels.assigned_agent_id') }}
),

label_sums as (
    select
        label_counts.label,
        cast(sum(label_counts.new_threads) as bigint) as new_threads
    from label_counts
    group by label_counts.label
),

ranked as (
    select
        label_sums.label,
        label_sums.new_threads,
        {{ label_rank() }} as rank
    from label_sums
),

final as (
    select * from ranked
    where top is null or ranked.rank <= top
)

{{ rows_or_error('rank') }}
order by rank
