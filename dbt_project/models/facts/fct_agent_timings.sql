{{ config(materialized='changed_rows', unique_key='thread_id', partition_by='created_date') }}

{%- set fct_threads = ref('fct_threads') %}

with threads as (
    {%- if is_apply() %}
    select * from {{ changes_of(fct_threads) }}
    where is_after
    {%- else %}
    select * from {{ fct_threads }}
    {%- endif %}
),

first_responses as (
    select
        thread_id,
        first_responder_id as agent_id,
        created_date,
        first_response_seconds,
        cast(null as {{ dbt.type_float() }}) as closing_seconds
    from threads
    where first_response_seconds is not null
),

closings as (
    select
        thread_id,
        closer_agent_id as agent_id,
        created_date,
        cast(null as {{ dbt.type_float() }}) as first_response_seconds,
        closing_seconds
    from threads
    where status = 'closed'
),

unioned as (
    select * from first_responses
    union all
    select * from closings
),

-- One agent who did both has one row; so has nobody.
final as (
    select
        thread_id,
        agent_id,
        created_date,
        cast(max(first_response_seconds) as {{ column_type('double precision') }}) as first_response_seconds,
        cast(max(closing_seconds) as {{ column_type('double precision') }}) as closing_seconds
    from unioned
    group by thread_id, agent_id, created_date
)

{{ final_rows('thread_id in (select thread_id from ' ~ changes_of(fct_threads) ~ ')') }}
