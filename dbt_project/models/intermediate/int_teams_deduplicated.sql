{{ config(materialized='view') }}

with records as (
    select * from {{ ref('int_teams_versioned') }}
),

final as (
    select * from records
    where is_latest
)

select * from final
