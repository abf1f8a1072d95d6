{#- Sums: the numbers that add up over days, and what ratios and balances are made of. -#}

{#- Sums that are made of the same records, by the same day and agent, with the name of the CTE that makes them. -#}
{% macro sum_groups(names=numbers_of(['sum'])) -%}
    {%- set groups = {} -%}
    {%- for name in names -%}
        {%- set number = numbers()[name] -%}
        {%- set group = number.of ~ '_by_' ~ number.day ~ '_and_' ~ number.whose -%}
        {%- do groups.setdefault(group, {'of': number.of, 'day': number.day, 'whose': number.whose, 'numbers': []}) -%}
        {%- do groups[group].numbers.append(name) -%}
    {%- endfor -%}
    {{ return(groups) }}
{%- endmacro %}

{#- What a sum adds for a record: its value, taken away for a row as it was (row_sign), 0 where it does not count. -#}
{% macro added_value(number, row_sign) -%}
    {%- set value = number.value ~ ' * ' ~ row_sign if number.value else row_sign -%}
    {%- if number.where -%}
        case when {{ number.where }} then {{ value }} else 0 end
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro %}

{#-
CTEs that add up records, of the CTEs that are named for their kinds, by day and further columns; they end with the CTE
`day_sums`. It is called with those columns, as a select has them, of a kind of record and the column that says whose a number is:
`{% call(records, whose) sums_by_day(...) %}`.

columns: their names
row_sign: the column that says whether a row counts or no longer does, or 1
names: the sums, all unless given
is_of_asked: whether only the records of the agent who is asked for count
-#}
{% macro sums_by_day(columns, row_sign='row_sign', names=numbers_of(['sum']), is_of_asked=false) -%}
{%- for group, made in sum_groups(names).items() %}
{%- set alone = numbers()[made.numbers[0]] if made.numbers | length == 1 else {} %}
{{ group }} as (
    select
        {{ made.day }} as activity_date,
        {{- caller(made.of, made.whose) }}
        {%- for name in made.numbers %}
        sum({{ added_value({'value': alone.value} if alone else numbers()[name], row_sign) }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ made.of }}
    where {{ made.day }} is not null{{ ' and ' ~ alone.where if alone.where }}{{ ' and ' ~ is_of_agent(made.whose) if is_of_asked }}
    group by {{ range(1, columns | length + 2) | join(', ') }}
),
{% endfor %}
day_sums as (
    {%- for group, made in sum_groups(names).items() %}
    select
        activity_date,
        {{ columns | join(',\n        ') }},
        {%- for name in names %}
        {{ name if name in made.numbers else '0 as ' ~ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ group }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)
{%- endmacro %}

{#- Those CTEs with the values of all scopes. -#}
{% macro sums_by_day_and_scopes() -%}
{%- call(records, whose) sums_by_day(scope_columns()) %}
        {%- for column in scope_columns() %}
        {{ whose ~ ' as agent_id' if column == 'agent_id' and whose != column else column }},
        {%- endfor %}
{%- endcall %}
{%- endmacro %}

{#- The rows of day_sums once for each scope, by its value. -#}
{% macro sums_by_scope() -%}
    {%- for scope in scopes() %}
    select
        '{{ scope }}' as scope,
        {{ scope_value(scope) }} as scope_value,
        activity_date,
        {%- for name in numbers_of(['sum']) %}
        sum({{ name }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from day_sums
    group by {{ 'activity_date' if scopes()[scope] is none else 'activity_date, ' ~ scopes()[scope] }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- One sum over another; null where that is 0 or null. -#}
{% macro ratio(over, under) -%}
    cast({{ over }} as {{ column_type('double') }}) / nullif({{ under }}, 0)
{%- endmacro %}
