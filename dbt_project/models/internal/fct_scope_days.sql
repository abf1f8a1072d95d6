{{ config(materialized='changed_rows', unique_key=['activity_date', 'scope', 'scope_value']) }}

with
{%- for kind, records in record_kinds().items() %}
{{ kind }} as {{ inlined() }} (
    select
        {%- for name, expression in records.get('columns', {}).items() %}
        {{ expression }} as {{ name }},
        {%- endfor %}
        signed_rows.*
    from ({{ signed_rows(ref(records.fact)) }}) as signed_rows
    {%- if records.where %}
    where {{ records.where }}
    {%- endif %}
),
{% endfor %}
{{- sums_by_day_and_scopes() }},

differences as (
    {{- sums_by_scope() }}
),

{{ accumulated_rows(
    ['activity_date', 'scope', 'scope_value'], numbers_of(['sum']),
    order_by='scope, activity_date, scope_value nulls first'
) }}
