{#-
Passes where no two rows share the values of the columns; null is a value, but not in the first. Of a table to which a
batch was applied, the rows are looked at whose first column is that of a row that it wrote: no others can have become
two. So the first is to be the column that tells most.
-#}
{% test unique_key(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as rows_with_key
from {{ model }}
{%- if has_changes(model) %}
where {{ columns[0] }} in (select {{ columns[0] }} from {{ changes_of(model) }} where is_after)
{%- endif %}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}

{#- Passes where no value of the column comes twice; in place of dbt's own, which reads the whole table every day. -#}
{% test unique(model, column_name) %}
{{ test_unique_key(model, [column_name]) }}
{% endtest %}
