{#-
Passes where the column holds nothing but the listed values and null. Of a table to which a batch was applied, the rows
that it wrote are looked at.
-#}
{% test accepted_values(model, column_name, values, quote=true) %}
{%- set rows = changes_of(model) if has_changes(model) else model %}
select
    {{ column_name }} as unexpected_value,
    count(*) as rows_with_value
from {{ rows }}
where
    {% if has_changes(model) %}is_after and {% endif -%}
    {{ column_name }} not in (
        {%- for value in values %}{{ "'" ~ value ~ "'" if quote else value }}{{ ', ' if not loop.last }}{% endfor -%}
    )
group by {{ column_name }}
{% endtest %}
