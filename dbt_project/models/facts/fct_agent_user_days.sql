{{ config(materialized='changed_rows', unique_key=['user_id', 'active_date', 'agent_id'], partition_by='active_date') }}

with threads as (
    {{ signed_rows(ref('fct_threads')) }}
    where user_id is not null
),

messages as (
    {{ signed_rows(ref('fct_messages')) }}
    where is_counted and user_id is not null
),

activities as (
    select
        created_date as active_date,
        assigned_agent_id as agent_id,
        user_id,
        row_sign
    from threads
    union all
    select
        sent_date as active_date,
        assigned_agent_id as agent_id,
        user_id,
        row_sign
    from messages
),

user_days as (
    select
        active_date,
        agent_id,
        user_id,
        sum(row_sign) as activities
    from activities
    group by active_date, agent_id, user_id
    having sum(row_sign) <> 0
),

{% if is_apply() -%}
touched_users as (
    select distinct user_id from user_days
),

standing_rows as (
    {{ few_rows(this, ['user_id in (select user_id from touched_users)']) }}
),

active_user_days as (
    select
        active_date,
        agent_id,
        user_id,
        sum(activities) as activities
    from (
        select
            active_date,
            agent_id,
            user_id,
            activities
        from user_days
        union all
        select
            active_date,
            agent_id,
            user_id,
            activities
        from standing_rows
    ) as all_user_days
    group by active_date, agent_id, user_id
    having sum(activities) > 0
),
{%- else -%}
active_user_days as (
    select * from user_days
),
{%- endif %}

final as (
    select
        active_date,
        agent_id,
        user_id,
        lag(active_date) over (partition by user_id, agent_id order by active_date) as previous_active_date,
        cast(activities as bigint) as activities
    from active_user_days
)

{{ final_rows(
    order_by='active_date', columns=['active_date', 'agent_id', 'user_id', 'previous_active_date', 'activities']
) }}
