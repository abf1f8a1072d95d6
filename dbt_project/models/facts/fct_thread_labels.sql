{{ config(materialized='changed_rows', unique_key='thread_id', partition_by='created_date') }}

{%- set is_touched = 'thread_id in (select thread_id from ' ~ changes_of(ref('int_threads_versioned')) ~ ')' %}

with threads as (
    select * from {{ ref('int_threads_deduplicated') }}
    where {{ list_length('labels') }} > 0
    {%- if is_apply() %}
        and {{ is_touched }}
    {%- endif %}
),

final as (
    select
        thread_id,
        {{ list_entries('labels') }} as label,
        assigned_agent_id,
        created_date
    from threads
)

{{ final_rows(is_touched) }}
