{{ config(materialized='changed_rows', unique_key=['created_date', 'label', 'assigned_agent_id']) }}

with thread_labels as (
    {{ signed_rows(ref('fct_thread_labels')) }}
),

differences as (
    select
        created_date,
        label,
        assigned_agent_id,
        sum(row_sign) as new_threads
    from thread_labels
    group by created_date, label, assigned_agent_id
),

{{ accumulated_rows(
    ['created_date', 'label', 'assigned_agent_id'],
    ['new_threads'],
    order_by='created_date, label, assigned_agent_id nulls first'
) }}
