{{ config(materialized='changed_rows', unique_key='agent_id') }}

{{ ranked_records('agents', 'agent_id') }},

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
        version_rank = 1 as is_latest
    from ranked_records
)

{{ final_rows('agent_id in (select agent_id from changed_keys)') }}
