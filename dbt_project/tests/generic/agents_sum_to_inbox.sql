{#- Passes where the sums and balances of a scope's values in each period, nobody's among them, sum to the inbox's. -#}
{% test agents_sum_to_inbox(model, inbox) %}
{%- set names = numbers_of(['sum', 'balance'], 'inbox') -%}
with scope_numbers as (
    select
        period_start_date,
        {%- for name in names %}
        sum({{ name }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
    group by period_start_date
)

select
    inbox.period_start_date
from {{ inbox }} as inbox
full outer join scope_numbers on inbox.period_start_date = scope_numbers.period_start_date
where
    inbox.period_start_date is null
    {%- for name in names %}
    or inbox.{{ name }} <> coalesce(scope_numbers.{{ name }}, 0)
    {%- endfor %}
{% endtest %}
