{%- set first = dbt.dateadd('day', -6, dbt.date_trunc('year', 'first_day')) -%}
{%- set last = dbt.dateadd('day', 6, dbt.dateadd('year', 1, dbt.date_trunc('year', 'last_day'))) -%}
with report as (
    select
        least(covered_from, first_date) as first_day,
        greatest(as_of_date, last_date) as last_day
    from {{ ref('dim_report') }}
    where first_date is not null
),

missing_days as (
    select * from {{ ref('stg_inbox__missing_days') }}
),

-- Whole years, and the weeks that lap over them.
days as (
    {{ days_between(first, last, 'report') }}
),

final as (
    select
        date,
        {{ period_start('date', 'week') }} as week_start_date,
        {{ period_start('date', 'month') }} as month_start_date,
        cast({{ dbt.date_trunc('quarter', 'date') }} as date) as quarter_start_date,
        {{ period_start('date', 'year') }} as year_start_date,
        cast({{ iso_day_of_week('date') }} as bigint) as iso_day_of_week,
        {{ iso_day_of_week('date') }} >= 6 as is_weekend,
        missing_days.export_date is not null as is_missing,
        {{ day_start('date') }} as starts_at
    from days
    left join missing_days on days.date = missing_days.export_date
)

select * from final
order by date
