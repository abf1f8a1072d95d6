{{ config(materialized='view') }}

-- MetricFlow tells a balance of every day of its calendar, which is to end with the data.
with dates as (
    select * from {{ ref('dim_dates') }}
),

report as (
    select * from {{ ref('dim_report') }}
),

final as (
    select
        dates.date,
        dates.week_start_date
    from dates
    inner join report on dates.date <= report.last_date
)

select * from final
