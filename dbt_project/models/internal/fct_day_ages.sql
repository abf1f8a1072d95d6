-- How long what is open at the end of each day has been so, of the whole inbox: the ages of mart_inbox_daily. To join
-- every day with every thread that is open at its end would cost 17 CPU seconds a day at 10 million messages. So days
-- are joined with counts by day; the threads themselves are read of just those days of creation in which a quantile
-- lies.
{%- set quantiles = {'backlog_age_seconds_median': 0.5, 'backlog_age_seconds_p90': 0.9} %}
{%- set at_floor = "wanted_places.rounded = 'floor'" %}
{%- set at_ceil = "wanted_places.rounded = 'ceil'" %}
{%- set is_open = "ends.date < coalesce(counts.left_backlog_date, cast('9999-12-31' as date))" %}
with report as (
    select * from {{ ref('dim_report') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

-- Days after the last export day are as it is.
ends as (
    select
        ended_days.date,
        next_days.starts_at as ends_at
    from dates as ended_days
    inner join dates as next_days on ended_days.date = cast({{ dbt.dateadd('day', -1, 'next_days.date') }} as date)
    inner join report on ended_days.date between report.first_date and least(report.last_date, report.as_of_date)
),

threads as (
    select
        created_at,
        created_date,
        {{ record_kinds().threads.columns.left_backlog_date }} as left_backlog_date
    from {{ ref('fct_threads') }}
),

thread_counts as (
    select
        created_date,
        left_backlog_date,
        count(*) as threads
    from threads
    group by created_date, left_backlog_date
),

open_counts as (
    select
        ends.date,
        counts.created_date,
        sum(counts.threads) as threads
    from ends
    inner join thread_counts as counts on ends.date >= counts.created_date and {{ is_open }}
    group by ends.date, counts.created_date
),

-- The youngest first, as ages ascend: how many are younger than those of a day.
places as (
    select
        date,
        created_date,
        threads,
        sum(threads) over (partition by date order by created_date desc) - threads as younger_threads
    from open_counts
),

open_totals as (
    select
        date,
        sum(threads) as all_threads
    from open_counts
    group by date
),

-- The two threads about each quantile: their place among all that are open, from 0, and how far it lies between them.
wanted_threads_of_all as (
    {%- for name, fraction in quantiles.items() %}
    {%- set outer_last = loop.last %}
    {%- for rounded in ('floor', 'ceil') %}
    select
        '{{ name }}' as name,
        '{{ rounded }}' as rounded,
        date,
        cast({{ rounded }}({{ fraction }} * (all_threads - 1)) as bigint) as place,
        {{ fraction }} * (all_threads - 1) - floor({{ fraction }} * (all_threads - 1)) as part
    from open_totals
    {{ 'union all' if not (outer_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

-- The same by their day of creation and their place in it.
wanted_places as (
    select
        wanted.name,
        wanted.rounded,
        wanted.date,
        places.created_date,
        wanted.place - places.younger_threads as place,
        wanted.part
    from wanted_threads_of_all as wanted
    inner join places
        on
            wanted.date = places.date
            and wanted.place >= places.younger_threads
            and wanted.place < places.younger_threads + places.threads
),

wanted_days as (
    select distinct
        date,
        created_date
    from wanted_places
),

wanted_threads as (
    select
        ends.date,
        counts.created_date,
        {{ seconds_between('counts.created_at', 'ends.ends_at') }} as age,
        row_number() over (partition by ends.date, counts.created_date order by counts.created_at desc) - 1 as place
    from wanted_days
    inner join ends on wanted_days.date = ends.date
    inner join threads as counts on wanted_days.created_date = counts.created_date
    where {{ is_open }}
),

thread_ages as (
    select
        {%- for name in quantiles %}
        {%- set of_name = "wanted_places.name = '" ~ name ~ "'" %}
        {%- set below = 'max(case when ' ~ of_name ~ ' and ' ~ at_floor ~ ' then wanted_threads.age end)' %}
        {%- set above = 'max(case when ' ~ of_name ~ ' and ' ~ at_ceil ~ ' then wanted_threads.age end)' %}
        {{ below }}
        + ({{ above }} - {{ below }})
        * max(case when {{ of_name }} then wanted_places.part end) as {{ name }},
        {%- endfor %}
        wanted_places.date
    from wanted_places
    inner join wanted_threads
        on
            wanted_places.date = wanted_threads.date
            and wanted_places.created_date = wanted_threads.created_date
            and wanted_places.place = wanted_threads.place
    group by wanted_places.date
),

-- Of waits that end on the same day, or run on, the first to begin is the longest on every day.
waits as (
    select
        ended_date,
        min(started_date) as started_date,
        min(started_at) as started_at
    from {{ ref('fct_durations') }}
    where {{ record_kinds().waits.where }}
    group by ended_date
),

wait_ages as (
    select
        ends.date,
        max({{ seconds_between('waits.started_at', 'ends.ends_at') }}) as longest_wait_seconds
    from ends
    inner join waits
        on
            ends.date >= waits.started_date
            and (waits.ended_date is null or ends.date < waits.ended_date)
    group by ends.date
),

final as (
    select
        ends.date,
        {%- for name in quantiles %}
        cast(thread_ages.{{ name }} as {{ column_type('double precision') }}) as {{ name }},
        {%- endfor %}
        wait_ages.longest_wait_seconds
    from ends
    left join thread_ages on ends.date = thread_ages.date
    left join wait_ages on ends.date = wait_ages.date
)

select * from final
order by date
