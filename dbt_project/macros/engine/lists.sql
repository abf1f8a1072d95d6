{#- The number of entries of a list column; 0 for null. -#}
{% macro list_length(list) -%}
    {{ return(adapter.dispatch('list_length', 'inbox_warehouse')(list)) }}
{%- endmacro %}

{#- Not `len`, which a translation to PostgreSQL takes for that of a text. -#}
{% macro duckdb__list_length(list) -%}
    coalesce(array_length({{ list }}), 0)
{%- endmacro %}

{% macro spark__list_length(list) -%}
    coalesce(array_size({{ list }}), 0)
{%- endmacro %}

{% macro postgres__list_length(list) -%}
    coalesce(cardinality({{ list }}), 0)
{%- endmacro %}

{#- A list of texts that is an argument. DuckDB's have no type, so that one text may stand for a list of it there:
    asked by its type, as a cast would read the text [VIP] as a list of VIP. -#}
{% macro asked_list(argument) -%}
    {{ return(adapter.dispatch('asked_list', 'inbox_warehouse')(argument)) }}
{%- endmacro %}

{% macro default__asked_list(argument) -%}
    {{ argument }}
{%- endmacro %}

{% macro duckdb__asked_list(argument) -%}
    case when typeof({{ argument }}) = 'VARCHAR' then [cast({{ argument }} as varchar)] else try_cast({{ argument }} as varchar[]) end
{%- endmacro %}

{#- The entries of a list column, as rows. -#}
{% macro list_entries(list) -%}
    {{ return(adapter.dispatch('list_entries', 'inbox_warehouse')(list)) }}
{%- endmacro %}

{% macro default__list_entries(list) -%}
    unnest({{ list }})
{%- endmacro %}

{% macro spark__list_entries(list) -%}
    explode({{ list }})
{%- endmacro %}

{#- The entry of a list at a place, from 1; null of a null list. -#}
{% macro list_item(list, place) -%}
    {{ return(adapter.dispatch('list_item', 'inbox_warehouse')(list, place)) }}
{%- endmacro %}

{% macro default__list_item(list, place) -%}
    {{ list }}[{{ place }}]
{%- endmacro %}

{% macro spark__list_item(list, place) -%}
    {{ list }}[{{ place - 1 }}]
{%- endmacro %}

{#- Whether a list of texts holds a value; null where the list is. -#}
{% macro list_contains(list, value) -%}
    {{ return(adapter.dispatch('list_contains', 'inbox_warehouse')(list, value)) }}
{%- endmacro %}

{% macro duckdb__list_contains(list, value) -%}
    list_contains(cast({{ list }} as varchar[]), {{ value }})
{%- endmacro %}

{% macro spark__list_contains(list, value) -%}
    array_contains({{ list }}, {{ value }})
{%- endmacro %}

{% macro postgres__list_contains(list, value) -%}
    {{ value }} = any({{ list }})
{%- endmacro %}
