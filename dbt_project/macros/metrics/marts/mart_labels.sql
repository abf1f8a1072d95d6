{#- One row per period of a grain and label: the body of mart_labels_<grain>. -#}
{% macro mart_labels(grain) -%}
with label_days as (
    select * from {{ ref('fct_label_days') }}
),

report as (
    select * from {{ ref('dim_report') }}
),

{{ missing_days_of(grain) }},

label_counts as (
    select
        {{ period_start('created_date', grain) }} as period_start_date,
        label,
        cast(sum(new_threads) as bigint) as new_threads
    from label_days
    group by 1, 2
),

dated_counts as (
    select
        period_start_date,
        {{ period_end('period_start_date', grain) }} as period_end_date,
        label,
        new_threads
    from label_counts
),

final as (
    select
        dated_counts.period_start_date,
        dated_counts.period_end_date,
        {{ is_complete(
            'dated_counts.period_start_date', 'dated_counts.period_end_date', 'report', 'coalesce(missing_days.days_missing, 0)'
        ) }} as is_complete,
        dated_counts.label,
        dated_counts.new_threads,
        {{ label_rank('dated_counts.period_start_date') }} as rank
    from dated_counts
    cross join report
    left join missing_days on dated_counts.period_start_date = missing_days.period_start_date
)

select * from final
order by period_start_date, rank
{%- endmacro %}

{#- 1 is the label on the most threads; ties in label order. -#}
{% macro label_rank(partition_by=none) -%}
    cast(row_number() over ({{ 'partition by ' ~ partition_by ~ ' ' if partition_by }}order by new_threads desc, label asc) as bigint)
{%- endmacro %}
