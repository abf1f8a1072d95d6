{#-
Passes where the sums of a mart, over all its rows, are those of the days, and where new users, if it has them, are all
users who were ever active.
-#}
{% test sums_to_agent_days(model, has_new_users=false) %}
{%- set names = numbers_of(['sum'], 'inbox') -%}
with sums as (
    {%- for name in names %}
    select
        '{{ name }}' as number,
        (select coalesce(sum({{ name }}), 0) from {{ ref('fct_agent_days') }}) as expected_sum,
        (select coalesce(sum({{ name }}), 0) from {{ model }}) as actual_sum
    {{ 'union all' if not loop.last or has_new_users }}
    {%- endfor %}
    {%- if has_new_users %}
    select
        'new_users' as number,
        (select count(*) from {{ ref('fct_user_days') }} where previous_active_date is null) as expected_sum,
        (select coalesce(sum(new_users), 0) from {{ model }}) as actual_sum
    {%- endif %}
)

select * from sums
where expected_sum <> actual_sum
{% endtest %}
