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

{#- Makes the table of a batch's changes, then brings them to the target. -#}
{% macro spark__apply(target, changes, sql) -%}
    {%- set new_changes = spark__relation_beside(changes) -%}
    {%- set previous_version = spark__version(target) -%}
    {% call statement('changes') -%}
        create table {{ new_changes }}
        {{ file_format_clause() }}
        as
        {{ sql }}
    {%- endcall %}
    {%- do spark__put_in_place(new_changes, changes) -%}
    {%- set columns = column_names(target) | join(', ') -%}
    {%- set day = config.get('partition_by') -%}
    {%- if config.get('file_format') in ('delta', 'iceberg') -%}
        {%- do run_query('alter table ' ~ target ~ " set tblproperties ('inbox.action' = 'applying')") -%}
        {%- do run_query(spark__delete_rows_before(target, changes, unique_keys())) -%}
        {% call statement('main') -%}
            insert into {{ target }} ({{ columns }}) select {{ columns }} from {{ changes }} where is_after
        {%- endcall %}
        {%- do spark__record_batch(target, 'apply', spark__count(changes), previous_version) -%}
    {%- elif day -%}
        {%- set days = spark__changed_days(target, changes, columns, day) -%}
        {%- if days.written or days.emptied -%}
            {%- do run_query('alter table ' ~ target ~ " set tblproperties ('inbox.action' = 'applying')") -%}
        {%- endif -%}
        {%- if days.written -%}
            {% call statement('main') -%}
                insert overwrite table {{ target }}
                select /*+ rebalance({{ day }}) */ {{ columns }} from (
                    {{ spark__rows_after(target, changes, columns, spark__is_among(day, days.written)) }}
                ) as all_rows
            {%- endcall %}
        {%- else -%}
            {% call noop_statement('main', 'SKIP') %}{% endcall %}
        {%- endif -%}
        {%- if days.emptied -%}
            {%- do run_query(spark__drop_partitions(target, day, days.emptied)) -%}
        {%- endif -%}
        {%- do spark__record_batch(target, 'apply', days.rows_changed, previous_version) -%}
    {%- else -%}
        {%- set new = spark__new_table(target, spark__rows_after(target, changes, columns, 'true')) -%}
        {%- do spark__record_batch(new, 'apply', spark__count(changes), previous_version) -%}
        {%- do spark__put_in_place(new, target) -%}
    {%- endif -%}
{%- endmacro %}

{#-
The days whose rows a batch changes in fact: `written`, those that have rows after it, and `emptied`, those that have
none left; and `rows_changed`, the number of all changed rows, old and new.
-#}
{% macro spark__changed_days(target, changes, columns, day) -%}
    {%- set query -%}
        select
            cast({{ day }} as string) as changed_day,
            sum(rows_before) as rows_before,
            sum(rows_after) as rows_after,
            sum(case when rows_before <> rows_after then 1 else 0 end) as differences
        from (
            select
                {{ columns }},
                sum(case when is_after then 0 else 1 end) as rows_before,
                sum(case when is_after then 1 else 0 end) as rows_after
            from {{ changes }}
            group by {{ columns }}
        ) as changed_rows
        group by {{ day }}
    {%- endset -%}
    {%- set found = {'written': [], 'emptied': [], 'rows_changed': 0} -%}
    {%- set without_rows = {} -%}
    {%- for changed_day, rows_before, rows_after, differences in run_query(query).rows -%}
        {%- do found.update({'rows_changed': found.rows_changed + rows_before + rows_after}) -%}
        {%- if differences and rows_after -%}
            {%- do found.written.append(changed_day) -%}
        {%- elif differences -%}
            {%- do without_rows.update({changed_day: rows_before}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if without_rows -%}
        {%- set query -%}
            select
                cast({{ day }} as string) as existing_day,
                count(*) as existing_rows
            from {{ target }}
            where {{ spark__is_among(day, without_rows) }}
            group by {{ day }}
        {%- endset -%}
        {%- for existing_day, existing_rows in run_query(query).rows -%}
            {%- do (found.emptied if existing_rows == without_rows[existing_day] else found.written).append(existing_day) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{#- The rows of a table as a batch leaves them, where a condition holds for them. -#}
{% macro spark__rows_after(target, changes, columns, condition) -%}
    select {{ columns }}
    from {{ target }} as existing
    where
        {{ condition }}
        and not exists (
            select 1 from {{ changes }} as changes
            where not changes.is_after and {{ same_key('changes', 'existing', unique_keys()) }}
        )
    union all
    select {{ columns }}
    from {{ changes }}
    where is_after and {{ condition }}
{%- endmacro %}

{#- Whether a day, which may be null, is one of those given. -#}
{% macro spark__is_among(day, days) -%}
    {%- set literals = [] -%}
    {%- for text in days if text is not none -%}
        {%- do literals.append("date '" ~ text ~ "'") -%}
    {%- endfor -%}
    ({{ day }} in ({{ literals | join(', ') or 'null' }}){{ ' or ' ~ day ~ ' is null' if none in days }})
{%- endmacro %}

{% macro spark__drop_partitions(target, day, days) -%}
    alter table {{ target }} drop if exists
    {%- for text in days %}
    partition ({{ day }} = {{ 'null' if text is none else "'" ~ text ~ "'" }}){{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Deletes what stands of every row that a batch changed, in a format that can. -#}
{% macro spark__delete_rows_before(target, changes, keys) -%}
    merge into {{ target }} as existing
    using (select distinct {{ keys | join(', ') }} from {{ changes }} where not is_after) as changes
    on {{ same_key('changes', 'existing', keys) }}
    when matched then delete
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
