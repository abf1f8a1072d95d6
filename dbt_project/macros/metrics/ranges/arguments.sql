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

{#- The first day that is read of a range, null where it is open; cards look back over as many days as it has. -#}
{% macro first_day_of_range(is_of_cards) -%}
    {%- if is_of_cards -%}
        {%- set length = dbt.datediff('cast(end_date as date)', 'cast(start_date as date)', 'day') ~ ' - 1' -%}
        cast({{ dbt.dateadd('day', length, 'cast(start_date as date)') }} as date)
    {%- else -%}
        cast(start_date as date)
    {%- endif -%}
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

{#- Whether an argument holds a value, or is not given; nobody's is the empty text. -#}
{% macro is_listed(list, value) -%}
    ({{ list }} is null or {{ is_asked(list, "coalesce(" ~ value ~ ", '')") }})
{%- endmacro %}

{#- Whether a list of texts that is an argument holds a value; null where it is not given. -#}
{% macro is_asked(list, value) -%}
    {{ list_contains(asked_list(list), value) }}
{%- endmacro %}

{#-
The records of a fact whose threads the filters choose, all without any, as a relation. Channel and team lie in a record, so
that filters by them join nothing, in a branch of their own: an engine does not leave a join out for want of an argument. Of a
rating whose thread is not there they are null, and no filter chooses it.

is_shared: whether the fact is read several times, so that what labels and priorities choose is the CTE of labeled_records()
-#}
{% macro chosen(fact, is_shared=false) -%}
(
        select records.*
        from {{ ref(fact).include(database=false) }} as records
        where
            labels is null and priorities is null
            and (channels is null and teams is null or records.channel is not null)
            and {{ is_listed('channels', 'records.channel') }}
            and {{ is_listed('teams', 'records.team_id') }}
        union all
        {{ 'select * from labeled_' ~ fact if is_shared else chosen_by_thread(fact) }}
    )
{%- endmacro %}

{#- Those that labels or priorities choose, which a record does not hold. -#}
{% macro chosen_by_thread(fact) -%}
        select records.*
        from {{ ref(fact).include(database=false) }} as records
        where
            (labels is not null or priorities is not null)
            and records.channel is not null
            and {{ has_listed_label('records') }}
            and (priorities is null or records.thread_id in (
                select prioritized.thread_id from {{ ref('fct_threads').include(database=false) }} as prioritized
                where {{ is_asked('priorities', "coalesce(prioritized.priority, '')") }}
            ))
            and {{ is_listed('channels', 'records.channel') }}
            and {{ is_listed('teams', 'records.team_id') }}
{%- endmacro %}

{#- The CTEs of what labels and priorities choose of the facts that the parts of range_numbers() share. -#}
{% macro labeled_records() -%}
{%- for fact in ('fct_threads', 'fct_messages', 'fct_durations') %}
labeled_{{ fact }} as materialized (
    {{- chosen_by_thread(fact) }}
    {%- if fact == 'fct_messages' %}
            and {{ is_in_range('records.sent_date') }}
    {%- endif %}
){{ ',' if not loop.last }}
{% endfor %}
{%- endmacro %}

{#- Whether a record's thread carries one of the labels that are asked for. -#}
{% macro has_listed_label(records) -%}
    (labels is null or {{ records }}.thread_id in (
                select labeled.thread_id from {{ ref('fct_thread_labels').include(database=false) }} as labeled
                where {{ is_asked('labels', 'labeled.label') }}
            ))
{%- endmacro %}

{#- The CTE `thread_values`: the values of a dimension that records do not hold: labels, of which a thread has many, and priority. -#}
{% macro thread_values() -%}
thread_values as (
    select
        thread_labels.thread_id,
        thread_labels.label as thread_value
    from {{ ref('fct_thread_labels').include(database=false) }} as thread_labels
    where dimension = 'label'
    union all
    select
        threads.thread_id,
        threads.priority as thread_value
    from {{ ref('fct_threads').include(database=false) }} as threads
    where dimension = 'priority'
)
{%- endmacro %}

{#- The join of a record with those values, where numbers are told by a dimension; one without a thread has none. -#}
{% macro with_thread_values(records, dimension) -%}
    {%- if dimension %}
    left join thread_values on {{ records }}.thread_id = thread_values.thread_id
    {%- endif %}
{%- endmacro %}

{#-
What numbers are told by beside the period, as a text that is empty for nobody: nothing, the agent of a record, or with
`dimension` (an expression) its value, of the record or, with `thread_value`, of its thread.
-#}
{% macro value_key(records, agent_id, by_agent=false, dimension=none, thread_value='thread_value') -%}
    {%- if dimension -%}
        coalesce(
            case {{ dimension }}
                when 'agent' then {{ records }}.{{ agent_id }}
                when 'channel' then {{ records }}.channel
                when 'team' then {{ records }}.team_id
                else {{ thread_value }}
            end,
            ''
        )
    {%- elif by_agent -%}
        coalesce({{ records }}.{{ agent_id }}, '')
    {%- else -%}
        ''
    {%- endif -%}
{%- endmacro %}

{#- An argument that is one of some words (`otherwise`, where it is null), or an error that names them. -#}
{% macro of_known_word(argument, words, otherwise=none) -%}
    {%- set given = "coalesce(" ~ argument ~ ", '" ~ otherwise ~ "')" if otherwise else argument -%}
    case
        when {{ given }} in ('{{ words | join("', '") }}') then {{ given }}
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
    {{ of_known_word('day_of', ['created', 'ended'], otherwise='created') }}
{%- endmacro %}

{% macro of_known_clock() -%}
    {{ of_known_word('clock', ['calendar', 'business'], otherwise='calendar') }}
{%- endmacro %}
