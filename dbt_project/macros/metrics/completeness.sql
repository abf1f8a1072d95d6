{#-
Whether a period is complete: it is over, begins on `covered_from` or later, and lacks no export day. The one place that says
so, for marts, functions and cards.

report: the relation that has covered_from and as_of_date. days_missing: how many export days of the period are missing.
-#}
{% macro is_complete(first_date, last_date, report, days_missing) -%}
    coalesce(
        {{ last_date }} <= {{ report }}.as_of_date
        and {{ first_date }} >= {{ report }}.covered_from
        and {{ days_missing }} = 0,
        false
    )
{%- endmacro %}

{#- The export days of each period of a grain that are missing, where there are any, as the CTE `missing_days`. -#}
{% macro missing_days_of(grain) -%}
missing_days as (
    select
        {{ period_start('date', grain) }} as period_start_date,
        count(*) as days_missing
    from {{ ref('dim_dates') }}
    where is_missing
    group by 1
)
{%- endmacro %}

{#- The export days of each of the CTE `periods` that are missing, as the CTE `missing_days`. -#}
{% macro days_missing() -%}
missing_days as (
    select
        periods.from_date,
        cast(sum(case when dates.is_missing then 1 else 0 end) as bigint) as days_missing
    from periods
    left join {{ ref('dim_dates').include(database=false) }} as dates
        on dates.date between periods.from_date and periods.to_date
    group by periods.from_date
)
{%- endmacro %}
