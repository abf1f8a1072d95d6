{#- Passes where each period begins on the day after the one before it ended. -#}
{% test periods_are_contiguous(model) %}
with periods as (
    select
        period_start_date,
        lag(period_end_date) over (order by period_start_date) as previous_end_date
    from {{ model }}
)

select * from periods
where period_start_date <> {{ dbt.dateadd('day', 1, 'previous_end_date') }}
{% endtest %}
