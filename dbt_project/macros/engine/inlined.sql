{#-
Between `as` and the bracket of a CTE that is read several times: each reading is to read what it is made of. DuckDB would keep its
rows for the others, which of a fact at 100 million messages are more than 12 GB in memory and on disk, and a tenth of the time.
-#}
{% macro inlined() -%}
    {{ return(adapter.dispatch('inlined', 'inbox_warehouse')()) }}
{%- endmacro %}

{% macro default__inlined() -%}
    not materialized
{%- endmacro %}

{#- Spark always does so, and has no words for it. -#}
{% macro spark__inlined() -%}
{%- endmacro %}
