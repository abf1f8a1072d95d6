{#-
What the definitions of macros/metrics/ranges/definitions.sql measure: selects that give the observations of a reading, each with
reading, thread_id, agent_id (whose it is), its days (created_date, event_date, closed_date: null where none can be asked for), value, and
working_value where there are opening hours. All but those of the number that is asked for give nothing.
-#}

{#- One of those selects: a fact named `records`, its thread as `threads`. -#}
{% macro observed(number, reading, fact, value, agent, event_date, where, working='cast(null as double precision)', closed_date='threads.closed_date') -%}
    select
        '{{ reading }}' as reading,
        threads.thread_id,
        {{ agent }} as agent_id,
        threads.created_date,
        {{ event_date }} as event_date,
        {{ closed_date }} as closed_date,
        cast({{ value }} as {{ column_type('double precision') }}) as value,
        cast({{ working }} as {{ column_type('double precision') }}) as working_value
    from {{ fact }} as records
    inner join {{ ref('fct_threads').include(database=false) }} as threads on records.thread_id = threads.thread_id
    where number = '{{ number }}' and {{ where }}
{%- endmacro %}

{#- Of messages: the second of an agent in a thread that one began, and the time from each answer to the next. -#}
{% macro agent_messages_in_order() -%}
agent_messages as (
    select
        messages.thread_id,
        messages.agent_id,
        messages.sent_at,
        messages.sent_date,
        lag(messages.sent_at) over (partition by messages.thread_id order by messages.sent_at, messages.message_id) as sent_before_at,
        row_number() over (partition by messages.thread_id order by messages.sent_at, messages.message_id) as place
    from {{ ref('fct_messages').include(database=false) }} as messages
    where
        number in ('first_response_seconds', 'reply_seconds')
        and messages.is_counted
        and messages.author_type = 'agent'
),

teammates as (
    select
        messages.thread_id,
        count(distinct coalesce(messages.agent_id, '')) as teammates
    from {{ ref('fct_messages').include(database=false) }} as messages
    where number = 'one_touch_threads' and messages.is_counted and messages.author_type = 'agent'
    group by messages.thread_id
),

reply_sums as (
    select
        durations.thread_id,
        sum(durations.seconds) as seconds,
        sum(coalesce(durations.business_seconds, durations.seconds)) as working_seconds
    from {{ ref('fct_durations').include(database=false) }} as durations
    where number = 'closing_seconds' and durations.measure = 'reply' and durations.seconds is not null
    group by durations.thread_id
),
{%- endmacro %}

{#- The observations of every reading, one select after the other. -#}
{% macro observations() -%}
    {%- set durations = ref('fct_durations').include(database=false) -%}
    {%- set threads = ref('fct_threads').include(database=false) -%}
    {%- set closings = ref('fct_closings').include(database=false) -%}
    {%- set ratings = ref('fct_ratings').include(database=false) -%}
    {%- set measured = " and records.seconds is not null" -%}
    {%- set is_closed = "threads.status = 'closed'" -%}
    {%- set from_creation = seconds_between('threads.created_at', 'threads.first_response_at') -%}
    {%- set closed_from_message = seconds_between('threads.first_user_message_at', 'threads.closed_at') -%}
    {%- set number = 'first_response_seconds' -%}
    {%- set answered = "records.measure = 'first_response'" ~ measured %}
    {{ observed(number, 'from_message', durations, 'records.seconds', 'records.agent_id', 'records.ended_date', answered, 'records.business_seconds') }}
    {%- for reading in ('from_creation', 'from_creation_to_reply') %}
    union all
    {{ observed(number, reading, durations, from_creation, 'records.agent_id', 'records.ended_date', answered ~ ' and threads.first_response_at >= threads.created_at') }}
    {%- endfor %}
    union all
    {{ observed(
        number, 'from_creation_to_reply', 'agent_messages', seconds_between('threads.created_at', 'records.sent_at'), 'records.agent_id',
        'records.sent_date', 'threads.is_agent_started and records.place = 2 and records.sent_at >= threads.created_at'
    ) }}
    {%- set number = 'reply_seconds' -%}
    {%- set replied = "records.measure = 'reply'" ~ measured %}
    union all
    {{ observed(number, 'wait', durations, 'records.seconds', 'records.agent_id', 'records.ended_date', replied, 'records.business_seconds') }}
    union all
    {{ observed(number, 'wait_after_bot', durations, 'records.seconds_after_bot', 'records.agent_id', 'records.ended_date', replied) }}
    union all
    {{ observed(
        number, 'gap', 'agent_messages', seconds_between('records.sent_before_at', 'records.sent_at'), 'records.agent_id', 'records.sent_date',
        'records.sent_before_at is not null'
    ) }}
    {%- set number = 'closing_seconds' -%}
    {%- set resolved = "records.measure = 'resolution'" ~ measured %}
    union all
    {{ observed(number, 'last', durations, 'records.seconds', 'records.agent_id', 'records.ended_date', resolved, 'records.business_seconds') }}
    union all
    {{ observed(
        number, 'last_from_message', durations, closed_from_message, 'records.agent_id', 'records.ended_date',
        resolved ~ ' and threads.closed_at >= threads.first_user_message_at'
    ) }}
    union all
    {{ observed(
        number, 'last_replied', durations, 'records.seconds', 'records.agent_id', 'records.ended_date',
        resolved ~ ' and threads.agent_messages > 0'
    ) }}
    union all
    {{ observed(
        number, 'first', durations, 'records.seconds', 'coalesce(records.agent_id, threads.closer_agent_id, threads.assigned_agent_id)',
        'records.ended_date', "records.measure = 'first_resolution'" ~ measured
    ) }}
    union all
    {{ observed(
        number, 'each', closings, seconds_between('threads.created_at', 'records.closed_at'), 'records.agent_id', 'records.closed_date',
        'records.closed_at >= threads.created_at'
    ) }}
    union all
    {{ observed(
        number, 'sum_of_replies', 'reply_sums', 'records.seconds', 'threads.closer_agent_id', 'threads.closed_date', is_closed,
        'records.working_seconds'
    ) }}
    {%- set number = 'one_touch_threads' -%}
    {%- set by_reading = {
        'one_message': 'threads.agent_messages = 1 and not threads.is_reopened',
        'one_reply': 'threads.agent_messages - case when threads.is_agent_started then 1 else 0 end = 1 and not threads.is_reopened',
        'under_two_messages': 'threads.agent_messages < 2 and not threads.is_reopened',
        'one_teammate': 'threads.thread_id in (select teammates.thread_id from teammates where teammates.teammates = 1) and not threads.is_reopened',
    } %}
    {%- for reading, condition in by_reading.items() %}
    union all
    {{ observed(
        number, reading, threads, 'case when ' ~ condition ~ ' then 1 else 0 end', 'threads.assigned_agent_id', 'threads.closed_date', is_closed
    ) }}
    {%- endfor %}
    {%- for reading, condition in {'quarter_hour': is_closed ~ ' and not threads.is_reopened', 'quarter_hour_ever': 'true'}.items() %}
    union all
    {{ observed(
        number, reading, durations, 'case when records.seconds <= 900 and ' ~ condition ~ ' then 1 else 0 end', 'threads.assigned_agent_id',
        'records.ended_date', "records.measure = 'first_resolution' and records.ended_at is not null"
    ) }}
    {%- endfor %}
    {%- set number = 'csat_ratio' -%}
    {%- set scores = {
        'satisfied': 'case when records.score >= 4 then 1 else 0 end',
        'good_of_good_and_bad': 'case when records.score >= 4 then 1 when records.score <= 2 then 0 end',
        'good_less_bad': 'case when records.score >= 4 then 1 when records.score <= 2 then -1 else 0 end',
        'score': 'records.score',
    } %}
    {%- for reading, value in scores.items() %}
    union all
    select
        '{{ reading }}' as reading,
        records.thread_id,
        records.agent_id,
        records.thread_created_date as created_date,
        records.rated_date as event_date,
        threads.closed_date,
        cast({{ value }} as {{ column_type('double precision') }}) as value,
        cast(null as {{ column_type('double precision') }}) as working_value
    from {{ ratings }} as records
    left join {{ threads }} as threads on records.thread_id = threads.thread_id
    where number = 'csat_ratio'
    {%- endfor %}
{%- endmacro %}
