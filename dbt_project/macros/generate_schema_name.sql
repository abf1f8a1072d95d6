{#- A layer's schema is its own name, not the target's name with a suffix: readers see `main`. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
