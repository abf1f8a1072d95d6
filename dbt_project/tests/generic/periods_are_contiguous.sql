{#- Passes where each period up to the last export day begins on the day after the one before it ended. -#}
{% test periods_are_contiguous(model) %}
with periods as (
    select
        period_start_date,
        lag(period_end_date) over (order by period_start_date) as previous_end_date
    from {{ model }}
)

select * from periods
where
    period_start_date <> {{ dbt.dateadd('day', 1, 'previous_end_date') }}
    and period_start_date <= (select as_of_date from {{ ref('dim_report') }})
{% endtest %}
