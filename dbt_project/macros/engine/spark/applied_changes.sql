{#- How a batch changes a table on Spark: by the days that it touches. What becomes of tables otherwise: materializations.sql. -#}

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
