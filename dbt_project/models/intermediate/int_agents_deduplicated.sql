{{ config(materialized='view') }}

with records as (
    select * from {{ ref('int_agents_versioned') }}
),

final as (
    select * from records
    where is_latest
)

select * from final
