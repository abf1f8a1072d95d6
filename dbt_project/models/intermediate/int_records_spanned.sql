with schedules as (
    select * from {{ ref('stg_inbox__schedules') }}
),

export_days as (
    select * from {{ ref('stg_inbox__export_days') }}
),

threads as (
    select * from {{ ref('int_threads_deduplicated') }}
),

messages as (
    select * from {{ ref('int_messages_deduplicated') }}
),

events as (
    select * from {{ ref('int_thread_events_deduplicated') }}
),

-- Nobody asks where there is no schedule, and it takes a look at every message.
instants as (
    select
        min(created_at) as earliest_at,
        greatest(max(created_at), max(closed_at), max(first_closed_at)) as latest_at
    from threads
    union all
    select
        min(sent_at) as earliest_at,
        max(sent_at) as latest_at
    from messages
    where exists (select 1 from schedules)
    union all
    select
        cast(null as {{ column_type('timestamptz') }}) as earliest_at,
        max(occurred_at) as latest_at
    from events
),

days as (
    select max(export_date) as as_of_date
    from export_days
),

final as (
    select
        min(instants.earliest_at) as earliest_at,
        max(instants.latest_at) as latest_at,
        min(days.as_of_date) as as_of_date
    from instants
    cross join days
)

select * from final
