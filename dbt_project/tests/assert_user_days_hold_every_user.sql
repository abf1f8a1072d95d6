{{ config(meta={'dagster': {'ref': {'name': 'fct_user_days'}}}) }}
-- Each user who started a conversation or sent a counted message has a first day, and nobody else has. In a batch, the
-- users whom it touched are looked at.
{%- set agent_user_days = ref('fct_agent_user_days') -%}
{%- set changed_user_days = changes_of(agent_user_days) %}
{%- set is_tested = is_to_be_tested(agent_user_days, 'user_id', changed_user_days) %}
{%- set messages = ref('int_messages_versioned') %}
with messages as (
    {%- if has_changes(agent_user_days) %}
    select
        author_id as user_id,
        author_type = 'user' and {{ is_counted_message('author_type', 'is_private') }} as is_counted
    from {{ messages }}
    where is_current and thread_created_date is not null and author_id in (select user_id from {{ changed_user_days }})
    {%- else %}
    select
        user_id,
        is_counted
    from {{ ref('fct_messages') }}
    where user_id is not null
    {%- endif %}
),

users as (
    select user_id from {{ ref('fct_threads') }}
    where {{ is_tested }}
    union
    select user_id from messages
    where is_counted
),

first_days as (
    select user_id from {{ ref('fct_user_days') }}
    where previous_active_date is null and {{ is_tested }}
)

select coalesce(users.user_id, first_days.user_id) as user_id
from users
full outer join first_days on users.user_id = first_days.user_id
where users.user_id is null or first_days.user_id is null
