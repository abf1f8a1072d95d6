{{ config(materialized='view') }}

with records as (
    select * from {{ ref('int_ratings_versioned') }}
),

final as (
    select * from records
    where is_current
)

select * from final
