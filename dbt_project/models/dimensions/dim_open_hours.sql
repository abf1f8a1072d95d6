{%- set far_date = "cast('9999-12-31' as date)" %}
with schedules as (
    select * from {{ ref('stg_inbox__schedules') }}
),

zone_offsets as (
    select * from {{ ref('stg_inbox__zone_offsets') }}
),

records as (
    select
        cast(earliest_at as date) as first_date,
        -- A record may lie beyond the last export day; what is due then is asked up to 400 days ahead.
        greatest(
            {{ dbt.dateadd('day', 400, 'as_of_date') }},
            {{ dbt.dateadd('day', 1, 'cast(latest_at as date)') }}
        ) as last_date,
        {{ whole_part(epoch_microseconds('earliest_at') ~ ' + 100000000000000000', 1000000) }}
        - 100000000000 as first_second
    from {{ ref('int_records_spanned') }}
    where earliest_at is not null
),

-- A night shift of the evening before reaches into the first day, and zones are up to a day apart.
days as (
    {{ days_between(dbt.dateadd('day', -2, 'first_date'), 'last_date', 'records') }}
),

weekly_hours as (
    select
        schedule_id,
        weekday,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        opens_second,
        closes_second
    from schedules
    where weekday is not null
),

dated_hours as (
    select * from schedules
    where date is not null
),

valid_dates as (
    select distinct
        schedule_id,
        valid_from
    from weekly_hours
),

validities as (
    select
        schedule_id,
        valid_from,
        coalesce(lead(valid_from) over (partition by schedule_id order by valid_from), {{ far_date }}) as valid_until
    from valid_dates
),

zones as (
    select distinct
        schedule_id,
        zone
    from schedules
),

dated_days as (
    select distinct
        schedule_id,
        date
    from dated_hours
),

-- What opens on each day: its date's hours, else those of its weekday that are valid then.
openings as (
    select
        weekly_hours.schedule_id,
        days.date,
        weekly_hours.opens_second,
        weekly_hours.closes_second
    from days
    inner join validities
        on days.date >= validities.valid_from and days.date < validities.valid_until
    inner join weekly_hours
        on
            validities.schedule_id = weekly_hours.schedule_id
            and validities.valid_from = weekly_hours.valid_from
            and weekly_hours.weekday = {{ iso_day_of_week('days.date') }}
    left join dated_days
        on
            weekly_hours.schedule_id = dated_days.schedule_id
            and days.date = dated_days.date
    where dated_days.date is null
    union all
    select
        dated_hours.schedule_id,
        days.date,
        dated_hours.opens_second,
        dated_hours.closes_second
    from days
    inner join dated_hours on days.date = dated_hours.date
),

-- Both ends as the clock on the wall shows them, in seconds since it showed the start of 1970.
wall_times as (
    select
        openings.schedule_id,
        zones.zone,
        {{ dbt.datediff("cast('1970-01-01' as date)", 'openings.date', 'day') }}
        * cast(86400 as bigint) as day_second,
        openings.opens_second,
        openings.closes_second
    from openings
    inner join zones on openings.schedule_id = zones.schedule_id
    where openings.opens_second is not null
),

wall_ends as (
    select
        zone,
        day_second + opens_second as wall_second
    from wall_times
    union
    select
        zone,
        day_second + closes_second as wall_second
    from wall_times
),

-- Beside the times at which another offset begins to count, in one order: each end finds the last before it.
wall_seconds as (
    select
        zone,
        wall_second,
        starts_second,
        0 as is_end
    from zone_offsets
    union all
    select
        zone,
        wall_second,
        null as starts_second,
        1 as is_end
    from wall_ends
),

looked_up_ends as (
    select
        zone,
        wall_second,
        is_end,
        max(starts_second) over (
            partition by zone
            order by wall_second, is_end
            rows between unbounded preceding and current row
        ) as starts_second
    from wall_seconds
),

-- The first instant at which the clock on the wall shows a time, or that of the jump where it jumps over it.
instants as (
    select
        looked_up_ends.zone,
        looked_up_ends.wall_second,
        greatest(
            zone_offsets.starts_second, looked_up_ends.wall_second - zone_offsets.offset_seconds
        ) as instant_second
    from looked_up_ends
    inner join zone_offsets
        on
            looked_up_ends.zone = zone_offsets.zone
            and looked_up_ends.starts_second = zone_offsets.starts_second
    where looked_up_ends.is_end = 1
),

spans as (
    select
        wall_times.schedule_id,
        opening_instants.instant_second as opens_at_second,
        closing_instants.instant_second as closes_at_second
    from wall_times
    inner join instants as opening_instants
        on
            wall_times.zone = opening_instants.zone
            and wall_times.day_second + wall_times.opens_second = opening_instants.wall_second
    inner join instants as closing_instants
        on
            wall_times.zone = closing_instants.zone
            and wall_times.day_second + wall_times.closes_second = closing_instants.wall_second
    inner join records on closing_instants.instant_second > records.first_second
    where opening_instants.instant_second < closing_instants.instant_second
),

spans_before as (
    select
        *,
        max(closes_at_second) over (
            partition by schedule_id
            order by opens_at_second, closes_at_second
            rows between unbounded preceding and 1 preceding
        ) as open_until_second
    from spans
),

-- Spans that overlap or touch are one.
numbered_spans as (
    select
        *,
        sum(case when opens_at_second <= open_until_second then 0 else 1 end) over (
            partition by schedule_id
            order by opens_at_second, closes_at_second
            rows between unbounded preceding and current row
        ) as span_number
    from spans_before
),

joined_spans as (
    select
        schedule_id,
        min(opens_at_second) as opens_at_second,
        max(closes_at_second) as closes_at_second
    from numbered_spans
    group by schedule_id, span_number
),

final as (
    select
        schedule_id,
        {{ instant_of_seconds('opens_at_second') }} as opens_at,
        {{ instant_of_seconds('closes_at_second') }} as closes_at,
        cast(coalesce(sum(closes_at_second - opens_at_second) over (
            partition by schedule_id
            order by opens_at_second
            rows between unbounded preceding and 1 preceding
        ), 0) as {{ column_type('double') }}) as seconds_before
    from joined_spans
)

select * from final
order by schedule_id, opens_at
