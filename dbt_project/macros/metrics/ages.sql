{#-
Ages: how long what is open at the end of a day has been so, worked out for many days at once. To join every day with every
thread that is open at its end would cost 17 CPU seconds at 10 million messages and three years. So days are joined with
counts by month of creation, then by day of the months in which a quantile lies; the threads themselves are read of just
those days of creation that hold one.

The CTEs read: ends (date, ends_at), aged_threads (created_at, created_date, left_backlog_date) and aged_waits (started_at,
started_date, ended_date), both with value_key. The last one, `ages`, has a row a date and value_key with anything open.
-#}
{% macro age_ctes() -%}
{%- set fractions = {'backlog_age_seconds_median': 0.5, 'backlog_age_seconds_p90': 0.9} %}
{%- set left_date = "coalesce(threads.left_backlog_date, cast('9999-12-31' as date))" %}
thread_counts as (
    select
        {{ period_start('created_date', 'month') }} as created_month,
        created_date,
        left_backlog_date,
        value_key,
        count(*) as threads
    from aged_threads
    group by 1, created_date, left_backlog_date, value_key
),

month_counts as (
    select
        ends.date,
        threads.value_key,
        threads.created_month,
        cast(sum(threads.threads) as bigint) as threads
    from ends
    inner join thread_counts as threads on ends.date >= threads.created_date and ends.date < {{ left_date }}
    group by ends.date, threads.value_key, threads.created_month
),

open_totals as (
    select
        date,
        value_key,
        cast(sum(threads) as bigint) as all_threads
    from month_counts
    group by date, value_key
),

-- The two threads about each quantile: their place among all that are open, from 0, and how far it lies between them.
wanted_places as (
    {%- for name, fraction in fractions.items() %}
    {%- set outer_last = loop.last %}
    {%- for rounded in ('floor', 'ceil') %}
    select
        '{{ name }}' as name,
        '{{ rounded }}' as rounded,
        date,
        value_key,
        cast({{ rounded }}({{ fraction }} * (all_threads - 1)) as bigint) as place,
        {{ fraction }} * (all_threads - 1) - floor({{ fraction }} * (all_threads - 1)) as part
    from open_totals
    {{ 'union all' if not (outer_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

{{ wanted_of('month', ['date', 'value_key'], 'wanted_places') }},

date_counts as (
    select
        months.date,
        months.value_key,
        months.created_month,
        threads.created_date,
        cast(sum(threads.threads) as bigint) as threads
    from (select distinct date, value_key, created_month from wanted_months) as months
    inner join thread_counts as threads
        on
            months.created_month = threads.created_month
            and months.value_key = threads.value_key
            and months.date >= threads.created_date
            and months.date < {{ left_date }}
    group by months.date, months.value_key, months.created_month, threads.created_date
),

{{ wanted_of('date', ['date', 'value_key', 'created_month'], 'wanted_months') }},

-- With the end of their day: to join the threads with the ends in the same step as with these days, which an engine may do
-- in any order, would be every day with every thread once more.
wanted_days as (
    select distinct
        wanted_dates.date,
        wanted_dates.created_date,
        wanted_dates.value_key,
        ends.ends_at
    from wanted_dates
    inner join ends on wanted_dates.date = ends.date
),

thread_ages as (
    select
        wanted_days.date,
        threads.created_date,
        threads.value_key,
        {{ seconds_between('threads.created_at', 'wanted_days.ends_at') }} as age,
        row_number() over (
            partition by wanted_days.date, threads.created_date, threads.value_key order by threads.created_at desc
        ) - 1 as place
    from wanted_days
    inner join aged_threads as threads
        on wanted_days.created_date = threads.created_date and wanted_days.value_key = threads.value_key
    where wanted_days.date < {{ left_date }}
),

open_ages as (
    select
        {%- for name in fractions %}
        {%- set of_name = "wanted_dates.name = '" ~ name ~ "'" %}
        {%- set below = "max(case when " ~ of_name ~ " and wanted_dates.rounded = 'floor' then thread_ages.age end)" %}
        {%- set above = "max(case when " ~ of_name ~ " and wanted_dates.rounded = 'ceil' then thread_ages.age end)" %}
        cast(
            {{ below }}
            + ({{ above }} - {{ below }})
            * max(case when {{ of_name }} then wanted_dates.part end) as {{ column_type('double precision') }}
        ) as {{ name }},
        {%- endfor %}
        wanted_dates.date,
        wanted_dates.value_key
    from wanted_dates
    inner join thread_ages
        on
            wanted_dates.date = thread_ages.date
            and wanted_dates.created_date = thread_ages.created_date
            and wanted_dates.value_key = thread_ages.value_key
            and wanted_dates.place = thread_ages.place
    group by wanted_dates.date, wanted_dates.value_key
),

-- Of waits that end on the same day, or run on, the first to begin is the longest on every day.
longest_waits as (
    select
        ended_date,
        value_key,
        min(started_date) as started_date,
        min(started_at) as started_at
    from aged_waits
    group by ended_date, value_key
),

wait_ages as (
    select
        ends.date,
        waits.value_key,
        max({{ seconds_between('waits.started_at', 'ends.ends_at') }}) as longest_wait_seconds
    from ends
    inner join longest_waits as waits
        on
            ends.date >= waits.started_date
            and (waits.ended_date is null or ends.date < waits.ended_date)
    group by ends.date, waits.value_key
),

ages as (
    select
        coalesce(open_ages.date, wait_ages.date) as date,
        coalesce(open_ages.value_key, wait_ages.value_key) as value_key,
        {{ numbers_of(['age']) | join(',\n        ') }}
    from open_ages
    full outer join wait_ages on open_ages.date = wait_ages.date and open_ages.value_key = wait_ages.value_key
)
{%- endmacro %}

{#-
CTEs that find wanted threads in a span of creation: `<span>_places`, from the counts of `<span>_counts`, how many are younger than
those of each span, youngest first, as ages ascend; `wanted_<span>s` those of the CTE `wanted` by their span and their place in it.
-#}
{% macro wanted_of(span, keys, wanted) -%}
{{ span }}_places as (
    select
        {{ keys | join(',\n        ') }},
        created_{{ span }},
        threads,
        cast(sum(threads) over (partition by {{ keys | join(', ') }} order by created_{{ span }} desc) as bigint) - threads as younger_threads
    from {{ span }}_counts
),

wanted_{{ span }}s as (
    select
        wanted.name,
        wanted.rounded,
        wanted.part,
        wanted.place - places.younger_threads as place,
        places.created_{{ span }},
        {%- for key in keys %}
        wanted.{{ key }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ wanted }} as wanted
    inner join {{ span }}_places as places
        on
            {%- for key in keys %}
            wanted.{{ key }} = places.{{ key }} and
            {%- endfor %}
            wanted.place >= places.younger_threads
            and wanted.place < places.younger_threads + places.threads
)
{%- endmacro %}
