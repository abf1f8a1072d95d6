{#-
Passes where the additive numbers of the days, summed over all of them, are those of the facts, counted there. After a
batch messages are not counted but summed by conversation: assert_facts_hold_every_standing_record compares the
messages of those that it touched.
-#}
{% test sums_to_facts(model) %}
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
    'messages_sent': "select count(*) from " ~ ref('fct_messages') ~ " where is_counted and author_type = 'agent'",
    'ratings': "select count(*) from " ~ ref('fct_ratings'),
    'score_sum': "select coalesce(sum(score), 0) from " ~ ref('fct_ratings'),
} %}
{%- if has_changes(model) -%}
    {%- for number, column in {
        'messages': 'messages', 'thread_messages': 'messages', 'user_messages': 'user_messages',
        'agent_messages': 'agent_messages', 'messages_sent': 'agent_messages',
    }.items() -%}
        {%- do expected.update({number: "select coalesce(sum(" ~ column ~ "), 0) from " ~ ref('fct_threads')}) -%}
    {%- endfor -%}
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
