{{ config(arguments=['number', 'start_date', 'end_date', 'agent'], named=named_arguments()) }}

with {{ range_of_report() }},

asked as materialized (
    select
        report.first_date,
        report.last_date,
        report.balance_date,
        next_days.starts_at as ends_at,
        {{ of_known_word('number', explained_numbers()) }} as asked_number
    from report
    left join {{ ref('dim_dates').include(database=false) }} as next_days
        on next_days.date = cast({{ dbt.dateadd('day', 1, 'report.balance_date') }} as date)
),

records as materialized (
    {{ looked_at_sums() }}
    {{ looked_at_durations() }}
    union all
    {{ looked_at_activities() }}
    union all
    {{ looked_at_ends() }}
),

found_threads as (
    select distinct records.thread_id
    from records
),

-- Every thread that was created in the range is told of, also where the number finds nothing of it there.
missing_threads as (
    select
        threads.thread_id,
        threads.assigned_agent_id as agent_id,
        {{ is_on_another_day() }} as is_on_another_day,
        {{ place_of_missing() }} as own_place
    from {{ ref('fct_threads').include(database=false) }} as threads
    inner join asked on threads.created_date between asked.first_date and asked.last_date
    left join found_threads on threads.thread_id = found_threads.thread_id
    where found_threads.thread_id is null
),

looked_at as (
    select
        records.thread_id,
        records.record_id,
        records.user_id,
        records.value,
        records.event_date,
        records.agent_id,
        false as is_on_another_day,
        records.own_place
    from records
    union all
    select
        missing_threads.thread_id,
        missing_threads.thread_id as record_id,
        cast(null as {{ dbt.type_string() }}) as user_id,
        cast(null as {{ column_type('double precision') }}) as value,
        cast(null as date) as event_date,
        missing_threads.agent_id,
        missing_threads.is_on_another_day,
        missing_threads.own_place
    from missing_threads
),

judged as (
    select
        threads.thread_id,
        looked_at.record_id,
        coalesce(looked_at.user_id, threads.user_id) as user_id,
        looked_at.value,
        looked_at.event_date,
        looked_at.agent_id,
        threads.created_date,
        threads.assigned_agent_id,
        threads.channel,
        threads.team_id,
        case
            when not {{ is_listed('channels', 'threads.channel') }} then {{ reason_place('another_channel') }}
            when not {{ is_listed('teams', 'threads.team_id') }} then {{ reason_place('another_team') }}
            when not coalesce({{ has_listed_label('threads') }}, false) then {{ reason_place('another_label') }}
            when not {{ is_listed('priorities', 'threads.priority') }} then {{ reason_place('another_priority') }}
            when looked_at.is_on_another_day then {{ reason_place('another_day') }}
            when not {{ is_of_agent('looked_at.agent_id') }} then {{ reason_place('another_agent') }}
            else looked_at.own_place
        end as place
    from looked_at
    inner join asked on asked.asked_number is not null
    left join {{ ref('fct_threads').include(database=false) }} as threads on looked_at.thread_id = threads.thread_id
),

-- A thread of which nothing counts has one reason, whatever there is of it.
reasoned as (
    select
        judged.thread_id,
        judged.record_id,
        judged.user_id,
        judged.value,
        judged.event_date,
        judged.agent_id,
        judged.created_date,
        judged.assigned_agent_id,
        judged.channel,
        judged.team_id,
        judged.place is null as is_counted,
        case
            when max(case when judged.place is null then 1 else 0 end) over (partition by judged.thread_id) = 1
                then judged.place
            else min(judged.place) over (partition by judged.thread_id)
        end as place
    from judged
),

final as (
    select
        reasoned.thread_id,
        reasoned.record_id,
        reasoned.user_id,
        case when reasoned.is_counted then reasoned.value end as value,
        reasoned.is_counted,
        {{ reason_at('reasoned.place') }} as reason,
        reasoned.created_date,
        reasoned.event_date,
        reasoned.agent_id,
        reasoned.assigned_agent_id,
        reasoned.channel,
        reasoned.team_id
    from reasoned
    where reasoned.is_counted or reasoned.thread_id is not null
)

select * from final
order by is_counted desc, created_date asc nulls last, thread_id asc nulls last, record_id asc
