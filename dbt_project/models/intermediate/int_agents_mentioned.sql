{{ config(materialized='changed_rows', unique_key='agent_id') }}

{%- set mentions = [
    ('int_threads_versioned', 'assigned_agent_id', none),
    ('int_threads_versioned', 'closed_by_agent_id', none),
    ('int_messages_versioned', 'author_id', "author_type = 'agent'"),
    ('int_ratings_versioned', 'agent_id', none),
    ('int_thread_events_versioned', 'actor_id', "actor_type = 'agent'"),
] %}

with mentions as (
    {%- for model, column, condition in mentions %}
    select
        {{ column }} as agent_id,
        sum(row_sign) as mentions
    from ({{ signed_rows(ref(model)) }}) as records
    where is_current and {{ column }} is not null{{ ' and ' ~ condition if condition }}
    group by {{ column }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

differences as (
    select
        agent_id,
        sum(mentions) as mentions
    from mentions
    group by agent_id
),

{{ accumulated_rows(['agent_id'], ['mentions']) }}
