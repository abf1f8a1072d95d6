{{ config(materialized='changed_rows', unique_key='rating_id', partition_by='rated_date') }}

{{ versioned_records('ratings', 'rating_id') }},

final as (
    select
        rating_id,
        thread_id,
        agent_id,
        score,
        rated_at,
        {{ local_date('rated_at') }} as rated_date,
        {{ version_columns() }}
    from versioned_records
)

{{ final_rows() }}
