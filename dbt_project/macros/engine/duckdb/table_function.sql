{#-
A model whose select becomes a function that readers call with arguments: `config(arguments=['start_date', ...])`, and
further ones by name, null unless given: `config(named=['channels', ...])`.
Relations inside it are named without their database, so that the function works in whatever file it is copied to.
-#}
{% materialization table_function, adapter='duckdb' %}
    {{ run_hooks(pre_hooks) }}
    {% set text = model.description | replace("'", "''") %}
    {% call statement('main') -%}
        create or replace macro {{ this.schema }}.{{ this.identifier }}({{ function_signature(config.require('arguments'), config.get('named', [])) }}) as table
        {{ sql }};
        comment on macro table {{ this.schema }}.{{ this.identifier }} is '{{ text }}'
    {%- endcall %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': []}) }}
{% endmaterialization %}

{#- The arguments of a function, in their order and, for those by name, with the default. -#}
{% macro function_signature(arguments, named) -%}
    {{ arguments | join(', ') }}{% for name in named %}, {{ name }} := null{% endfor %}
{%- endmacro %}
