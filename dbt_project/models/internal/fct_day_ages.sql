-- The ages of mart_inbox_daily, of the whole inbox: how they are worked out is in macros/metrics/ages.sql.
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

aged_threads as (
    select
        created_at,
        created_date,
        {{ record_kinds().threads.columns.left_backlog_date }} as left_backlog_date,
        '' as value_key
    from {{ ref('fct_threads') }}
),

aged_waits as (
    select
        started_at,
        started_date,
        ended_date,
        '' as value_key
    from {{ ref('fct_durations') }}
    where {{ record_kinds().waits.where }}
),

{{ age_ctes() }},

final as (
    select
        ends.date,
        {{ numbers_of(['age']) | join(',\n        ') }}
    from ends
    left join ages on ends.date = ages.date
)

select * from final
order by date
