{{ config(materialized='changed_rows', unique_key='agent_id') }}

{{ versioned_records('agents', 'agent_id') }},

final as (
    select
        agent_id,
        name,
        team,
        is_active,
        version_at,
        export_date,
        file_name,
        row_number,
        is_last_version as is_latest
    from versioned_records
)

{{ final_rows() }}
