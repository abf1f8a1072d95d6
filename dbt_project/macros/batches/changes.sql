{#-
Incremental builds. A batch is what export days brought since the batch before it: landed files that came and files
that were replaced. In a batch each table of the materialization `changed_rows` (and each view of one, `changed_view`) is either built anew from all that
lies before it, or has the batch's changes applied, exactly once; which of both is decided before dbt starts and is
handed over in INBOX_BATCH_PLAN:

    {"batch_number": 7, "version": "...", "models": {"fct_threads": {"action": "apply", "fingerprint": "..."}}}

    build    make the table anew
    apply    write the changed rows only, and keep them, old and new, in schema `changes` for what comes after
    built, applied    it was done before the build was interrupted: leave the table as it is

Without a plan, as in unit tests, every table is built anew.
-#}
{% macro batch_plan() -%}
    {{ return(fromjson(env_var('INBOX_BATCH_PLAN', '{"batch_number": 0, "version": "", "models": {}}'))) }}
{%- endmacro %}

{#- What is to be done with a model in this batch. -#}
{% macro batch_action(model_name) -%}
    {%- if not execute -%}{{ return('build') }}{%- endif -%}
    {{ return(batch_plan().models.get(model_name, {}).get('action', 'build')) }}
{%- endmacro %}

{#- Whether the model at hand gives the changed rows of a batch instead of all rows. -#}
{% macro is_apply() -%}
    {{ return(batch_action(model.name) == 'apply') }}
{%- endmacro %}

{#- Whether the rows of a table that the batch changed are known, old and new. -#}
{% macro has_changes(relation) -%}
    {{ return(batch_action(relation.identifier) in ('apply', 'applied')) }}
{%- endmacro %}

{#-
The rows of a table that the batch changed: its columns and `is_after`, false for a row as it was, true for a row as
it is now. A row that came has no old one, a row that went no new one.
-#}
{% macro changes_of(relation) -%}
    {%- set schema = generate_schema_name('changes', none) | trim -%}
    {{ return(api.Relation.create(database=relation.database, schema=schema, identifier=relation.identifier)) }}
{%- endmacro %}

{#-
The rows that a sum is made of, each with `row_sign`: all rows as 1, or in a batch what it changed, as -1 for a row
as it was and 1 for a row as it is now. Sums of row_sign are counts, or what counts differ by.
-#}
{% macro signed_rows(relation) -%}
    {%- if is_apply() -%}
    select
        *,
        case when is_after then 1 else -1 end as row_sign
    from {{ changes_of(relation) }}
    {%- else -%}
    select
        *,
        1 as row_sign
    from {{ relation }}
    {%- endif -%}
{%- endmacro %}

{#- Which rows a test looks at: all, or of a table to which a batch was applied those whose key the batch touched. -#}
{% macro is_to_be_tested(relation, key, touched) -%}
    {%- if has_changes(relation) -%}
        {{ key }} in (select {{ key }} from {{ touched }})
    {%- else -%}
        {{ key }} is not null
    {%- endif -%}
{%- endmacro %}

{#-
The end of a model of changed rows: the rows of `final`, in a batch beside those that they replace. These meet one of the
conditions `before`; without any, they are the CTE `existing_rows`. Where the unique key tells single rows, `columns`, all
of the table's, may be given: rows that are as they were are left out then.
-#}
{% macro final_rows(before=none, order_by=none, columns=none) -%}
{%- if is_apply() -%}
{%- set existing_rows = '(' ~ few_rows(this, [before] if before is string else before) ~ ') as existing_rows' if before else 'existing_rows' -%}
{%- set named = (columns or column_names(this)) | join(',\n    ') -%}
{%- if columns %}
select
    min(case when is_after then 1 else 0 end) = 1 as is_after,
    {{ named }}
from (
{%- endif %}
select
    true as is_after,
    {{ named }}
from final
union all
select
    false as is_after,
    {{ named }}
from {{ existing_rows }}
{%- if columns %}
) as old_and_new_rows
group by {{ columns | join(', ') }}
having count(*) = 1
{%- endif %}
{%- else -%}
select * from final
{%- if order_by %}
order by {{ order_by }}
{%- endif %}
{%- endif -%}
{%- endmacro %}

{#-
The end of a model of sums: adds up the numbers of the CTE `differences` by key, in a batch to what stands; a key
whose numbers are all zero goes. Numbers are never negative in the end.
-#}
{% macro accumulated_rows(keys, numbers, order_by=none) -%}
{%- if is_apply() -%}
existing_rows as (
    {{ few_rows(this, ['exists (select 1 from differences where ' ~ same_key('differences', 'existing', keys) ~ ')']) }}
),

{% endif -%}
totals as (
    select
        {{ (keys + numbers) | join(',\n        ') }}
    from differences
    {%- if is_apply() %}
    union all
    select
        {{ (keys + numbers) | join(',\n        ') }}
    from existing_rows
    {%- endif %}
),

final as (
    select
        {{ keys | join(',\n        ') }},
        {%- for number in numbers %}
        cast(sum({{ number }}) as bigint) as {{ number }}{{ ',' if not loop.last }}
        {%- endfor %}
    from totals
    group by {{ keys | join(', ') }}
    having sum({{ numbers | join(' + ') }}) > 0
)

{{ final_rows(order_by=order_by) }}
{%- endmacro %}

{#- Whether two rows have the same key; null is a value. -#}
{% macro same_key(left, right, keys) -%}
    {%- for key in keys -%}
        {{ left }}.{{ key }} is not distinct from {{ right }}.{{ key }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The quoted names of a relation's columns: what unions list, since each side may have them in another order. -#}
{% macro column_names(relation) -%}
    {{ return(adapter.get_columns_in_relation(relation) | map(attribute='quoted') | list) }}
{%- endmacro %}

{#- What a view of a table of changed rows reads: the table, or in a batch its changes. Named as in any copy of it. -#}
{% macro rows_to_show(relation) -%}
    {{ return((changes_of(relation) if is_apply() else relation).include(database=false)) }}
{%- endmacro %}
