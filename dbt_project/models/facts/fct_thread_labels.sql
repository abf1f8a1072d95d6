{{ config(materialized='changed_rows', unique_key='thread_id', partition_by='created_date') }}

{%- set versioned_threads = ref('int_threads_versioned') -%}
{%- set is_touched = 'thread_id in (select thread_id from ' ~ changes_of(versioned_threads) ~ ')' %}

with threads as (
    {%- if is_apply() %}
    select * from ({{ few_rows(versioned_threads, [is_touched]) }}) as touched_threads
    where is_current and {{ list_length('labels') }} > 0
    {%- else %}
    select * from {{ ref('int_threads_deduplicated') }}
    where {{ list_length('labels') }} > 0
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
