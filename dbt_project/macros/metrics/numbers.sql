{#-
The register of the numbers: the one place that says what a number is. What keeps them (fct_scope_days, fct_scope_timings,
fct_scope_users), the columns of the marts and functions, their reconciliation with the facts, their YAML, the table of
docs/metrics.md and the semantic metrics all follow from it: `make numbers` writes those that are files, and a test
fails by the number's name where one is out of date, or where the oracle, the report's page or Superset lacks it.

kind        what else the entry says
sum         of, where, value, day, whose: adds up `value` (1 unless given) of the records `of` (record_kinds()) where
            `where` holds, on the day of the column `day`, for the agent of the column `whose`. All sums of one kind of
            record, day and agent are made by one CTE.
ratio       over, under: one sum over another; null where that is 0
balance     comes, goes: the sums that enter and leave a stock that is told at the end of a period
quantile    seconds, fraction: of the seconds (timings()) of a period, exact, interpolated; null where there are none
users       distinct users of a period, counted anew at every grain

Of each: description, for readers; only_in, the scopes that show it where not all do (none: it is kept, not shown);
on, by, adds: day, agent and what adds up in words, where the other fields do not say it; also_counted, a cheaper count of a sum that is large, for the test after a batch; label, in MetricFlow.
The order is that of the columns.
-#}
{% macro numbers() -%}
    {{ return({
    'new_threads': {
        'kind': 'sum', 'of': 'threads', 'day': 'created_date', 'whose': 'assigned_agent_id',
        'label': 'New threads',
        'description': 'Conversations that stand (not deleted), on the day on which they were created. Additive.',
    },
    'messages': {
        'kind': 'sum', 'of': 'messages', 'day': 'sent_date', 'whose': 'assigned_agent_id',
        'also_counted': 'messages',
        'label': 'Messages',
        'description': 'Public messages of users and agents that stand, in conversations that stand, on the day on which they were sent: no internal notes, bots or system lines. Additive.',
    },
    'user_messages': {
        'kind': 'sum', 'of': 'messages', 'where': "author_type = 'user'", 'day': 'sent_date', 'whose': 'assigned_agent_id',
        'also_counted': 'user_messages',
        'label': 'User messages',
        'description': 'The counted messages that users wrote, on the day on which they were sent. Additive.',
    },
    'agent_messages': {
        'kind': 'sum', 'of': 'messages', 'where': "author_type = 'agent'", 'day': 'sent_date', 'whose': 'assigned_agent_id',
        'also_counted': 'agent_messages',
        'label': 'Agent messages',
        'description': 'The counted messages that agents wrote, on the day on which they were sent. Additive.',
    },
    'thread_messages': {
        'kind': 'sum', 'of': 'threads', 'value': 'messages', 'day': 'created_date', 'whose': 'assigned_agent_id',
        'label': 'Messages of new threads',
        'description': 'The counted messages, each on the day on which its conversation was created. Additive.',
    },
    'unique_users': {
        'kind': 'users', 'on': 'thread created; sent', 'by': 'assignee now of that thread',
        'label': 'Users',
        'description': 'Distinct users who started a conversation or sent a counted message in the period; counted anew at every grain, never summed.',
    },
    'new_users': {
        'kind': 'users', 'on': 'first activity', 'by': 'none: of the whole inbox only', 'adds': 'over periods', 'only_in': ['inbox'],
        'label': 'New users',
        'description': 'Users whose first activity ever, as in `unique_users`, lies in the period.',
    },
    'labeled_threads': {
        'kind': 'sum', 'of': 'threads', 'where': 'is_labeled', 'day': 'created_date', 'whose': 'assigned_agent_id',
        'label': 'Labeled threads',
        'description': 'New conversations that carry at least one label now. Additive.',
    },
    'ratings': {
        'kind': 'sum', 'of': 'ratings', 'day': 'rated_date', 'whose': 'agent_id',
        'label': 'Ratings',
        'description': 'Ratings that stand, on the day on which they were given. Additive.',
    },
    'average_rating': {
        'kind': 'ratio', 'over': 'score_sum', 'under': 'ratings',
        'label': 'Average rating',
        'description': 'Mean score, from 1 to 5, of the ratings of the period; null where there are none.',
    },
    'first_response_seconds_median': {
        'kind': 'quantile', 'seconds': 'first_response_seconds', 'on': 'thread created', 'by': 'who sent the first response', 'fraction': 0.5,
        'label': 'First response (median seconds)',
        'description': "Exact median of the seconds from a conversation's first counted user message to the first counted agent message after it, over the conversations created in the period; null where there are none.",
    },
    'first_response_seconds_p90': {
        'kind': 'quantile', 'seconds': 'first_response_seconds', 'on': 'thread created', 'by': 'who sent the first response', 'fraction': 0.9,
        'label': 'First response (90th percentile seconds)',
        'description': 'Exact 90th percentile, interpolated, of the seconds to the first response, over the conversations created in the period; null where there are none.',
    },
    'closing_seconds_median': {
        'kind': 'quantile', 'seconds': 'closing_seconds', 'on': 'thread created', 'by': 'who closed it, else the assignee', 'fraction': 0.5,
        'label': 'Closing (median seconds)',
        'description': 'Exact median of the seconds from the creation of a conversation to its closing, over the conversations created in the period that are closed now; null where there are none.',
    },
    'closing_seconds_p90': {
        'kind': 'quantile', 'seconds': 'closing_seconds', 'on': 'thread created', 'by': 'who closed it, else the assignee', 'fraction': 0.9,
        'label': 'Closing (90th percentile seconds)',
        'description': 'Exact 90th percentile, interpolated, of the seconds to the closing, over the conversations created in the period that are closed now; null where there are none.',
    },
    'responded_threads': {
        'kind': 'sum', 'of': 'threads', 'where': 'first_response_seconds is not null', 'day': 'created_date', 'whose': 'first_responder_id',
        'label': 'Responded threads',
        'description': 'New conversations that a user began and an agent answered. By agent: who sent the first response. Additive.',
    },
    'unanswered_threads': {
        'kind': 'sum', 'of': 'threads', 'where': 'is_unanswered', 'day': 'created_date', 'whose': 'assigned_agent_id',
        'label': 'Unanswered threads',
        'description': 'New conversations with a user message and no agent message after it, other than those that an agent started. Additive.',
    },
    'agent_started_threads': {
        'kind': 'sum', 'of': 'threads', 'where': 'is_agent_started', 'day': 'created_date', 'whose': 'assigned_agent_id',
        'label': 'Threads started by an agent',
        'description': "New conversations whose first counted message is an agent's. Additive.",
    },
    'closed_threads': {
        'kind': 'sum', 'of': 'threads', 'where': "status = 'closed'", 'day': 'created_date', 'whose': 'assigned_agent_id',
        'label': 'New threads closed now',
        'description': 'New conversations that are closed now, on the day on which they were created. Additive.',
    },
    'threads_closed': {
        'kind': 'sum', 'of': 'threads', 'day': 'closed_date', 'whose': 'assigned_agent_id',
        'label': 'Threads closed',
        'description': 'Conversations whose closing lies in the period, whenever they were created. Additive.',
    },
    'open_threads': {
        'kind': 'balance', 'comes': 'new_threads', 'goes': 'threads_left_backlog',
        'label': 'Open threads',
        'description': 'The backlog: conversations created on or before the last day of the period (or `as_of_date`, where that is earlier) and not closed by the end of it. A balance: never summed over periods.',
    },
    'messages_sent': {
        'kind': 'sum', 'of': 'messages', 'where': "author_type = 'agent'", 'day': 'sent_date', 'whose': 'agent_id',
        'only_in': ['agent'], 'also_counted': 'agent_messages',
        'label': 'Messages sent',
        'description': 'Counted messages that the agent sent, whoever holds the conversation, on the day on which they were sent. Additive.',
    },
    'score_sum': {
        'kind': 'sum', 'of': 'ratings', 'value': 'score', 'day': 'rated_date', 'whose': 'agent_id', 'only_in': [],
        'label': 'Sum of scores',
        'description': 'Sum of the scores of the ratings; over `ratings` it is the average rating. Additive.',
    },
    'threads_left_backlog': {
        'kind': 'sum', 'of': 'threads', 'day': 'left_backlog_date', 'whose': 'assigned_agent_id', 'only_in': [],
        'description': 'Conversations that left the backlog: closed, on the later of their day of creation and of closing. Additive.',
    },
    }) }}
{%- endmacro %}

{#-
What numbers are made of: the fact, the condition that its rows meet, and columns that are made for the numbers. A thread
that was closed before it was created leaves the backlog on the day on which it would have entered.
-#}
{% macro record_kinds() -%}
    {{ return({
    'threads': {
        'fact': 'fct_threads',
        'columns': {'left_backlog_date': 'case when closed_date is not null then greatest(closed_date, created_date) end'},
    },
    'messages': {'fact': 'fct_messages', 'where': 'is_counted'},
    'ratings': {'fact': 'fct_ratings'},
    }) }}
{%- endmacro %}

{#-
The scopes that numbers are kept in, each with the column of a record that holds its value: a new scope is a line. For
the agent it is the column that each number names (`whose`); the inbox is everything.
-#}
{% macro scopes() -%}
    {{ return({'inbox': none, 'agent': 'agent_id'}) }}
{%- endmacro %}

{#- The columns that tell the values of all scopes, agents' first. -#}
{% macro scope_columns() -%}
    {{ return(scopes().values() | reject('none') | list) }}
{%- endmacro %}

{#- The value of a scope that a row belongs to; none in the inbox's. -#}
{% macro scope_value(scope) -%}
    {{ scopes()[scope] or 'cast(null as ' ~ dbt.type_string() ~ ')' }}
{%- endmacro %}

{#- The names of the numbers of one of the kinds, in their order; of those that a scope shows, where one is given. -#}
{% macro numbers_of(kinds, scope=none) -%}
    {%- set names = [] -%}
    {%- for name, number in numbers().items() -%}
        {%- if number.kind in kinds and (scope is none or scope in number.get('only_in', scopes())) -%}
            {%- do names.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- The names of the numbers that a scope shows: the columns of its marts, in their order. -#}
{% macro shown_numbers(scope) -%}
    {{ return(numbers_of(['sum', 'ratio', 'balance', 'quantile', 'users'], scope)) }}
{%- endmacro %}

{#- The body of a documented table that shows some scopes of a table kept by scope: its key columns and numbers. -#}
{% macro rows_of_scope(relation, scopes, keys, numbers) -%}
with scope_rows as (
    select * from {{ rows_to_show(relation) }}
    where scope in ('{{ scopes | join("', '") }}')
),

final as (
    select
        {%- for name, expression in keys.items() %}
        {{ name if name == expression else expression ~ ' as ' ~ name }},
        {%- endfor %}
        {%- if is_apply() %}
        is_after,
        {%- endif %}
        {{ numbers | join(',\n        ') }}
    from scope_rows
)

select * from final
{%- endmacro %}
