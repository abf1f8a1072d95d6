{{ config(materialized='changed_rows', unique_key=['active_date', 'scope', 'scope_value']) }}

with user_activities as (
    {{ signed_rows(ref('fct_user_activities')) }}
),

differences as (
    {%- for scope in scopes() %}
    select
        active_date,
        '{{ scope }}' as scope,
        {{ scope_value(scope) }} as scope_value,
        {%- for grain, mart in grains().items() %}
        sum(case
            when {{ is_first_since(period_start('active_date', grain), previous_date(scope)) }} then row_sign
            else 0
        end) as {{ mart }}_users,
        {%- endfor %}
        sum(case when {{ previous_date(scope) }} is null then row_sign else 0 end) as new_users
    from user_activities
    group by {{ 'active_date' if scopes()[scope] is none else 'active_date, ' ~ scopes()[scope] }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{{ accumulated_rows(
    ['active_date', 'scope', 'scope_value'],
    ['daily_users', 'weekly_users', 'monthly_users', 'yearly_users', 'new_users'],
    order_by='scope, active_date, scope_value nulls first'
) }}
