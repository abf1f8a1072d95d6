{{ config(materialized='view') }}

with records as (
    select * from {{ ref('int_messages_versioned') }}
),

final as (
    select
        *,
        {{ is_counted_message('author_type', 'is_private') }} as is_counted
    from records
    where is_current
)

select * from final
