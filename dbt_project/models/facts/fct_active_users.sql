{{ config(materialized='changed_view', unique_key=['active_date', 'is_inbox', 'agent_id']) }}

{{ rows_of_scope(ref('fct_scope_users'), ['agent', 'inbox'], {
    'active_date': 'active_date',
    'is_inbox': "scope = 'inbox'",
    'agent_id': 'scope_value',
}, ['daily_users', 'weekly_users', 'monthly_users', 'yearly_users', 'new_users']) }}
