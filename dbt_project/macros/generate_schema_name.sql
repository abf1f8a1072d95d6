{#-
A layer's schema is its own name, not the target's name with a suffix: readers see `main`. A Spark cluster holds other
databases too, so there the target's name goes before it: `inbox_main`.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if target.type == 'spark' and custom_schema_name -%}
    {{ target.schema | trim }}_{{ custom_schema_name | trim }}
    {%- else -%}
    {{ (custom_schema_name or target.schema) | trim }}
    {%- endif -%}
{%- endmacro %}
