{#- Passes where the agents' additive numbers of each period, nobody's among them, sum to the inbox's. -#}
{% test agents_sum_to_inbox(model, inbox) %}
{%- set numbers = additive_numbers() | reject('equalto', 'messages_sent') | list + ['open_threads'] -%}
with agents as (
    select
        period_start_date,
        {%- for number in numbers %}
        sum({{ number }}) as {{ number }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
    group by period_start_date
)

select
    inbox.period_start_date
from {{ inbox }} as inbox
full outer join agents on inbox.period_start_date = agents.period_start_date
where
    inbox.period_start_date is null
    {%- for number in numbers %}
    or inbox.{{ number }} <> coalesce(agents.{{ number }}, 0)
    {%- endfor %}
{% endtest %}
