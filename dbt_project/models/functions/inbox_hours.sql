{{ config(arguments=['number', 'start_date', 'end_date'], named=named_arguments(['agent'])) }}

{#- A quarter of an hour is of one hour of the week: clocks change by whole ones, and zones differ by them. -#}
with {{ range_of_report() }},

quarters as (
    select
        {{ quarter_of('threads.created_at') }} as quarter,
        count(*) as happened
    from {{ chosen('fct_threads') }} as threads
    inner join report on threads.created_date between report.first_date and report.last_date
    where
        {{ of_known_number() }} = 'new_threads'
        and {{ is_of_agent('threads.assigned_agent_id') }}
    group by 1
    union all
    select
        {{ quarter_of('messages.sent_at') }} as quarter,
        count(*) as happened
    from {{ chosen('fct_messages') }} as messages
    inner join report on messages.sent_date between report.first_date and report.last_date
    where
        messages.is_counted
        and case {{ of_known_number() }}
            when 'user_messages' then messages.author_type = 'user' and {{ is_of_agent('messages.assigned_agent_id') }}
            when 'messages_sent' then messages.author_type = 'agent' and {{ is_of_agent('messages.agent_id') }}
            else false
        end
        and {{ is_in_range('messages.sent_date') }}
    group by 1
    union all
    select
        {{ quarter_of('durations.started_at') }} as quarter,
        count(*) as happened
    from {{ chosen('fct_durations') }} as durations
    inner join report on durations.started_date between report.first_date and report.last_date
    where
        {{ of_known_number() }} = 'waits' and durations.measure = 'reply'
        and {{ is_of_agent('durations.agent_id') }}
    group by 1
),

-- Every quarter of an hour from a day before the range to a day after it, of which those that lie in it are kept.
bounds as (
    select
        cast({{ dbt.dateadd('day', -1, 'first_date') }} as date) as first_day,
        cast({{ dbt.dateadd('day', 1, 'last_date') }} as date) as last_day
    from report
),

days as (
    {{ days_between('first_day', 'last_day', 'bounds') }}
),

day_quarters as (
    {{ whole_numbers(0, 95) }}
),

hours_of_range as (
    select
        {{ quarter_of_day('days.date') }} + day_quarters.number as quarter,
        {{ local_time_of_quarter(quarter_of_day('days.date') ~ ' + day_quarters.number', 'report.timezone') }}
            as local_time
    from days
    inner join day_quarters on true
    inner join report on true
),

hours_of_week as (
    select
        {{ iso_day_of_week('hours_of_range.local_time') }} as weekday,
        extract(hour from hours_of_range.local_time) as hour,
        hours_of_range.quarter
    from hours_of_range
    inner join report on cast(hours_of_range.local_time as date) between report.first_date and report.last_date
),

weekdays as (
    {{ whole_numbers(1, 7) }}
),

hours as (
    {{ whole_numbers(0, 23) }}
),

happened_in_quarters as (
    select
        quarter,
        sum(happened) as happened
    from quarters
    group by quarter
),

values_by_hour as (
    select
        hours_of_week.weekday,
        hours_of_week.hour,
        count(*) / cast(4 as {{ column_type('double precision') }}) as hours,
        sum(happened_in_quarters.happened) as happened
    from hours_of_week
    left join happened_in_quarters
        on hours_of_week.quarter = happened_in_quarters.quarter
    group by 1, 2
),

final as (
    select
        cast(weekdays.number as bigint) as weekday,
        cast(hours.number as bigint) as hour,
        cast(coalesce(values_by_hour.happened, 0) as bigint) as value,
        coalesce(values_by_hour.hours, 0) as hours,
        coalesce(values_by_hour.happened, 0) / nullif(values_by_hour.hours, 0) as per_hour
    from weekdays
    inner join hours on true
    left join values_by_hour
        on
            weekdays.number = values_by_hour.weekday
            and hours.number = values_by_hour.hour
)

select * from final
order by weekday, hour
