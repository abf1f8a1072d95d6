{#-
Passes where every sum over all days, in each scope, is that of the records that it is made of. After a batch messages are
not counted but summed by conversation (`also_counted`): assert_facts_hold_every_current_record compares the messages
of those that the batch touched.
-#}
{% test sums_to_facts(model) %}
with expected as (
    {%- for name in numbers_of(['sum']) %}
    {%- set number = numbers()[name] %}
    {%- set records = record_kinds()[number.of] %}
    select
        '{{ name }}' as number,
        {%- if number.also_counted and has_changes(model) %}
        coalesce(sum({{ number.also_counted }}), 0) as expected_sum
    from {{ ref('fct_threads') }}
        {%- else %}
        coalesce(sum({{ added_value(number, '1') }}), 0) as expected_sum
    from {{ ref(records.fact) }}
    where {{ records.get('columns', {}).get(number.day, number.day) }} is not null
        {{- ' and ' ~ records.where if records.where }}
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

scope_sums as (
    select
        scope,
        {%- for name in numbers_of(['sum']) %}
        sum({{ name }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
    group by scope
),

actual as (
    {%- for name in numbers_of(['sum']) %}
    select
        '{{ name }}' as number,
        scope,
        {{ name }} as actual_sum
    from scope_sums
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

kept_scopes as (
    {%- for scope in scopes() %}
    select '{{ scope }}' as scope
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    expected.number,
    kept_scopes.scope,
    expected.expected_sum,
    actual.actual_sum
from expected
cross join kept_scopes
left join actual on expected.number = actual.number and kept_scopes.scope = actual.scope
where expected.expected_sum <> coalesce(actual.actual_sum, 0)
{% endtest %}
