{#- What readers give the functions: a range, an agent, filters of threads. Columns are named with their relation wherever one
    could be taken for an argument, which DuckDB would put in its place. `inner join ... on true` stands for a cross join: DuckDB
    keeps that as a comma, which binds less than the joins after it. -#}

{#- The arguments that are given by name, null unless given. -#}
{% macro named_arguments(more=[]) -%}
    {{ return(['channels', 'teams', 'labels', 'priorities'] + more) }}
{%- endmacro %}

{#- A range's bounds from a function's arguments; a null one is the first day of the report or its last. -#}
{% macro range_start() -%}
    coalesce(cast(start_date as date), first_date)
{%- endmacro %}

{% macro range_end() -%}
    coalesce(cast(end_date as date), last_date)
{%- endmacro %}

{#- Whether a day of a large fact lies in a range: constants, by which blocks are skipped. -#}
{% macro is_in_range(day, first_date='cast(start_date as date)', last_date='cast(end_date as date)') -%}
    {{ day }} >= coalesce({{ first_date }}, date '0001-01-01') and {{ day }} <= coalesce({{ last_date }}, date '9999-12-31')
{%- endmacro %}

{#- Whether threads are to be chosen. -#}
{% macro is_filtered() -%}
    (channels is not null or teams is not null or labels is not null or priorities is not null)
{%- endmacro %}

{#- Whether a row is of the agent that is asked for: null is everyone, the empty text nobody. It reads the CTE `asked_agent`. -#}
{% macro is_of_agent(agent_id) -%}
    (agent is null or coalesce({{ agent_id }}, '') = (select asked_agent.agent_key from asked_agent))
{%- endmacro %}

{#-
The CTE `asked_agent`: the agent who is asked for, by identifier or by a name that nobody else has. One who is not known, or a name
that several have, is an error.
-#}
{% macro asked_agent() -%}
asked_agent as materialized (
    select
        case
            when agent is null or agent = '' or max(case when known.agent_id = agent then 1 else 0 end) = 1 then agent
            when count(*) = 1 then max(known.agent_id)
            when count(*) > 1
                then cast({{ raise_error("'Several agents are called ' || agent || ': ask for one by agent_id, such as ' || min(known.agent_id) || ' or ' || max(known.agent_id)", is_literal=false) }} as {{ dbt.type_string() }})
            else cast({{ raise_error("'No agent is known as ' || agent || ': ask for an agent_id or a name of dim_agents, for '''' (nobody) or for null (everyone)'", is_literal=false) }} as {{ dbt.type_string() }})
        end as agent_key
    from {{ ref('dim_agents').include(database=false) }} as known
    where known.agent_id = agent or known.name = agent
)
{%- endmacro %}

{#- An expression of a date, or an error where the range ends before it begins or the agent is not known. -#}
{% macro of_right_arguments(date) -%}
    case
        when cast(start_date as date) > cast(end_date as date)
            then cast({{ raise_error("'The range ends before it begins: start_date is ' || cast(start_date as date) || ', end_date ' || cast(end_date as date)", is_literal=false) }} as date)
        when agent is null or (select asked_agent.agent_key from asked_agent) is not null then {{ date }}
    end
{%- endmacro %}

{#- The rows of the CTE `final`, of which one column is never null; wrong arguments are an error also where there are none. -#}
{% macro rows_or_error(never_null) -%}
select final.*
from report
left join final on true
where final.{{ never_null }} is not null or report.first_date is null
{%- endmacro %}

{#- Whether a list of texts that is an argument holds a value; nobody's is the empty text. -#}
{% macro is_listed(list, value) -%}
    ({{ list }} is null or {{ list_contains(list, "coalesce(" ~ value ~ ", '')") }})
{%- endmacro %}

{#-
The CTE `chosen_threads`: the threads that the filters choose, all without any. It is read only where something is to be
chosen; with `dimension`, it has a row for each value of that (`thread_value`), as a thread has many labels.
-#}
{% macro chosen_threads(dimension=none) -%}
chosen_threads as (
    select
        threads.thread_id
        {%- if dimension %},
        case {{ dimension }}
            when 'channel' then threads.channel
            when 'team' then threads.team_id
            when 'priority' then threads.priority
            when 'label' then thread_labels.label
        end as thread_value
        {%- endif %}
    from {{ ref('fct_threads').include(database=false) }} as threads
    {%- if dimension %}
    left join {{ ref('fct_thread_labels').include(database=false) }} as thread_labels
        on threads.thread_id = thread_labels.thread_id and {{ dimension }} = 'label'
    {%- endif %}
    where
        {{ is_listed('channels', 'threads.channel') }}
        and {{ is_listed('teams', 'threads.team_id') }}
        and {{ is_listed('priorities', 'threads.priority') }}
        and {{ has_listed_label() }}
)
{%- endmacro %}

{#- Whether a thread carries one of the labels that are asked for. -#}
{% macro has_listed_label() -%}
    (
            labels is null
            or threads.thread_id in (
                select labeled.thread_id from {{ ref('fct_thread_labels').include(database=false) }} as labeled
                where {{ list_contains('labels', 'labeled.label') }}
            )
        )
{%- endmacro %}

{#- Whether a record's thread is chosen. -#}
{% macro is_chosen(thread_id) -%}
    (not {{ is_filtered() }} or {{ thread_id }} in (select chosen_threads.thread_id from chosen_threads))
{%- endmacro %}

{#- The join of a record with the values of its thread, where numbers are told by them; one without a thread has none. -#}
{% macro thread_values(records, dimension) -%}
    {%- if dimension %}
    left join chosen_threads on {{ records }}.thread_id = chosen_threads.thread_id
    {%- endif %}
{%- endmacro %}

{#-
What numbers are told by beside the period, as a text that is empty for nobody: nothing, the agent of a row, or with
`dimension` (an expression) its value, of the thread or, where that is agent, of the row.
-#}
{% macro value_key(relation, by_agent, dimension, agent_id='agent_id', thread_value=none) -%}
    {%- if dimension -%}
        coalesce(case when {{ dimension }} = 'agent' then {{ relation }}.{{ agent_id }} else {{ thread_value or relation ~ '.thread_value' }} end, '')
    {%- elif by_agent -%}
        coalesce({{ relation }}.{{ agent_id }}, '')
    {%- else -%}
        ''
    {%- endif -%}
{%- endmacro %}

{#- An argument that is one of some words, or an error that names them. -#}
{% macro of_known_word(argument, words) -%}
    case
        when {{ argument }} in ('{{ words | join("', '") }}') then {{ argument }}
        else cast({{ raise_error(argument ~ ' must be one of ' ~ words | join(', ')) }} as {{ dbt.type_string() }})
    end
{%- endmacro %}

{% macro of_known_dimension() -%}
    {{ of_known_word('dimension', ['agent', 'channel', 'team', 'label', 'priority']) }}
{%- endmacro %}

{% macro of_known_measure() -%}
    {{ of_known_word('measure', ['first_response', 'reply', 'first_resolution', 'resolution']) }}
{%- endmacro %}

{% macro of_known_number() -%}
    {{ of_known_word('number', ['new_threads', 'user_messages', 'messages_sent', 'waits']) }}
{%- endmacro %}

{#- The day that counts: of the thread (created), or of the event (ended). -#}
{% macro of_known_day() -%}
    {{ of_known_word("coalesce(day_of, 'created')", ['created', 'ended']) }}
{%- endmacro %}

{% macro of_known_clock() -%}
    {{ of_known_word("coalesce(clock, 'calendar')", ['calendar', 'business']) }}
{%- endmacro %}
