{#- Engines other than DuckDB and Spark make every table anew in each build. -#}
{% materialization changed_rows, default %}
    {{ return(materialization_table_default()) }}
{% endmaterialization %}

{% materialization changed_view, default %}
    {{ return(materialization_table_default()) }}
{% endmaterialization %}

{#- They have no functions with arguments either: readers there filter the tables. -#}
{% materialization table_function, default %}
    {% call noop_statement('main', 'SKIP') %}{% endcall %}
    {{ return({'relations': []}) }}
{% endmaterialization %}
