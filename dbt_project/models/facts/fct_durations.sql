{{ config(materialized='changed_rows', unique_key='thread_id', partition_by='thread_created_date') }}

{%- set fct_threads = ref('fct_threads') -%}
{%- set fct_closings = ref('fct_closings') -%}
{%- set touched_messages = ref('int_messages_touched') -%}
{%- set thread_columns = [
    'assigned_agent_id', 'channel', 'team_id', 'priority', 'created_date as thread_created_date', 'schedule_id'
] %}

with schedules as (
    select distinct schedule_id
    from {{ ref('stg_inbox__schedules') }}
),

open_hours as (
    select * from {{ ref('int_open_hours_split') }}
),

-- A thread has the schedule of its team, else everyone's.
threads as (
    select
        records.*,
        coalesce(own.schedule_id, everyones.schedule_id) as schedule_id
        {%- if is_apply() %}
    from {{ changes_of(fct_threads) }} as records
    {%- else %}
    from
        {{ fct_threads }} as records
        {%- endif %}
    left join schedules as own on records.team_id = own.schedule_id
    left join schedules as everyones on everyones.schedule_id = 'default'
    {%- if is_apply() %}
    where records.is_after
    {%- endif %}
),

closings as (
    {%- if is_apply() %}
    select * from {{ changes_of(fct_closings) }}
    where is_after
    {%- else %}
    select * from {{ fct_closings }}
    {%- endif %}
),

messages as (
    select * from {{ touched_messages if is_apply() else ref('int_messages_deduplicated') }}
    where thread_created_date is not null and not is_private and author_type <> 'system'
),

{{ wait_ctes() }},

durations as (
    select
        'first_response' as measure,
        thread_id,
        1 as number,
        first_user_message_at as started_at,
        first_response_at as ended_at,
        case when first_response_at is not null then 'reply' end as ended_by,
        first_responder_id as agent_id,
        cast(null as {{ column_type('timestamptz') }}) as after_bot_at,
        {{ thread_columns | join(',\n        ') }}
    from threads
    where first_user_message_at is not null and not is_agent_started
    union all
    select
        'first_resolution' as measure,
        threads.thread_id,
        1 as number,
        threads.created_at as started_at,
        closings.closed_at as ended_at,
        case when closings.closed_at is not null then 'closing' end as ended_by,
        closings.event_agent_id as agent_id,
        cast(null as {{ column_type('timestamptz') }}) as after_bot_at,
        threads.{{ thread_columns | join(',\n        threads.') }}
    from threads
    left join closings
        on
            threads.thread_id = closings.thread_id
            and closings.number = 1
    union all
    select
        'resolution' as measure,
        thread_id,
        1 as number,
        created_at as started_at,
        closed_at as ended_at,
        case when closed_at is not null then 'closing' end as ended_by,
        closer_agent_id as agent_id,
        cast(null as {{ column_type('timestamptz') }}) as after_bot_at,
        {{ thread_columns | join(',\n        ') }}
    from threads
    union all
    select
        'reply' as measure,
        waits.thread_id,
        waits.number,
        waits.started_at,
        waits.ended_at,
        waits.ended_by,
        case when waits.ended_at is null then threads.assigned_agent_id else waits.agent_id end as agent_id,
        waits.after_bot_at,
        threads.{{ thread_columns | join(',\n        threads.') }}
    from waits
    inner join threads on waits.thread_id = threads.thread_id
),

ended as (
    select
        *,
        ended_at >= started_at and not (measure = 'reply' and ended_by = 'closing') as is_measured
    from durations
),

measured as (
    select
        *,
        {{ epoch_microseconds('started_at') }} as started_microsecond,
        {{ epoch_microseconds('ended_at') }} as ended_microsecond,
        case when is_measured then schedule_id end as measured_schedule_id
    from ended
),

final as (
    select
        concat(
            measured.measure, ':', measured.thread_id, ':', cast(measured.number as {{ dbt.type_string() }})
        ) as duration_id,
        measured.measure,
        measured.thread_id,
        cast(measured.number as bigint) as number,
        measured.started_at,
        measured.ended_at,
        measured.ended_by,
        measured.agent_id,
        measured.assigned_agent_id,
        measured.channel,
        measured.team_id,
        measured.priority,
        measured.thread_created_date,
        {{ local_date('measured.started_at') }} as started_date,
        {{ local_date('measured.ended_at') }} as ended_date,
        case
            when measured.is_measured then {{ seconds_between('measured.started_at', 'measured.ended_at') }}
        end as seconds,
        cast(
            {{ open_microseconds('ended_in', 'measured.ended_microsecond') }}
            - {{ open_microseconds('started_in', 'measured.started_microsecond') }}
            as {{ column_type('double') }}
        ) / 1000000 as business_seconds,
        started_in.is_open as is_started_in_hours,
        case
            when measured.is_measured then {{ seconds_between('measured.after_bot_at', 'measured.ended_at') }}
        end as seconds_after_bot
    from measured
    left join open_hours as started_in
        on {{ is_in_piece('started_in', 'measured.schedule_id', 'measured.started_microsecond') }}
    left join open_hours as ended_in
        on {{ is_in_piece('ended_in', 'measured.measured_schedule_id', 'measured.ended_microsecond') }}
)

{{ final_rows('thread_id in (select thread_id from ' ~ changes_of(fct_threads) ~ ')') }}
