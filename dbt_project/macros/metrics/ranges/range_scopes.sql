{#-
What lies ready of channels and of teams, so that the most common filters add up no records: the days of their marts (CTE
`scope_days`: sums, and balances at the end of a day) and the whole periods of one of them (CTE `scope_periods`: quantiles, users).
-#}

{#- The scopes that filters choose by, each with its argument. -#}
{% macro filtered_scopes() -%}
    {{ return({'channel': 'channels', 'team': 'teams'}) }}
{%- endmacro %}

{#-
Whether some values of a scope are all that is asked for, or with `dimension` are what numbers are told by. Nobody's is not to be
asked for, as marts count ratings of no thread there.
-#}
{% macro is_only_scope(scope, dimension=none) -%}
    {%- set list = filtered_scopes()[scope] -%}
    {%- if dimension -%}
        {{ dimension }} = '{{ scope }}' and coalesce(not {{ is_asked(list, "''") }}, true) and {# -#}
    {%- else -%}
        coalesce(not {{ is_asked(list, "''") }}, false) and {# -#}
    {%- endif -%}
    {%- for other, filter in filtered_scopes().items() if other != scope -%}
        {{ filter }} is null and {# -#}
    {%- endfor -%}
    labels is null and priorities is null and agent is null
{%- endmacro %}

{#- The same of one value, whose periods lie ready too. -#}
{% macro is_only_value_of(scope) -%}
    coalesce({{ list_length(asked_list(filtered_scopes()[scope])) }} = 1, false) and {{ is_only_scope(scope) }}
{%- endmacro %}

{% macro is_only_value() -%}
    ({% for scope in filtered_scopes() %}{{ is_only_value_of(scope) }}{{ ' or ' if not loop.last }}{% endfor %})
{%- endmacro %}

{#- Whether sums and balances can be had from the days of marts. -#}
{% macro has_scope_days(dimension=none) -%}
    ({% for scope in filtered_scopes() %}{{ is_only_scope(scope, dimension) }}{{ ' or ' if not loop.last }}{% endfor %})
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

{% macro scope_days(dimension=none) -%}
scope_days as (
    {%- for scope, list in filtered_scopes().items() %}
    select
        marts.period_start_date as activity_date,
        {{ "coalesce(marts." ~ scopes()[scope] ~ ", '')" if dimension else "''" }} as value_key,
        {%- for name in numbers_of(['sum', 'balance'], 'channel') %}
        marts.{{ name }},
        {%- endfor %}
        {#- Scores are whole numbers, so that their sum is exact. #}
        round(marts.average_rating * marts.ratings) as score_sum
    from {{ ref('mart_' ~ scope ~ 's_daily').include(database=false) }} as marts
    where {{ is_only_scope(scope, dimension) }} and {{ is_listed(list, 'marts.' ~ scopes()[scope]) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)
{%- endmacro %}

{% macro scope_periods(grain) -%}
scope_periods as (
    {%- for scope, list in filtered_scopes().items() %}
    {%- set outer_last = loop.last %}
    {%- for name, mart in grains().items() %}
    select
        marts.period_start_date,
        marts.{{ numbers_of(['quantile']) | join(',\n        marts.') }},
        marts.unique_users
    from {{ ref('mart_' ~ scope ~ 's_' ~ mart).include(database=false) }} as marts
    where
        {{ is_only_value_of(scope) }} and {{ is_listed(list, 'marts.' ~ scopes()[scope]) }}
        and {{ grain }} in ('{{ name }}', '{{ mart }}')
    {{ 'union all' if not (outer_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
)
{%- endmacro %}
