{#-
Passes where the additive numbers of a mart of the inbox or of agents, summed over all its rows, are those of the
facts, counted there directly, and where new users, if it has them, are all users who were ever active.
-#}
{% test sums_to_facts(model, has_new_users=false) %}
{%- set expected = {
    'new_threads': "select count(*) from " ~ ref('fct_threads'),
    'labeled_threads': "select count(*) from " ~ ref('fct_threads') ~ " where is_labeled",
    'responded_threads': "select count(*) from " ~ ref('fct_threads') ~ " where first_response_seconds is not null",
    'unanswered_threads': "select count(*) from " ~ ref('fct_threads') ~ " where is_unanswered",
    'agent_started_threads': "select count(*) from " ~ ref('fct_threads') ~ " where is_agent_started",
    'closed_threads': "select count(*) from " ~ ref('fct_threads') ~ " where status = 'closed'",
    'threads_closed': "select count(*) from " ~ ref('fct_threads') ~ " where closed_at is not null",
    'messages': "select count(*) from " ~ ref('fct_messages') ~ " where is_counted",
    'thread_messages': "select count(*) from " ~ ref('fct_messages') ~ " where is_counted",
    'user_messages': "select count(*) from " ~ ref('fct_messages') ~ " where is_counted and author_type = 'user'",
    'agent_messages': "select count(*) from " ~ ref('fct_messages') ~ " where is_counted and author_type = 'agent'",
    'ratings': "select count(*) from " ~ ref('fct_ratings'),
} %}
{%- if has_new_users -%}
    {%- do expected.update({
        'new_users': "select count(*) from (select user_id from " ~ ref('fct_threads') ~ " where user_id is not null union select user_id from " ~ ref('fct_messages') ~ " where is_counted and user_id is not null) as users",
    }) -%}
{%- endif %}
with sums as (
    {%- for number, query in expected.items() %}
    select
        '{{ number }}' as number,
        ({{ query }}) as expected_sum,
        (select coalesce(sum({{ number }}), 0) from {{ model }}) as actual_sum
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from sums
where expected_sum <> actual_sum
{% endtest %}
