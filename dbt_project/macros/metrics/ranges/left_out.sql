{#- Why a number leaves a thread out: the reasons of inbox_threads, and which of them a number may have. -#}

{#- The reasons in their order: of those that hold of a thread the first is told. -#}
{% macro reasons() -%}
    {{ return([
        'another_channel', 'another_team', 'another_label', 'another_priority', 'another_day', 'another_agent',
        'agent_started', 'no_user_message', 'unanswered', 'still_open', 'closed_by_then', 'time_inconsistent', 'no_rating',
        'not_labeled', 'not_a_counted_message', 'not_this_number',
    ]) }}
{%- endmacro %}

{#- The place of a reason in their order, from 1: what reasons are compared by. -#}
{% macro reason_place(reason) -%}
    {{ reasons().index(reason) + 1 }}
{%- endmacro %}

{#- The name of the reason at a place, which is an expression. -#}
{% macro reason_at(place) -%}
    case {{ place }}
        {%- for reason in reasons() %}
        when {{ loop.index }} then '{{ reason }}'
        {%- endfor %}
    end
{%- endmacro %}

{#- The numbers about the seconds of one of some measures, beside further numbers. -#}
{% macro timed_numbers(measures, further=[]) -%}
    {%- set names = further | list -%}
    {%- for name in numbers_of(['quantile']) if numbers()[name].measure in measures -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- The numbers that are made of records of a kind: sums, and ratios of them. -#}
{% macro numbers_made_of(kind) -%}
    {%- set names = [] -%}
    {%- for name in numbers_of(['sum', 'ratio']) -%}
        {%- if numbers()[numbers()[name].under or name].of == kind -%}
            {%- do names.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#-
When a thread that was created in the range, and has no record in it that a number looks at, has one on another day; by the
numbers of which that can be. Columns are those of `threads`.
-#}
{% macro records_on_other_days() -%}
    {{ return([
        (['threads_closed'], 'threads.closed_date is not null'),
        (['messages'], 'threads.messages > 0'),
        (['user_messages'], 'threads.user_messages > 0'),
        (['agent_messages', 'messages_sent'], 'threads.agent_messages > 0'),
        (numbers_made_of('ratings'), has_record('fct_ratings')),
        (timed_numbers(['reply'], ['replies']), has_record('fct_durations', "behind.measure = 'reply' and behind.ended_by = 'reply'")),
        (['closings'], has_record('fct_closings')),
        (numbers_of(['users']), has_record('fct_messages', 'behind.is_counted and behind.user_id is not null')),
    ]) }}
{%- endmacro %}

{#- Whether a thread has a row in a fact. -#}
{% macro has_record(fact, condition='true') -%}
    threads.thread_id in (select behind.thread_id from {{ ref(fact).include(database=false) }} as behind where {{ condition }})
{%- endmacro %}

{#- What else may keep a thread out of which numbers, and when it does; in the order of reasons(). -#}
{% macro reasons_by_number() -%}
    {%- set first_responses = timed_numbers(['first_response'], ['responded_threads']) -%}
    {%- set replies = timed_numbers(['reply'], ['replies']) -%}
    {%- set messages = numbers_made_of('messages') + ['thread_messages'] + numbers_of(['users']) -%}
    {%- set backlog = ['open_threads', 'backlog_age_seconds_median', 'backlog_age_seconds_p90'] -%}
    {%- set waits = ['waiting_threads', 'longest_wait_seconds'] -%}
    {%- set closings = timed_numbers(['resolution', 'first_resolution'], ['closed_threads', 'threads_closed', 'closings', 'one_touch_threads']) -%}
    {{ return([
        ('agent_started', first_responses + ['unanswered_threads'], 'threads.is_agent_started'),
        ('no_user_message', first_responses + replies + messages + waits + ['unanswered_threads'], 'threads.user_messages = 0'),
        ('unanswered', first_responses + ['agent_messages', 'messages_sent', 'one_touch_threads'], 'threads.is_unanswered'),
        ('unanswered', replies, 'threads.first_response_at is null'),
        ('still_open', closings, "threads.status <> 'closed'"),
        ('closed_by_then', backlog + waits, 'threads.closed_date <= asked.balance_date'),
        ('no_rating', numbers_made_of('ratings'), 'true'),
        ('not_labeled', ['labeled_threads'], 'not threads.is_labeled'),
    ]) }}
{%- endmacro %}

{#- The place of the reason for which a thread without a record of the number is left out, filters and agent aside. -#}
{% macro place_of_missing() -%}
    case
        {%- for reason, names, condition in reasons_by_number() %}
        when number in ('{{ names | join("', '") }}') and {{ condition }} then {{ reason_place(reason) }}
        {%- endfor %}
        else {{ reason_place('not_this_number') }}
    end
{%- endmacro %}

{#- Whether a thread without a record in the range has one on another day. -#}
{% macro is_on_another_day() -%}
    case
        {%- for names, condition in records_on_other_days() %}
        when number in ('{{ names | join("', '") }}') then {{ condition }}
        {%- endfor %}
        else false
    end
{%- endmacro %}
