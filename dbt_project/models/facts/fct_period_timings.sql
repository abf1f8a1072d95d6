{{ config(materialized='changed_view', unique_key=['period_grain', 'period_start_date', 'is_inbox', 'agent_id']) }}

{{ rows_of_scope(ref('fct_scope_timings'), ['agent', 'inbox'], {
    'period_grain': 'period_grain',
    'period_start_date': 'period_start_date',
    'is_inbox': "scope = 'inbox'",
    'agent_id': 'scope_value',
}, numbers_of(['quantile'])) }}
