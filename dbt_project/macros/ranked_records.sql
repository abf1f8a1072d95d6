{#-
Every record version of an entity, with `version_rank`: 1 is the record that stands for its key, the latest version;
between equal versions the later export day, then the later file name, then the later row. Tombstones are among them:
the caller decides. It ends with the CTE `ranked_records`.

Most keys come once, so keys that may repeat are found first, by a number for each key, and only their rows are
ordered. In a batch only the keys that its files name are looked at: what stands of them, less what the batch's
files replace, and what they bring.
-#}
{% macro ranked_records(entity, key) -%}
{%- set records = ref('stg_inbox__' ~ entity) -%}
{%- set changed_records = ref('stg_inbox__changed_' ~ entity) -%}
{%- set rank -%}
        row_number() over (
            partition by {{ key }}
            order by version_at desc, export_date desc, file_name desc, row_number desc
        ) as version_rank
{%- endset -%}
{%- if is_apply() -%}
with changed_keys as (
    select distinct {{ key }}
    from {{ changed_records }}
),

replaced_days as (
    select distinct export_date
    from {{ changed_records }}
    where not is_incoming
),

candidates as (
    {{ union_by_name(
        'select * from ' ~ changed_records ~ ' where is_incoming',
        'select * from ' ~ this ~ ' where ' ~ key ~ ' in (select ' ~ key ~ ' from changed_keys)'
        ~ ' and export_date not in (select export_date from replaced_days)'
    ) }}
),

ranked_records as (
    select
        *,
        {{ rank }}
    from candidates
)
{%- else -%}
with repeated_keys as (
    select {{ text_hash(key) }} as key_hash
    from {{ records }}
    group by 1
    having count(*) > 1
),

single_records as (
    select
        records.*,
        1 as version_rank
    from {{ records }} as records
    where {{ text_hash('records.' ~ key) }} not in (select key_hash from repeated_keys)
),

repeated_records as (
    select *
    from {{ records }}
    where {{ text_hash(key) }} in (select key_hash from repeated_keys)
),

ranked_records as (
    select * from single_records
    union all
    select
        *,
        {{ rank }}
    from repeated_records
)
{%- endif -%}
{%- endmacro %}

{#- Columns that tell which version a record is, where it came from and whether it stands. -#}
{% macro version_columns() -%}
        version_at,
        deleted_at,
        export_date,
        file_name,
        row_number,
        version_rank = 1 as is_latest,
        version_rank = 1 and deleted_at is null as is_standing
{%- endmacro %}
