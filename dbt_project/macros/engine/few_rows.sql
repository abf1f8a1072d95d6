{#-
A select of the rows of a table that meet one of some conditions, which call the table `existing`; for conditions that
few of its rows meet.
-#}
{% macro few_rows(relation, conditions) -%}
    {{ return(adapter.dispatch('few_rows', 'inbox_warehouse')(relation, conditions)) }}
{%- endmacro %}

{#-
A plain join or `in` costs a day of a thousand messages on ten million 3 CPU seconds more of 13: it reads all columns of
the rows that it then drops. So just the columns of each condition are read first, and the
others of the rows that were found: by their place, for which DuckDB skips the blocks without one of them. The places go
through a list, as one row: so DuckDB knows that they are few, and does not make its hash table of all other rows. Nor does
it carry what a caller asks of the rows past `offset 0`, to evaluate it on all of them.
-#}
{% macro duckdb__few_rows(relation, conditions) -%}
select existing.*
from {{ relation }} as existing
where
    existing.rowid in (
        {%- for condition in conditions %}
        select unnest(list(existing.rowid)) from {{ relation }} as existing
        where {{ condition }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    )
offset 0
{%- endmacro %}

{% macro default__few_rows(relation, conditions) -%}
select existing.*
from {{ relation }} as existing
where ({{ conditions | join(') or (') }})
{%- endmacro %}
