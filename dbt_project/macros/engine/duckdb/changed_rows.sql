{#-
A table that is rebuilt, or in which a batch replaces just the rows that it changed (see macros/batches/changes.sql).

What dbt's own would cost: `incremental` keeps no row as it was, so a sum that a row leaves would have to be recomputed
from all rows of its periods, and late rows touch most periods: a day of 100 million messages costs 190 to 210 CPU seconds
by its changes, 554 to 598 as a rebuild. Its delete+insert and merge double rows whose key has a null, and what a killed run
had done is not known (docs/decisions.md, "Batches of changed rows, applied once").

`config(unique_key=...)` names the columns that tell which rows a changed row replaces: a row as it was is deleted by
them, whole groups of rows where they are no key of a single one.

All of it is one transaction, the note that the batch has been applied included: whenever the process ends, the batch
has been applied once or not at all.
-#}
{% materialization changed_rows, adapter='duckdb' %}
    {%- set action = batch_action(model.name) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set changes = changes_of(this) -%}
    {%- set keys = unique_keys() -%}
    {{ run_hooks(pre_hooks) }}
    {%- if action in ('built', 'applied') %}
        {% call noop_statement('main', 'SKIP') %}{% endcall %}
        {{ return({'relations': [target]}) }}
    {%- endif %}
    {%- do drop_relations_of_another_type([changes, target] if action == 'build' else [changes], 'table') %}
    {#- All of it is one statement to dbt, which writes down the last of that name: see orchestration/warehouse/replay.py. -#}
    {% call statement('main') -%}
        {%- if action == 'apply' %}
        {%- set columns = column_names(target) | join(', ') %}
        create or replace table {{ changes }} as (
            {{ sql }}
        );
        {{ delete_rows_before(target, changes, keys) }};
        insert into {{ target }} ({{ columns }}) select {{ columns }} from {{ changes }} where is_after;
        {%- else %}
        drop table if exists {{ changes }};
        drop table if exists {{ target }};
        {{ create_table_as(false, target, sql) }}
        {%- endif %}
        {{ record_batch(model.name, action) }}
    {%- endcall %}
    {{ end_model(target, post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#-
A view of a table of changed rows, whose changed rows are known too: as a view in schema `changes`. For a model that
chooses and names what is stored before it, so that nothing is stored twice.
-#}
{% materialization changed_view, adapter='duckdb' %}
    {%- set action = batch_action(model.name) -%}
    {%- set target = this.incorporate(type='view') -%}
    {%- set changes = changes_of(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if action in ('built', 'applied') %}
        {% call noop_statement('main', 'SKIP') %}{% endcall %}
        {{ return({'relations': [target]}) }}
    {%- endif %}
    {%- do drop_relations_of_another_type([changes, target] if action == 'build' else [changes], 'view') %}
    {% call statement('main') -%}
        {%- if action == 'apply' %}
        create or replace view {{ changes }} as (
            {{ sql }}
        );
        {%- else %}
        drop view if exists {{ changes }};
        drop view if exists {{ target }};
        {{ create_view_as(target, sql) }}
        {%- endif %}
        {{ record_batch(model.name, action) }}
    {%- endcall %}
    {{ end_model(target, post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#- The end of both: the comments, which stand unless the project has changed, and the end of the transaction. -#}
{% macro end_model(target, post_hooks) -%}
    {% do persist_docs(target, model) %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
{%- endmacro %}

{#- Drops those of the relations that stand as a view where a table is to be, or the other way round. -#}
{% macro drop_relations_of_another_type(relations, type) -%}
    {%- for relation in relations -%}
        {%- set existing = load_relation(relation) -%}
        {%- if existing is not none and existing.type != type -%}
            {%- do adapter.drop_relation(existing) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- The columns that tell which rows a changed row replaces. -#}
{% macro unique_keys() -%}
    {%- set keys = config.require('unique_key') -%}
    {{ return([keys] if keys is string else keys) }}
{%- endmacro %}

{#- Deletes what stands of every row that a batch changed. -#}
{% macro delete_rows_before(target, changes, keys) -%}
    {%- if keys | length == 1 -%}
    delete from {{ target }}
    where {{ keys[0] }} in (select {{ keys[0] }} from {{ changes }} where not is_after)
    {%- else -%}
    delete from {{ target }} as existing
    using {{ changes }} as changes
    where not changes.is_after and {{ same_key('changes', 'existing', keys) }}
    {%- endif -%}
{%- endmacro %}

{#-
Notes that a model has had the batch: what a build that was interrupted goes on from. The version tells whoever copied
the table before whether the changes of this batch are all that the copy lacks. Which batch it is stands in a table, so
that the same text serves each batch.
-#}
{% macro record_batch(model_name, action) -%}
    {%- set fingerprint = batch_plan().models.get(model_name, {}).get('fingerprint', '') -%}
    {%- if action == 'apply' -%}
    update load_state.models
    set
        fingerprint = '{{ fingerprint }}',
        batch_number = batch.batch_number,
        action = 'applied',
        previous_version = models.version,
        version = batch.version,
        rows_written = (select count(*) from {{ changes_of(this) }})
    from load_state.batch
    where models.model_name = '{{ model_name }}'
    {%- else -%}
    delete from load_state.models where model_name = '{{ model_name }}';
    insert into load_state.models
    select
        '{{ model_name }}',
        '{{ fingerprint }}',
        batch_number,
        'built',
        version,
        null,
        (select count(*) from {{ this }})
    from load_state.batch
    {%- endif -%}
{%- endmacro %}

{#- What each table of changed rows has had; it goes with the database that it speaks of. -#}
{% macro create_load_state() -%}
    {{ return(adapter.dispatch('create_load_state', 'inbox_warehouse')()) }}
{%- endmacro %}

{% macro default__create_load_state() -%}
{%- endmacro %}

{#- On Spark it goes with each table, as properties of it. -#}
{% macro spark__create_load_state() -%}
    {%- if execute -%}
        {%- do run_query('create schema if not exists ' ~ generate_schema_name('changes', none)) -%}
        {%- do spark__drop_unknown_relations() -%}
    {%- endif -%}
    {{ return('') }}
{%- endmacro %}

{% macro duckdb__create_load_state() -%}
    create schema if not exists changes;
    create schema if not exists load_state;
    create table if not exists load_state.models (
        model_name varchar,
        fingerprint varchar,
        batch_number bigint,
        action varchar,
        version varchar,
        previous_version varchar,
        rows_written bigint
    );
    create or replace table load_state.batch as
    select
        cast({{ batch_plan().batch_number }} as bigint) as batch_number,
        '{{ batch_plan().version }}' as version
{%- endmacro %}
