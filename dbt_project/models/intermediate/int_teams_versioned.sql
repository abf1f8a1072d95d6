{{ config(materialized='changed_rows', unique_key='team_id') }}

{{ versioned_records('teams', 'team_id') }},

final as (
    select
        team_id,
        name,
        version_at,
        export_date,
        file_name,
        row_number,
        is_last_version as is_latest
    from versioned_records
)

{{ final_rows() }}
