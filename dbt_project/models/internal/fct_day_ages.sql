-- How long what is open at the end of each day has been so, of the whole inbox: the ages of mart_inbox_daily.
with report as (
    select * from {{ ref('dim_report') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

-- Days after the last export day are as it is.
ends as (
    select
        ended_days.date,
        next_days.starts_at as ends_at
    from dates as ended_days
    inner join dates as next_days on ended_days.date = cast({{ dbt.dateadd('day', -1, 'next_days.date') }} as date)
    inner join report on ended_days.date between report.first_date and least(report.last_date, report.as_of_date)
),

threads as (
    select
        created_at,
        created_date,
        {{ record_kinds().threads.columns.left_backlog_date }} as left_backlog_date
    from {{ ref('fct_threads') }}
),

waits as (
    select
        started_at,
        started_date,
        ended_date
    from {{ ref('fct_durations') }}
    where {{ record_kinds().waits.where }}
),

thread_ages as (
    select
        ends.date,
        {{ exact_quantile(seconds_between('threads.created_at', 'ends.ends_at'), 0.5) }} as backlog_age_seconds_median,
        {{ exact_quantile(seconds_between('threads.created_at', 'ends.ends_at'), 0.9) }} as backlog_age_seconds_p90
    from ends
    inner join threads
        on threads.created_date <= ends.date
        and (threads.left_backlog_date is null or threads.left_backlog_date > ends.date)
    group by ends.date
),

wait_ages as (
    select
        ends.date,
        max({{ seconds_between('waits.started_at', 'ends.ends_at') }}) as longest_wait_seconds
    from ends
    inner join waits
        on waits.started_date <= ends.date
        and (waits.ended_date is null or waits.ended_date > ends.date)
    group by ends.date
),

final as (
    select
        ends.date,
        {{ numbers_of(['age']) | join(',\n        ') }}
    from ends
    left join thread_ages on ends.date = thread_ages.date
    left join wait_ages on ends.date = wait_ages.date
)

select * from final
order by date
