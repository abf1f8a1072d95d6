{%- set microseconds_of_day = 86400000000 %}
with open_hours as (
    select
        schedule_id,
        {{ epoch_microseconds('opens_at') }} as opens_microsecond,
        {{ epoch_microseconds('closes_at') }} as closes_microsecond
    from {{ ref('dim_open_hours') }}
),

records as (
    select
        {{ dbt.dateadd('day', -1, 'cast(earliest_at as date)') }} as first_date,
        greatest(
            {{ dbt.dateadd('day', 400, 'as_of_date') }},
            {{ dbt.dateadd('day', 2, 'cast(latest_at as date)') }}
        ) as last_date
    from {{ ref('int_records_spanned') }}
    where earliest_at is not null
),

days as (
    {{ days_between('first_date', 'last_date', 'records') }}
),

schedule_ids as (
    select distinct schedule_id
    from {{ ref('stg_inbox__schedules') }}
),

-- Where a schedule opens or closes, and where a day starts.
points as (
    select
        schedule_id,
        opens_microsecond as starts_microsecond,
        1 as opening,
        cast(0 as bigint) as closed_microseconds,
        opens_microsecond
    from open_hours
    union all
    select
        schedule_id,
        closes_microsecond as starts_microsecond,
        -1 as opening,
        closes_microsecond - opens_microsecond as closed_microseconds,
        null as opens_microsecond
    from open_hours
    union all
    select
        schedule_ids.schedule_id,
        {{ dbt.datediff("cast('1970-01-01' as date)", 'days.date', 'day') }}
        * cast({{ microseconds_of_day }} as bigint) as starts_microsecond,
        0 as opening,
        0 as closed_microseconds,
        null as opens_microsecond
    from days
    cross join schedule_ids
),

states as (
    select
        schedule_id,
        starts_microsecond,
        lead(starts_microsecond) over (
            partition by schedule_id order by starts_microsecond, opening
        ) as ends_microsecond,
        sum(opening) over (
            partition by schedule_id order by starts_microsecond, opening
            rows between unbounded preceding and current row
        ) = 1 as is_open,
        sum(closed_microseconds) over (
            partition by schedule_id order by starts_microsecond, opening
            rows between unbounded preceding and current row
        ) as microseconds_of_closed_spans,
        max(opens_microsecond) over (
            partition by schedule_id order by starts_microsecond, opening
            rows between unbounded preceding and current row
        ) as last_opens_microsecond
    from points
),

final as (
    select
        schedule_id,
        cast({{ utc_day('starts_microsecond') }} as bigint) as utc_day,
        starts_microsecond,
        ends_microsecond,
        is_open,
        cast(
            microseconds_of_closed_spans + case when is_open then starts_microsecond - last_opens_microsecond else 0 end
            as bigint
        ) as open_microseconds_before
    from states
    where starts_microsecond < ends_microsecond
)

select * from final
