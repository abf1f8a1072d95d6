{#-
What the marts hold ready of one channel or one team, so that the most common filters add up no records: its days (CTE
`scope_days`: sums, and balances at the end of a day) and its whole periods of a grain (CTE `scope_periods`: quantiles and users).
-#}

{#- The scopes that filters choose by, each with its argument. -#}
{% macro filtered_scopes() -%}
    {{ return({'channel': 'channels', 'team': 'teams'}) }}
{%- endmacro %}

{#- Whether one value of a scope is all that is asked for; what is nobody's is not, as marts count ratings of no thread there. -#}
{% macro is_only_value_of(scope) -%}
    {%- for other, list in filtered_scopes().items() -%}
        {%- if other == scope -%}
            coalesce({{ list_length(list) }} = 1 and not {{ list_contains(list, "''") }}, false) and {# -#}
        {%- else -%}
            {{ list }} is null and {# -#}
        {%- endif -%}
    {%- endfor -%}
    labels is null and priorities is null and agent is null
{%- endmacro %}

{% macro is_only_value() -%}
    ({% for scope in filtered_scopes() %}{{ is_only_value_of(scope) }}{{ ' or ' if not loop.last }}{% endfor %})
{%- endmacro %}

{#- The rows of a mart of that value: relation, scope, and further conditions. -#}
{% macro rows_of_only_value(mart, scope) -%}
    from {{ ref('mart_' ~ scope ~ 's_' ~ mart).include(database=false) }} as marts
    where {{ is_only_value_of(scope) }} and {{ is_listed(filtered_scopes()[scope], 'marts.' ~ scopes()[scope]) }}
{%- endmacro %}

{#-
A sum by what those marts show: it, or one of the same records and day, which differs only in whose it is. What balances are
made of is not there, as their days have the balances themselves.
-#}
{% macro shown_sum(name) -%}
    {%- set shown = numbers_of(['sum'], 'channel') + ['score_sum'] -%}
    {%- set number = numbers()[name] -%}
    {%- set equal = [name] if name in shown else [] -%}
    {%- for other in shown -%}
        {%- set counted = numbers()[other] -%}
        {%- if [counted.of, counted.day, counted.where, counted.value] == [number.of, number.day, number.where, number.value] -%}
            {%- do equal.append(other) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if equal -%}
        {{ return('scope_days.' ~ equal[0]) }}
    {%- endif -%}
    {%- for balance in numbers_of(['balance']) if name in (numbers()[balance].comes, numbers()[balance].goes) -%}
        {{ return('0') }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error(name ~ ' cannot be had from the marts of channels and teams') }}
{%- endmacro %}

{#- The CTEs `scope_days` and `scope_periods`. -#}
{% macro scope_rows(grain) -%}
{%- set shown = numbers_of(['sum', 'balance'], 'channel') %}
scope_days as (
    {%- for scope in filtered_scopes() %}
    select
        marts.period_start_date as activity_date,
        {%- for name in shown %}
        marts.{{ name }},
        {%- endfor %}
        {#- Scores are whole numbers, so that their sum is exact. #}
        round(marts.average_rating * marts.ratings) as score_sum
    {{ rows_of_only_value('daily', scope) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

scope_periods as (
    {%- for scope in filtered_scopes() %}
    {%- set outer_last = loop.last %}
    {%- for name, mart in grains().items() %}
    select
        marts.period_start_date,
        marts.{{ numbers_of(['quantile']) | join(',\n        marts.') }},
        marts.unique_users
    {{ rows_of_only_value(mart, scope) }} and {{ grain }} in ('{{ name }}', '{{ mart }}')
    {{ 'union all' if not (outer_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
)
{%- endmacro %}
