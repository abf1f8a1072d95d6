with thread_labels as (
    select * from {{ ref('fct_thread_labels') }}
),

final as (
    select
        created_date,
        label,
        assigned_agent_id,
        count(*) as new_threads
    from thread_labels
    group by created_date, label, assigned_agent_id
)

select * from final
order by created_date, label, assigned_agent_id nulls first
