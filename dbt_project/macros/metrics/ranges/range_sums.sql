{#-
The sums of the CTE `periods` (from_date, to_date), as the CTE `sums`, keyed by from_date and value_key. Of everyone or of an
agent they are added up from fct_agent_days, of channels or of teams alone from their marts;
where other threads are chosen (`is_slow`), the records of the range are.

names: the sums that are read
-#}
{% macro range_sums(is_slow, by_agent=false, dimension=none, grain=none, is_of_cards=false, names=numbers_of(['sum'])) -%}
{%- set kinds = sum_groups(names).values() | map(attribute='of') | list %}
{%- if not by_agent %}
{{ scope_days(dimension) }},
{% endif %}
{%- for kind, records in record_kinds().items() if kind in kinds %}
{{ kind }} as (
    select
        {%- for name, expression in records.get('columns', {}).items() %}
        {{ expression }} as {{ name }},
        {%- endfor %}
        {%- if dimension %}
        thread_values.thread_value,
        {%- endif %}
        {{ kind }}.*
    from {{ chosen(records.fact, is_shared=(grain or dimension) and kind in ('threads', 'messages', 'waits')) }} as {{ kind }}
    {{- with_thread_values(kind, dimension) }}
    where
        {{ is_slow }}{{ ' and not ' ~ has_scope_days(dimension) if not by_agent }}
        {%- if records.where %}
        and {{ kind }}.{{ records.where }}
        {%- endif %}
        {#- Of several days, as those of balances, none may leave records out. #}
        {%- set days = sum_groups(names).values() | selectattr('of', 'equalto', kind) | map(attribute='day') | unique | list %}
        {%- if days | length == 1 %}
        and {{ is_in_range(kind ~ '.' ~ days[0], first_day_of_range(is_of_cards)) }}
        {%- endif %}
),
{% endfor %}
{%- call(records, whose) sums_by_day(['value_key'], row_sign='1', names=names, is_of_asked=true) %}
        {{ value_key(records, whose, by_agent, dimension) }} as value_key,
{%- endcall %},

days_of_agents as materialized (
    select * from day_sums
    union all
    select
        agent_days.activity_date,
        {{ "coalesce(agent_days.agent_id, '')" if by_agent or dimension else "''" }} as value_key,
        {%- for name in names %}
        agent_days.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('fct_agent_days').include(database=false) }} as agent_days
    where not {{ is_slow }} and {{ is_of_agent('agent_days.agent_id') }}
    {%- if not by_agent %}
    union all
    select
        scope_days.activity_date,
        scope_days.value_key,
        {%- for name in names %}
        {{ shown_sum(name) }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from scope_days
    {%- endif %}
),

sums as (
    select
        periods.from_date,
        days_of_agents.value_key,
        {%- for name in names %}
        sum(days_of_agents.{{ name }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from days_of_agents
    {{ in_period('days_of_agents.activity_date', grain) }}
    group by 1, 2
)
{%- endmacro %}

{#- The balances at the end of each of the CTE `periods`, as the CTE `balances`: what one was before the range enters with its first. -#}
{% macro range_balances(dimension=none, grain=none) -%}
balance_changes as (
    select
        periods.from_date,
        days_of_agents.value_key,
        {%- for name in numbers_of(['balance']) %}
        sum(days_of_agents.{{ numbers()[name].comes }} - days_of_agents.{{ numbers()[name].goes }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from days_of_agents
    inner join report on days_of_agents.activity_date <= report.balance_date
    {{ in_period('greatest(days_of_agents.activity_date, report.first_date)', grain) }}
    group by 1, 2
),

balances as (
    select
        periods.from_date,
        coalesce(balance_changes.value_key, '') as value_key,
        {%- for name in numbers_of(['balance']) %}
        sum(balance_changes.{{ name }}) over (
            partition by coalesce(balance_changes.value_key, '') order by periods.from_date
        ) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from periods
    left join balance_changes on periods.from_date = balance_changes.from_date
    where not {{ has_scope_days(dimension) }}
    union all
    select
        periods.from_date,
        scope_days.value_key,
        {%- for name in numbers_of(['balance']) %}
        sum(scope_days.{{ name }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from periods
    inner join report on true
    inner join scope_days on least(periods.to_date, report.as_of_date) = scope_days.activity_date
    group by periods.from_date, scope_days.value_key
)
{%- endmacro %}
