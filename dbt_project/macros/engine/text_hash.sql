{#- A whole number that follows from a text; different texts may share one. Smaller to group by than the text. -#}
{% macro text_hash(text) -%}
    {{ return(adapter.dispatch('text_hash', 'inbox_warehouse')(text)) }}
{%- endmacro %}

{% macro duckdb__text_hash(text) -%}
    hash({{ text }})
{%- endmacro %}

{% macro spark__text_hash(text) -%}
    xxhash64({{ text }})
{%- endmacro %}

{% macro postgres__text_hash(text) -%}
    hashtextextended({{ text }}, 0)
{%- endmacro %}
