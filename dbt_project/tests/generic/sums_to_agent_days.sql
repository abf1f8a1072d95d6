{#-
Passes where the sums of a mart, over all its rows, are those of the days, and where new users, if it has them, are all
users who were ever active. Each table is read once for all of them: an engine plans a select for each number longer than
it takes to add them up.
-#}
{% test sums_to_agent_days(model, has_new_users=false) %}
{%- set names = numbers_of(['sum'], 'inbox') -%}
with expected as (
    select
        {%- for name in names %}
        coalesce(sum({{ name }}), 0) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('fct_agent_days') }}
),

actual as (
    select
        {%- for name in names + (['new_users'] if has_new_users else []) %}
        coalesce(sum({{ name }}), 0) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
)

select
    {%- for name in names %}
    expected.{{ name }} as expected_{{ name }},
    {%- endfor %}
    actual.*
from expected
cross join actual
where
    {%- for name in names %}
    {{ 'or ' if not loop.first }}expected.{{ name }} <> actual.{{ name }}
    {%- endfor %}
    {%- if has_new_users %}
    or actual.new_users <> (select count(*) from {{ ref('fct_user_days') }} where previous_active_date is null)
    {%- endif %}
{% endtest %}
