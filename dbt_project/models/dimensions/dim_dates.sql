{%- set first = dbt.dateadd('day', -6, dbt.date_trunc('year', 'first_date')) -%}
{%- set last = dbt.dateadd('day', 6, dbt.dateadd('year', 1, dbt.date_trunc('year', 'last_date'))) -%}
with report as (
    select * from {{ ref('dim_report') }}
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
        {{ iso_day_of_week('date') }} >= 6 as is_weekend
    from days
)

select * from final
order by date
