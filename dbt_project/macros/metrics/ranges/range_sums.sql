{#-
The sums and balances of the CTE `periods` (from_date, to_date), as the CTEs `sums` and `balance_changes`, keyed by
from_date and value_key. Of everyone or of an agent they are added up from fct_agent_days; where threads are chosen
(`is_slow`), the records of the range are.
-#}
{% macro range_sums(is_slow, by_agent=false, dimension=none, is_of_cards=false) -%}
{#- Cards look back over as many days as the range has. -#}
{%- set length = dbt.datediff('cast(end_date as date)', 'cast(start_date as date)', 'day') ~ ' - 1' %}
{%- set before = 'cast(' ~ dbt.dateadd('day', length, 'cast(start_date as date)') ~ ' as date)' %}
{%- set first_day = before if is_of_cards else 'cast(start_date as date)' %}
{%- set columns = ['thread_value'] if dimension else [] %}
{%- for kind, records in record_kinds().items() %}
{{ kind }} as (
    select
        {{ kind }}.*
        {%- for name, expression in records.get('columns', {}).items() %},
        {{ expression }} as {{ name }}
        {%- endfor %}
        {%- if dimension %},
        chosen_threads.thread_value
        {%- endif %}
    from {{ ref(records.fact).include(database=false) }} as {{ kind }}
    {{- thread_values(kind, dimension) }}
    where
        {{ is_slow }}
        and {{ is_chosen(kind ~ '.thread_id') }}
        {%- if records.where %}
        and {{ kind }}.{{ records.where }}
        {%- endif %}
        {%- if kind == 'messages' %}
        and {{ is_in_range('messages.sent_date', first_day) }}
        {%- endif %}
),
{% endfor %}
{{- sums_by_day(columns, row_sign='1') }},

days_of_agents as materialized (
    select
        day_sums.activity_date,
        {{ value_key('day_sums', by_agent, dimension) }} as value_key,
        {%- for name in numbers_of(['sum']) %}
        day_sums.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from day_sums
    where {{ is_of_agent('day_sums.agent_id') }}
    union all
    select
        agent_days.activity_date,
        {{ value_key('agent_days', by_agent or dimension, none) }} as value_key,
        {%- for name in numbers_of(['sum']) %}
        agent_days.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('fct_agent_days').include(database=false) }} as agent_days
    where not {{ is_slow }} and {{ is_of_agent('agent_days.agent_id') }}
),

sums as (
    select
        periods.from_date,
        days_of_agents.value_key,
        {%- for name in numbers_of(['sum']) %}
        sum(days_of_agents.{{ name }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from days_of_agents
    inner join periods on days_of_agents.activity_date between periods.from_date and periods.to_date
    group by 1, 2
),

{#- What a balance was before the range begins enters with its first period. -#}
balance_changes as (
    select
        periods.from_date,
        days_of_agents.value_key,
        {%- for name in numbers_of(['balance']) %}
        sum(days_of_agents.{{ numbers()[name].comes }} - days_of_agents.{{ numbers()[name].goes }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from days_of_agents
    inner join report on days_of_agents.activity_date <= report.balance_date
    inner join periods on greatest(days_of_agents.activity_date, report.first_date) between periods.from_date and periods.to_date
    group by 1, 2
)
{%- endmacro %}
