{#- The numbers that may be summed over days and agents, as fct_agent_days keeps them. -#}
{% macro additive_numbers() -%}
    {{ return([
        'new_threads', 'messages', 'user_messages', 'agent_messages', 'thread_messages', 'labeled_threads',
        'ratings', 'responded_threads', 'unanswered_threads', 'agent_started_threads', 'closed_threads',
        'threads_closed', 'messages_sent'
    ]) }}
{%- endmacro %}

{#- What fct_agent_days keeps: the additive numbers, and what average ratings and the backlog follow from. -#}
{% macro day_numbers() -%}
    {{ return(additive_numbers() + ['score_sum', 'threads_left_backlog']) }}
{%- endmacro %}

{#- Every column of day_numbers(): by its name where the relation has it, else 0. -#}
{% macro day_numbers_or_zero(numbers) -%}
    {%- for number in day_numbers() %}
        {{ number if number in numbers else 0 }} as {{ number }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The sum of every column of day_numbers(). -#}
{% macro day_number_sums() -%}
    {%- for number in day_numbers() %}
        cast(sum({{ number }}) as bigint) as {{ number }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The numbers about seconds, from rows of fct_agent_timings. -#}
{% macro timing_numbers() -%}
    {{ return([
        'first_response_seconds_median', 'first_response_seconds_p90', 'closing_seconds_median', 'closing_seconds_p90'
    ]) }}
{%- endmacro %}

{#- Every number of timing_numbers() as a column over rows of fct_agent_timings. -#}
{% macro timing_aggregates() -%}
    {%- for seconds in ('first_response_seconds', 'closing_seconds') %}
        {{ exact_quantile(seconds, 0.5) }} as {{ seconds }}_median,
        {{ exact_quantile(seconds, 0.9) }} as {{ seconds }}_p90{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The mean score of a number of ratings; null where there are none. -#}
{% macro average_rating(score_sum, ratings) -%}
    cast({{ score_sum }} as {{ column_type('double') }}) / nullif({{ ratings }}, 0)
{%- endmacro %}

{#-
Whether a row of user days is the user's first since a date (among rows on or after it). Users who were active in a
range are the rows in it that are the first since its first day: exact for any range, with no set of users held.
-#}
{% macro is_first_since(first_date) -%}
    previous_active_date is null or previous_active_date < {{ first_date }}
{%- endmacro %}

{#- Distinct users among rows of user days of a range. -#}
{% macro unique_users(first_date, active_date='active_date') -%}
    sum(case when {{ active_date }} is not null and ({{ is_first_since(first_date) }}) then 1 else 0 end)
{%- endmacro %}

{#- A message that is counted: public, of a user or an agent. -#}
{% macro is_counted_message(author_type, is_private) -%}
    {{ author_type }} in ('user', 'agent') and not {{ is_private }}
{%- endmacro %}
