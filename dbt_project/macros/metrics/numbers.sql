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
quantile    measure, clock, fraction: of the durations (fct_durations) of a period by the column of a clock, exact,
            interpolated; null where there are none. A reply is of the day on which it was sent, others of their thread's
age         of, aggregate: how long what is open at the end of a day has been so: the greatest (max) or a quantile
days        export days, of dim_dates
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
        'kind': 'quantile', 'measure': 'first_response', 'clock': 'seconds', 'fraction': 0.5,
        'label': 'First response (median seconds)',
        'description': "Exact median of the seconds from a conversation's first counted user message to the first counted agent message after it, over the conversations created in the period; null where there are none.",
    },
    'first_response_seconds_p90': {
        'kind': 'quantile', 'measure': 'first_response', 'clock': 'seconds', 'fraction': 0.9,
        'label': 'First response (90th percentile seconds)',
        'description': 'Exact 90th percentile, interpolated, of the seconds to the first response, over the conversations created in the period; null where there are none.',
    },
    'closing_seconds_median': {
        'kind': 'quantile', 'measure': 'resolution', 'clock': 'seconds', 'fraction': 0.5,
        'label': 'Closing (median seconds)',
        'description': 'Exact median of the seconds from the creation of a conversation to its closing, over the conversations created in the period that are closed now; null where there are none.',
    },
    'closing_seconds_p90': {
        'kind': 'quantile', 'measure': 'resolution', 'clock': 'seconds', 'fraction': 0.9,
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
    'replies': {
        'kind': 'sum', 'of': 'waits', 'where': "ended_by = 'reply'", 'day': 'ended_date', 'whose': 'agent_id',
        'label': 'Replies',
        'description': 'Waits of users that ended with a reply, on the day on which it was sent. By agent: who sent it. Additive.',
    },
    'reply_seconds_median': {
        'kind': 'quantile', 'measure': 'reply', 'clock': 'seconds', 'fraction': 0.5,
        'label': 'Reply (median seconds)',
        'description': 'Exact median of the seconds that users waited for a reply, over the replies sent in the period; null where there are none.',
    },
    'reply_seconds_p90': {
        'kind': 'quantile', 'measure': 'reply', 'clock': 'seconds', 'fraction': 0.9,
        'label': 'Reply (90th percentile seconds)',
        'description': 'Exact 90th percentile, interpolated, of the seconds that users waited for a reply, over the replies sent in the period; null where there are none.',
    },
    'first_response_business_seconds_median': {
        'kind': 'quantile', 'measure': 'first_response', 'clock': 'business_seconds', 'fraction': 0.5,
        'label': 'First response, working time (median seconds)',
        'description': 'Exact median of the working seconds to the first response, over the conversations created in the period; null where there are none.',
    },
    'first_response_business_seconds_p90': {
        'kind': 'quantile', 'measure': 'first_response', 'clock': 'business_seconds', 'fraction': 0.9,
        'label': 'First response, working time (90th percentile seconds)',
        'description': 'Exact 90th percentile, interpolated, of the working seconds to the first response, over the conversations created in the period; null where there are none.',
    },
    'reply_business_seconds_median': {
        'kind': 'quantile', 'measure': 'reply', 'clock': 'business_seconds', 'fraction': 0.5,
        'label': 'Reply, working time (median seconds)',
        'description': 'Exact median of the working seconds that users waited for a reply, over the replies sent in the period; null where there are none.',
    },
    'reply_business_seconds_p90': {
        'kind': 'quantile', 'measure': 'reply', 'clock': 'business_seconds', 'fraction': 0.9,
        'label': 'Reply, working time (90th percentile seconds)',
        'description': 'Exact 90th percentile, interpolated, of the working seconds that users waited for a reply, over the replies sent in the period; null where there are none.',
    },
    'closing_business_seconds_median': {
        'kind': 'quantile', 'measure': 'resolution', 'clock': 'business_seconds', 'fraction': 0.5,
        'label': 'Closing, working time (median seconds)',
        'description': 'Exact median of the working seconds from the creation of a conversation to its closing, over the conversations created in the period that are closed now; null where there are none.',
    },
    'closing_business_seconds_p90': {
        'kind': 'quantile', 'measure': 'resolution', 'clock': 'business_seconds', 'fraction': 0.9,
        'label': 'Closing, working time (90th percentile seconds)',
        'description': 'Exact 90th percentile, interpolated, of the working seconds from the creation of a conversation to its closing, over the conversations created in the period that are closed now; null where there are none.',
    },
    'waiting_threads': {
        'kind': 'balance', 'comes': 'waits_started', 'goes': 'waits_ended',
        'label': 'Waiting threads',
        'description': 'Conversations whose user waits for a reply at the end of the period (or of `as_of_date`, where that is earlier). A balance: never summed over periods.',
    },
    'longest_wait_seconds': {
        'kind': 'age', 'of': 'waits', 'aggregate': 'max', 'by': 'assignee now',
        'description': 'Seconds of the longest wait that runs at the end of the day (or of `as_of_date`, where that is earlier); null where nobody waits. In mart_inbox_daily and the functions only; null elsewhere.',
    },
    'first_resolution_seconds_median': {
        'kind': 'quantile', 'measure': 'first_resolution', 'clock': 'seconds', 'fraction': 0.5,
        'label': 'First resolution (median seconds)',
        'description': 'Exact median of the seconds from the creation of a conversation to its first closing, over the conversations created in the period; null where there are none.',
    },
    'first_resolution_seconds_p90': {
        'kind': 'quantile', 'measure': 'first_resolution', 'clock': 'seconds', 'fraction': 0.9,
        'label': 'First resolution (90th percentile seconds)',
        'description': 'Exact 90th percentile, interpolated, of the seconds from the creation of a conversation to its first closing, over the conversations created in the period; null where there are none.',
    },
    'closings': {
        'kind': 'sum', 'of': 'closings', 'day': 'closed_date', 'whose': 'agent_id',
        'label': 'Closings',
        'description': 'Each closing of a conversation, also of one that was opened again, on the day of it. By agent: who did it, else the assignee. Additive.',
    },
    'reopened_threads': {
        'kind': 'sum', 'of': 'threads', 'where': 'is_reopened', 'day': 'created_date', 'whose': 'assigned_agent_id',
        'label': 'Reopened threads',
        'description': 'New conversations that were opened again after a closing, by the count of the inbox or by an event. Additive.',
    },
    'one_touch_threads': {
        'kind': 'sum', 'of': 'threads', 'where': "status = 'closed' and agent_messages = 1 and not is_reopened", 'day': 'created_date', 'whose': 'assigned_agent_id',
        'label': 'One-touch threads',
        'description': 'New conversations that are closed now after exactly one counted message of an agent and were never opened again. Additive.',
    },
    'satisfied_ratings': {
        'kind': 'sum', 'of': 'ratings', 'where': 'score >= 4', 'day': 'rated_date', 'whose': 'agent_id',
        'label': 'Satisfied ratings',
        'description': 'Ratings of 4 and 5, on the day on which they were given. Additive.',
    },
    'csat_ratio': {
        'kind': 'ratio', 'over': 'satisfied_ratings', 'under': 'ratings',
        'label': 'Satisfaction',
        'description': 'Share of the ratings of the period that are 4 or 5; null where there are none.',
    },
    'backlog_age_seconds_median': {
        'kind': 'age', 'of': 'threads', 'aggregate': 0.5, 'by': 'assignee now',
        'description': 'Exact median of the seconds from their creation that the conversations of `open_threads` have been open at the end of the day (or of `as_of_date`, where that is earlier); null where there are none. In mart_inbox_daily and the functions only; null elsewhere.',
    },
    'backlog_age_seconds_p90': {
        'kind': 'age', 'of': 'threads', 'aggregate': 0.9, 'by': 'assignee now',
        'description': 'Exact 90th percentile, interpolated, of the seconds that the conversations of `open_threads` have been open at the end of the day, alike.',
    },
    'days_missing': {
        'kind': 'days', 'on': 'export day', 'by': 'none: of the whole inbox', 'adds': 'over days',
        'description': 'Export days of the period, from `covered_from` to `as_of_date`, that nothing covers: their records are not in the numbers.',
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
    'waits_started': {
        'kind': 'sum', 'of': 'waits', 'day': 'started_date', 'whose': 'assigned_agent_id', 'only_in': [],
        'description': 'Waits of users that began. Additive; less `waits_ended` up to a day, the conversations that wait at its end.',
    },
    'waits_ended': {
        'kind': 'sum', 'of': 'waits', 'day': 'ended_date', 'whose': 'assigned_agent_id', 'only_in': [],
        'description': 'Waits of users that ended, by a reply or a closing. Additive.',
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
    'waits': {'fact': 'fct_durations', 'where': "measure = 'reply'"},
    'closings': {'fact': 'fct_closings'},
    }) }}
{%- endmacro %}

{#-
The scopes that numbers are kept in, each with the column of a record that holds its value: a new scope is a line. For
the agent it is the column that each number names (`whose`); the inbox is everything.
-#}
{% macro scopes() -%}
    {{ return({'inbox': none, 'agent': 'agent_id', 'channel': 'channel', 'team': 'team_id'}) }}
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
    {{ return(numbers_of(['sum', 'ratio', 'balance', 'quantile', 'users', 'age', 'days'], scope)) }}
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
