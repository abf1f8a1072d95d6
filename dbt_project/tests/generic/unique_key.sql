{#- Passes where no two rows share the values of the columns; null is a value. -#}
{% test unique_key(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as rows_with_key
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
