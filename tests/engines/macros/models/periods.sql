{%- set dates = ['2023-12-31', '2024-01-01', '2024-02-29', '2024-03-31', '2026-11-25'] %}
with dates as (
    {%- for date in dates %}
    select cast('{{ date }}' as date) as date
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    date,
    {{ iso_day_of_week('date') }} as iso_day_of_week,
    {%- for grain in grains() %}
    {{ period_start('date', grain) }} as {{ grain }}_start_date,
    {{ period_end(period_start('date', grain), grain) }} as {{ grain }}_end_date,
    {%- endfor %}
    cast({{ dbt.dateadd('month', 1, 'date') }} as date) as a_month_later,
    cast({{ dbt.dateadd('day', dbt.datediff('date', "date '2024-01-01'", 'day'), 'date') }} as date) as new_year,
    {{ dbt.datediff('date', "date '2024-01-01'", 'day') }} as days_to_new_year
from dates
order by date
