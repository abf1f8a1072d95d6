{%- set inputs = {
    'has_schedules': ref('stg_inbox__schedules'),
    'has_thread_events': ref('int_thread_events_deduplicated'),
    'has_teams': ref('int_teams_deduplicated')
} -%}
with export_days as (
    select max(export_date) as as_of_date
    from {{ ref('fct_export_days') }}
),

coverage as (
    select min(covered_from) as covered_from
    from {{ ref('stg_inbox__coverage') }}
),

activity as (
    select
        min(activity_date) as first_date,
        max(activity_date) as last_activity_date
    from {{ ref('fct_agent_days') }}
),

final as (
    select
        {%- for name, records in inputs.items() %}
        (select count(*) > 0 from {{ records }}) as {{ name }},
        {%- endfor %}
        export_days.as_of_date,
        coverage.covered_from,
        activity.first_date,
        case
            when activity.last_activity_date > export_days.as_of_date then activity.last_activity_date
            when activity.first_date is not null then export_days.as_of_date
        end as last_date,
        {{ workspace_zone() }} as timezone,
        '{{ var("inbox_week_start") }}' as week_start
    from export_days
    cross join coverage
    cross join activity
)

select * from final
