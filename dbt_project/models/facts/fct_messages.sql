{{ config(materialized='changed_view', unique_key='message_id') }}

{%- set messages = ref('int_messages_versioned') %}

with messages as (
    select
        *,
        {{ is_counted_message('author_type', 'is_private') }} as is_counted
    from {{ (changes_of(messages) if is_apply() else messages).include(database=false) }}
    where is_current and thread_created_date is not null
),

final as (
    select
        message_id,
        {%- if is_apply() %}
        is_after,
        {%- endif %}
        thread_id,
        case when author_type = 'user' then author_id end as user_id,
        case when author_type = 'agent' then author_id end as agent_id,
        author_type,
        sent_at,
        sent_date,
        thread_created_date,
        assigned_agent_id,
        is_private,
        is_counted,
        body_length,
        channel,
        team_id
    from messages
)

select * from final
