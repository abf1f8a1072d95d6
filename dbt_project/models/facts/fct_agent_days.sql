{{ config(materialized='changed_view', unique_key=['activity_date', 'agent_id']) }}

{{ rows_of_scope(ref('fct_scope_days'), ['agent'], {
    'activity_date': 'activity_date',
    'agent_id': 'scope_value',
}, numbers_of(['sum'])) }}
