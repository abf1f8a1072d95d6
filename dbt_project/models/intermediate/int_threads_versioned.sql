{{ config(materialized='changed_rows', unique_key='thread_id', partition_by='created_date') }}

{{ versioned_records('threads', 'thread_id') }},

final as (
    select
        thread_id,
        user_id,
        assigned_agent_id,
        closed_by_agent_id,
        team_id,
        merged_into_thread_id,
        channel,
        status,
        priority,
        labels,
        reopen_count,
        created_at,
        {{ local_date('created_at') }} as created_date,
        closed_at,
        {{ local_date('closed_at') }} as closed_date,
        first_closed_at,
        {{ version_columns() }}
    from versioned_records
)

{{ final_rows() }}
