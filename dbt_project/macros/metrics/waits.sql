{#-
The waits of threads: from the first message of a user that no agent's follows yet, to the next agent's message or, if
it comes before that, the next closing. Ends with the CTE `waits`; reads the CTEs `messages` (counted ones, and the
public ones of bots) and `closings`.

All that happens in a thread is a step with a key: its instant, and what comes first at one instant (user, bot, agent,
closing). So the messages are brought in order once, for one window; what goes on from there is one row a wait.
-#}
{% macro wait_ctes() -%}
{%- set in_order = 'partition by thread_id order by step_key, message_id' -%}
{%- set is_start = 'previous_key is null or ' ~ step_rank('previous_key') ~ ' >= 2' -%}
steps as (
    select
        thread_id,
        {{ step_key('sent_at', "case author_type when 'user' then 0 when 'bot' then 1 else 2 end") }} as step_key,
        case author_type when 'user' then 0 when 'bot' then 1 else 2 end as step_rank,
        message_id,
        author_id as agent_id
    from messages
    union all
    select
        thread_id,
        {{ step_key('closed_at', 3) }} as step_key,
        3 as step_rank,
        cast(null as {{ dbt.type_string() }}) as message_id,
        cast(null as {{ dbt.type_string() }}) as agent_id
    from closings
),

-- Of each step: the one before it that is no bot's, the rank of the one just before it, and what would end a wait.
steps_in_order as (
    select
        thread_id,
        step_key,
        step_rank,
        max(case when step_rank <> 1 then step_key end) over (
            {{ in_order }} rows between unbounded preceding and 1 preceding
        ) as previous_key,
        lag(step_rank) over ({{ in_order }}) as previous_rank,
        min(case when step_rank >= 2 then step_key end) over (
            {{ in_order }} rows between current row and unbounded following
        ) as end_key,
        {{ next_text('agent_id', 'step_rank >= 2', in_order) }} as end_agent_id
    from steps
),

starts as (
    select
        *,
        cast(row_number() over (partition by thread_id order by step_key) as bigint) as number
    from steps_in_order
    where step_rank = 0 and ({{ is_start }})
),

-- The last message of a user in a wait that comes just after a bot's.
messages_after_bots as (
    select
        thread_id,
        end_key,
        max(step_key) as after_bot_key
    from steps_in_order
    where step_rank = 0 and previous_rank = 1 and end_key is not null
    group by thread_id, end_key
),

waits as (
    select
        starts.thread_id,
        starts.number,
        {{ step_at('starts.step_key') }} as started_at,
        {{ step_at('starts.end_key') }} as ended_at,
        case {{ step_rank('starts.end_key') }} when 2 then 'reply' when 3 then 'closing' end as ended_by,
        starts.end_agent_id as agent_id,
        {{ step_at('coalesce(messages_after_bots.after_bot_key, starts.step_key)') }} as after_bot_at
    from starts
    left join messages_after_bots
        on starts.thread_id = messages_after_bots.thread_id
        and starts.end_key = messages_after_bots.end_key
)
{%- endmacro %}

{#- A whole number by which steps are in order: microseconds, never negative, and the rank within one. -#}
{% macro step_key(instant, rank) -%}
    ({{ epoch_microseconds(instant) }} + 100000000000000000) * 4 + {{ rank }}
{%- endmacro %}

{% macro step_rank(key) -%}
    ({{ key }}) % 4
{%- endmacro %}

{% macro step_at(key) -%}
    {{ instant_of_microseconds(whole_part(key, 4) ~ ' - 100000000000000000') }}
{%- endmacro %}
