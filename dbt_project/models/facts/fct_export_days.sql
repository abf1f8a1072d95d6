with export_days as (
    select * from {{ ref('int_export_days_counted') }}
)

select * from export_days
order by export_date
