{%- set series = [
    ("date '2024-02-28'", "date '2024-03-01'"),
    ("date '2023-12-31'", "date '2023-12-31'"),
    ("date '2024-01-02'", "date '2024-01-01'"),
    ('cast(null as date)', "date '2024-01-01'"),
] %}
with
{%- for first_date, last_date in series %}
bounds_{{ loop.index }} as (
    select
        {{ first_date }} as first_date,
        {{ last_date }} as last_date
),

days_{{ loop.index }} as (
    {{ days_between('first_date', 'last_date', 'bounds_' ~ loop.index) }}
){{ ',' if not loop.last }}
{%- endfor %}

{% for _ in series %}
select
    {{ loop.index }} as series,
    date
from days_{{ loop.index }}
{{ 'union all' if not loop.last }}
{%- endfor %}
order by series, date
