{#-
Passes where no two rows share the values of the columns; null is a value. Of a table to which a batch was applied,
the keys of the rows that it wrote are looked at: no others can have become two.
-#}
{% test unique_key(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as rows_with_key
from {{ model }} as standing
{%- if has_changes(model) %}
where
    {%- if columns | length == 1 %}
    {{ columns[0] }} in (select {{ columns[0] }} from {{ changes_of(model) }} where is_after)
    {%- else %}
    exists (
        select 1 from {{ changes_of(model) }} as changes
        where changes.is_after and {{ same_key('changes', 'standing', columns) }}
    )
    {%- endif %}
{%- endif %}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}

{#- Passes where no value of the column comes twice; in place of dbt's own, which reads the whole table every day. -#}
{% test unique(model, column_name) %}
{{ test_unique_key(model, [column_name]) }}
{% endtest %}
