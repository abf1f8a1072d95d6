{{ config(
    arguments=['measure', 'seconds', 'grain', 'start_date', 'end_date'],
    named=named_arguments(['agent', 'day_of', 'clock'])
) }}

with {{ range_of_report() }},

{{ periods_of_range('grain') }},

ended as (
    select
        case
            when {{ of_known_measure() }} = 'reply' or {{ of_known_day() }} = 'ended' then durations.ended_date
            else durations.thread_created_date
        end as timing_date,
        case {{ of_known_clock() }}
            when 'calendar' then durations.seconds
            when 'business' then durations.business_seconds
        end as timing
    from {{ chosen('fct_durations') }} as durations
    where
        durations.measure = {{ of_known_measure() }}
        and {{ is_of_agent('durations.agent_id') }}
),

counts as (
    select
        periods.from_date,
        count(*) as ended,
        sum(case when ended.timing <= seconds then 1 when seconds is not null then 0 end) as within
    from ended
    {{ in_period('ended.timing_date', 'grain') }}
    where ended.timing is not null
    group by periods.from_date
),

final as (
    select
        periods.period_start_date,
        periods.period_end_date,
        {{ is_complete_period() }} as is_complete,
        periods.from_date,
        periods.to_date,
        cast(coalesce(counts.ended, 0) as bigint) as ended,
        cast(case when seconds is not null then coalesce(counts.within, 0) end as bigint) as within,
        {{ ratio('counts.within', 'counts.ended') }} as ratio
    from periods
    inner join missing_days on periods.from_date = missing_days.from_date
    left join counts on periods.from_date = counts.from_date
)

select * from final
order by period_start_date
