{#-
Tables on Spark, which has no transactions. A table is made under a name of its own, which no other run has, and takes
the place of the one before it when it is whole: a run that is killed leaves the old table, none, or the new one, and
what it left half-made is in nobody's way.

`config(partition_by=...)` names the day by which a table's files are kept apart, so that a batch writes only those of
the days that it changed. What a table has had is noted in its properties, which come and go with it:

    inbox.fingerprint, inbox.batch_number, inbox.version, inbox.previous_version, inbox.rows_written
    inbox.action    built, applied, or applying: then rows may be missing, and the table has to be built anew
-#}
{% materialization table, adapter='spark' %}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- do spark__put_in_place(spark__new_table(target, sql), target) -%}
    {% do persist_docs(target, model) %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization changed_rows, adapter='spark' %}
    {%- set action = batch_action(model.name) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set changes = changes_of(this).incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if action in ('built', 'applied') %}
        {% call noop_statement('main', 'SKIP') %}{% endcall %}
        {{ return({'relations': [target]}) }}
    {%- endif %}
    {%- if action == 'build' -%}
        {%- set new = spark__new_table(target, sql) -%}
        {%- do spark__record_batch(new, action, spark__count(new)) -%}
        {%- do spark__put_in_place(new, target) -%}
        {%- do spark__drop_existing(changes) -%}
    {%- else -%}
        {%- do spark__apply(target, changes, sql) -%}
    {%- endif -%}
    {% do persist_docs(target, model) %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization changed_view, adapter='spark' %}
    {%- set action = batch_action(model.name) -%}
    {%- set target = this.incorporate(type='view') -%}
    {%- set changes = changes_of(this).incorporate(type='view') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if action in ('built', 'applied') %}
        {% call noop_statement('main', 'SKIP') %}{% endcall %}
        {{ return({'relations': [target]}) }}
    {%- endif %}
    {%- do drop_relations_of_another_type([changes, target] if action == 'build' else [changes], 'view') %}
    {% call statement('main') -%}
        {%- if action == 'apply' %}
        create or replace view {{ changes }} as
        {{ sql }}
        {%- else %}
        {{ create_view_as(target, sql) }}
        {%- endif %}
    {%- endcall %}
    {%- if action == 'apply' -%}
        {%- do spark__record_batch(target, action, spark__count(changes), spark__version(target)) -%}
    {%- else -%}
        {%- do spark__record_batch(target, action, spark__count(target)) -%}
        {%- do spark__drop_existing(changes) -%}
    {%- endif -%}
    {% do persist_docs(target, model) %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#-
A relation beside another, under a name that no other run gives, to be made and then put in its place. Where no table
stands in that place, its folder may still be there, of a drop that did not end, and stop the rename: it is removed by
dropping a table that is said to lie there.
-#}
{% macro spark__relation_beside(target) -%}
    {%- set identifier = target.identifier ~ '__' ~ invocation_id | replace('-', '') -%}
    {%- set new = api.Relation.create(schema=target.schema, identifier=identifier, type='table') -%}
    {%- if load_relation(target) is none and config.get('file_format') == 'parquet' -%}
        {%- do run_query('create table ' ~ new ~ ' (unused int) using parquet') -%}
        {%- for row in run_query('describe database ' ~ target.schema).rows if row[0] == 'Location' -%}
            {%- do run_query('alter table ' ~ new ~ ' set location ' ~ sql_text(row[1] ~ '/' ~ target.identifier)) -%}
        {%- endfor -%}
        {%- do run_query('drop table ' ~ new) -%}
    {%- endif -%}
    {{ return(new) }}
{%- endmacro %}

{#- Makes a model's table beside the one that stands. A day's rows are brought together, so that it has few files. -#}
{% macro spark__new_table(target, sql) -%}
    {%- set new = spark__relation_beside(target) -%}
    {%- set day = config.get('partition_by') -%}
    {%- set rows -%}
        {%- if day -%}
        select /*+ rebalance({{ day }}) */ * from (
            {{ sql }}
        ) as all_rows
        {%- else -%}
        {{ sql }}
        {%- endif -%}
    {%- endset -%}
    {% call statement('main') -%}
        {{ create_table_as(false, new, rows) }}
    {%- endcall %}
    {{ return(new) }}
{%- endmacro %}

{#-
Drops what models of an earlier version left, also in another schema than theirs is now, and runs that were killed. The databases are
the project's alone.
-#}
{% macro spark__drop_unknown_relations() -%}
    {%- set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | list -%}
    {%- for layer in ('staging', 'intermediate', 'internal', 'main', 'changes') -%}
        {%- set of_layer = models if layer == 'changes' else models | selectattr('config.schema', 'equalto', layer) -%}
        {%- set known = of_layer | map(attribute='alias') | list -%}
        {%- set schema = generate_schema_name(layer, none) | trim -%}
        {%- for row in run_query('show tables in ' ~ schema).rows if row['tableName'] not in known -%}
            {%- do spark__drop_existing(api.Relation.create(schema=schema, identifier=row['tableName'])) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- Gives a table that is whole the place of whatever stands there. -#}
{% macro spark__put_in_place(new, target) -%}
    {%- do spark__drop_existing(target) -%}
    {%- do adapter.rename_relation(new, target) -%}
{%- endmacro %}

{% macro spark__drop_existing(target) -%}
    {%- set existing = load_relation(target) -%}
    {%- if existing is not none -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
{%- endmacro %}

{% macro spark__version(relation) -%}
    {{ return(run_query('show tblproperties ' ~ relation ~ " ('inbox.version')").rows[0][1]) }}
{%- endmacro %}

{% macro spark__count(relation) -%}
    {{ return(run_query('select count(*) from ' ~ relation).rows[0][0]) }}
{%- endmacro %}

{#- Notes in a relation's properties what it has had, all at once (see record_batch). -#}
{% macro spark__record_batch(relation, action, rows_written, previous_version=none) -%}
    {%- set plan = batch_plan() -%}
    {%- set properties = {
        'fingerprint': plan.models.get(model.name, {}).get('fingerprint', ''),
        'batch_number': plan.batch_number,
        'action': 'applied' if action == 'apply' else 'built',
        'version': plan.version,
        'previous_version': previous_version,
        'rows_written': rows_written | int,
    } -%}
    {%- set assignments = [] -%}
    {%- for name, value in properties.items() if value is not none -%}
        {%- do assignments.append("'inbox." ~ name ~ "' = '" ~ value ~ "'") -%}
    {%- endfor -%}
    {%- do run_query('alter ' ~ relation.type ~ ' ' ~ relation ~ ' set tblproperties (' ~ assignments | join(', ') ~ ')') -%}
{%- endmacro %}

{#- Columns of a Parquet table take no comments, so that the adapter need not ask which there are. -#}
{% macro spark__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- if relation.type == 'table' and config.get('file_format') in ('delta', 'iceberg') -%}
        {{ return(dbt_spark.spark__persist_docs(relation, model, for_relation, for_columns)) }}
    {%- endif -%}
{%- endmacro %}
